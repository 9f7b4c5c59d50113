// What the simulated model says.  Both lanes ask here and differ only in the wire format.
#ifndef XAI_TESTS_SIM_ANSWER_H_
#define XAI_TESTS_SIM_ANSWER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/models.h"

namespace xai::sim {

// A request as far as the answer depends on it.
struct Prompt {
  enum class ToolChoice { kAuto, kNone, kRequired };

  std::string user_text;                   // of the last user message
  std::optional<std::string> tool_output;  // when the last message is a tool's result
  std::vector<std::string> functions;      // the names of the tools on offer
  ToolChoice tool_choice = ToolChoice::kAuto;
  std::string forced_function;             // the one the client insists on, if any
  bool can_search = false;                 // a web_search tool is on offer
  bool reasons = true;                     // the effort is not "none"
  std::optional<std::string> json_answer;  // a document to answer with instead of prose
  std::optional<std::int64_t> tokens_max;
  std::size_t text_bytes = 0;  // of all the text that the model reads

  // A rough measure is enough: four bytes make a token.
  std::int64_t Tokens() const { return static_cast<std::int64_t>(text_bytes / 4) + 1; }
};

struct FunctionCall {
  std::string id;
  std::string name;
  std::string arguments;
};

struct Answer {
  std::string reasoning;  // shown to the client
  std::string text;
  std::string search_query;  // a server-side search came first, if not empty
  std::vector<FunctionCall> calls;
  bool cut = false;  // the text ended at tokens_max
  std::int64_t reasoning_tokens = 0;
  std::int64_t text_tokens = 0;
};

// Obeys three marks in the last user message: [tool:NAME] calls that function with
// {"echo": ...}, [words:N] answers with N words, and [search:QUERY] searches first.
Answer Compose(const Model& model, const Prompt& prompt);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_ANSWER_H_
