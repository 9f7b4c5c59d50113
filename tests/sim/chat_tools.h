// Checks the tools of a chat request.
#ifndef XAI_TESTS_SIM_CHAT_TOOLS_H_
#define XAI_TESTS_SIM_CHAT_TOOLS_H_

#include "sim/answer.h"
#include "sim/api_error.h"
#include "sim/json.h"

namespace xai::sim {

// Reads tools and tool_choice of the body into the prompt.
Refusal ReadChatTools(const JsonValue& body, Prompt& prompt);

// Shared with the other lane: one function's name, description and parameters.
Refusal ReadFunction(const JsonValue& function, const std::string& where, Prompt& prompt);
// Shared with the other lane: tool_choice, whose object form has the function's name in
// `name_of`.
Refusal ReadToolChoice(const JsonValue* choice, bool has_tools,
                       std::optional<std::string_view> name, Prompt& prompt);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_CHAT_TOOLS_H_
