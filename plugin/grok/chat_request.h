// A host's request, checked and put into xAI's words.
#ifndef XAI_PLUGIN_GROK_CHAT_REQUEST_H_
#define XAI_PLUGIN_GROK_CHAT_REQUEST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/json_document.h"
#include "base/result.h"
#include "grok/model_table.h"

namespace xai {

// What a request asks of us, apart from what it asks of xAI.
struct RequestOptions {
  std::string model;  // as xAI knows it
  bool stream = true;
  bool stream_tool_calls = false;
  bool drop_unsupported = false;
  bool drop_client_tools = false;  // xAI has refused them
  int64_t timeout_ms = 0;          // 0: none of its own
  int max_retries = 2;
  std::string conversation_id;
};

// Checks every member that we know; the error is kInvalidRequest or kUnsupported and
// names the member.
Result<RequestOptions> ReadRequestOptions(const JsonValue& request);

struct WireRequest {
  std::string body;                  // JSON for the lane's endpoint
  std::vector<std::string> dropped;  // members that were left out
};

// /v1/chat/completions.  REQUIRES: ReadRequestOptions() liked it.
WireRequest BuildChatRequest(const JsonValue& request, const RequestOptions& options,
                             const ModelInfo& model);

// The reasoning effort that was asked for, in either spelling; empty if none.
std::string_view EffortOf(const JsonValue& request);

// The nearest effort that the model knows; `asked` itself if its efforts are not known;
// empty if it takes none.
std::string FitEffort(std::string_view asked, const ModelInfo& model);

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_CHAT_REQUEST_H_
