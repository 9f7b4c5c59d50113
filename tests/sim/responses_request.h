// Reads and checks a request to /v1/responses.
#ifndef XAI_TESTS_SIM_RESPONSES_REQUEST_H_
#define XAI_TESTS_SIM_RESPONSES_REQUEST_H_

#include <optional>
#include <string>
#include <variant>

#include "sim/answer.h"
#include "sim/api_error.h"
#include "sim/json.h"
#include "sim/stored_responses.h"

namespace xai::sim {

struct ResponsesRequest {
  const Model* model = nullptr;
  std::string id;
  bool stream = false;
  bool store = true;
  bool encrypted_reasoning = false;  // asked for in include
  bool inline_citations = true;
  bool stream_tool_calls = false;
  Prompt prompt;
  // What the answer repeats, as JSON.
  std::string tools = "[]";
  std::string tool_choice = "\"auto\"";
  std::string text = R"({"format":{"type":"text"}})";
  std::string effort = "null";
  std::string previous_response_id = "null";
};

// REQUIRES: the body is an object.
std::variant<ResponsesRequest, ApiError> ParseResponsesRequest(
    const JsonValue& body, std::optional<int> tier, const StoredResponses& stored);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_RESPONSES_REQUEST_H_
