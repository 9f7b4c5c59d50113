// Checks the messages of a chat request and takes from them what the answer needs.
#ifndef XAI_TESTS_SIM_CHAT_MESSAGES_H_
#define XAI_TESTS_SIM_CHAT_MESSAGES_H_

#include "sim/answer.h"
#include "sim/api_error.h"
#include "sim/json.h"

namespace xai::sim {

// REQUIRES: messages.IsArray().
Refusal ReadMessages(const JsonValue& messages, Prompt& prompt);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_CHAT_MESSAGES_H_
