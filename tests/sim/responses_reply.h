// Writes an answer as /v1/responses does, whole or streamed.
#ifndef XAI_TESTS_SIM_RESPONSES_REPLY_H_
#define XAI_TESTS_SIM_RESPONSES_REPLY_H_

#include <chrono>

#include "sim/answer.h"
#include "sim/http_types.h"
#include "sim/responses_request.h"

namespace xai::sim {

HttpReply ResponsesReply(const ResponsesRequest& request, const Answer& answer,
                         std::chrono::milliseconds chunk_delay);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_RESPONSES_REPLY_H_
