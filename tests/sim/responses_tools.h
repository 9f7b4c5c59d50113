// Checks the tools of a responses request: the client's functions and the server's own.
#ifndef XAI_TESTS_SIM_RESPONSES_TOOLS_H_
#define XAI_TESTS_SIM_RESPONSES_TOOLS_H_

#include "sim/responses_request.h"

namespace xai::sim {

Refusal ReadResponsesTools(const JsonValue& body, ResponsesRequest& request);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_RESPONSES_TOOLS_H_
