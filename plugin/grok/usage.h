// Reading either lane's usage object into one shape.
#ifndef XAI_PLUGIN_GROK_USAGE_H_
#define XAI_PLUGIN_GROK_USAGE_H_

#include <string>

#include "grok/answer.h"

namespace xai {

// On chat, completion_tokens leaves reasoning out; it is added, but only where the wire's
// own total says that it is missing.
Usage ReadChatUsage(std::string wire_json);

Usage ReadResponsesUsage(std::string wire_json);

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_USAGE_H_
