// The output items of /v1/responses: messages, reasoning, calls of the host's functions
// and of xAI's own tools.
#ifndef XAI_PLUGIN_GROK_RESPONSES_ITEM_H_
#define XAI_PLUGIN_GROK_RESPONSES_ITEM_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grok/answer.h"

namespace xai {

struct OutputItem {
  std::string type;
  std::string id;
  std::string call_id;
  std::string name;
  std::string status;
  std::string input;       // arguments or input, as text
  bool encrypted = false;  // carries encrypted_content
  std::string text;        // of a message
  std::string refusal;
  std::string summary;                   // of reasoning
  std::vector<std::string> annotations;  // JSON
};

// Nothing if it is not a JSON object.
std::optional<OutputItem> ReadOutputItem(std::string_view json);

// Everything that is neither a message nor reasoning nor a call for the host.
bool IsServerToolCall(const OutputItem& item);

// {"id","type","name","status","input"}.
std::string ServerToolDocument(const OutputItem& item);

// Adds an annotation and, if it cites, its URL.
void AddAnnotation(std::string json, Answer* answer);

// What matters of a response object, at the end of a stream or as a whole answer.
struct ResponseSnapshot {
  std::string id;
  std::string model;
  std::string status;
  std::string incomplete_reason;
  std::string usage;               // JSON, empty if absent
  std::vector<std::string> items;  // JSON
  bool has_error = false;
};

// Nothing if it is not a JSON object.
std::optional<ResponseSnapshot> ReadResponse(std::string_view json);

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_RESPONSES_ITEM_H_
