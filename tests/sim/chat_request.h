// Reads and checks a request to /v1/chat/completions.
#ifndef XAI_TESTS_SIM_CHAT_REQUEST_H_
#define XAI_TESTS_SIM_CHAT_REQUEST_H_

#include <optional>
#include <variant>

#include "sim/answer.h"
#include "sim/api_error.h"
#include "sim/json.h"

namespace xai::sim {

struct ChatRequest {
  const Model* model = nullptr;
  bool stream = false;
  bool include_usage = false;
  int choices = 1;
  Prompt prompt;
};

// REQUIRES: the body is an object.
std::variant<ChatRequest, ApiError> ParseChatRequest(const JsonValue& body,
                                                     std::optional<int> tier);

// Finds the model and whether the tier has it.
std::variant<const Model*, ApiError> ChooseModel(const JsonValue& body,
                                                 std::optional<int> tier);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_CHAT_REQUEST_H_
