// The same request in the words of /v1/responses.
#ifndef XAI_PLUGIN_GROK_RESPONSES_REQUEST_H_
#define XAI_PLUGIN_GROK_RESPONSES_REQUEST_H_

#include "grok/chat_request.h"

namespace xai {

// Chat messages become input items, the answer is not kept at xAI (`store` is false
// unless asked for), and encrypted reasoning comes along so that a conversation can go
// on. REQUIRES: ReadRequestOptions() liked it.
Result<WireRequest> BuildResponsesRequest(const JsonValue& request,
                                          const RequestOptions& options,
                                          const ModelInfo& model);

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_RESPONSES_REQUEST_H_
