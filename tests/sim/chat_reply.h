// Writes an answer as /v1/chat/completions does, whole or streamed.
#ifndef XAI_TESTS_SIM_CHAT_REPLY_H_
#define XAI_TESTS_SIM_CHAT_REPLY_H_

#include <chrono>

#include "sim/answer.h"
#include "sim/chat_request.h"
#include "sim/http_types.h"

namespace xai::sim {

HttpReply ChatReply(const ChatRequest& request, const Answer& answer,
                    std::chrono::milliseconds chunk_delay);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_CHAT_REPLY_H_
