// One chat message as the input items of /v1/responses.
#ifndef XAI_PLUGIN_GROK_RESPONSES_INPUT_H_
#define XAI_PLUGIN_GROK_RESPONSES_INPUT_H_

#include "base/json_document.h"
#include "base/json_writer.h"
#include "base/result.h"

namespace xai {

// Writes zero or more items into an array that is open: reasoning that was carried along,
// then the text, then the calls.  kUnsupported names a part that has no counterpart.
Result<void> WriteInputItems(const JsonValue& message, JsonWriter* json);

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_RESPONSES_INPUT_H_
