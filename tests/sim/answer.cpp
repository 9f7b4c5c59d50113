#include "sim/answer.h"

#include <algorithm>
#include <array>

#include "sim/json.h"
#include "sim/random.h"
#include "sim/text.h"

namespace xai::sim {
namespace {

constexpr std::int64_t kWordsMax = 2000000;
constexpr std::size_t kEchoBytesMax = 4000;
constexpr std::int64_t kHiddenReasoningTokens = 24;

// The arguments of all marks [NAME:ARGUMENT] in a text.
std::vector<std::string> FindMarks(std::string_view text, std::string_view name) {
  const std::string opening = "[" + std::string(name) + ":";
  std::vector<std::string> found;
  for (std::size_t at = text.find(opening); at != std::string_view::npos;
       at = text.find(opening, at + 1)) {
    const std::size_t begin = at + opening.size();
    const std::size_t end = text.find(']', begin);
    if (end == std::string_view::npos) break;
    found.emplace_back(text.substr(begin, end - begin));
  }
  return found;
}

std::string Words(std::int64_t count) {
  static constexpr std::array<std::string_view, 8> kWords = {
      "alpha", "beta", "beta", "gamma", "delta", "naïve", "日本", "😀"};
  std::string text;
  for (std::int64_t i = 0; i < count; ++i) {
    if (i > 0) text += ' ';
    text += kWords[static_cast<std::size_t>(i) % kWords.size()];
  }
  return text;
}

std::string EchoArguments(std::string_view text) {
  const std::string_view echo = TruncateUtf8(text, kEchoBytesMax);
  return JsonWriter().BeginObject().Member("echo", echo).EndObject().text();
}

std::vector<std::string> ChooseFunctions(const Prompt& prompt) {
  const auto& offered = prompt.functions;
  if (prompt.tool_choice == Prompt::ToolChoice::kNone || offered.empty()) return {};
  if (!prompt.forced_function.empty()) return {prompt.forced_function};
  std::vector<std::string> chosen;
  if (!prompt.tool_output) {
    for (const std::string& name : FindMarks(prompt.user_text, "tool")) {
      if (std::find(offered.begin(), offered.end(), name) != offered.end()) {
        chosen.push_back(name);
      }
    }
  }
  const bool required = prompt.tool_choice == Prompt::ToolChoice::kRequired;
  if (chosen.empty() && required) chosen.push_back(offered.front());
  return chosen;
}

std::string ChooseText(const Prompt& prompt) {
  if (prompt.json_answer) return *prompt.json_answer;
  if (prompt.tool_output) {
    return "This is a simulated Grok. The tool said: " +
           std::string(TruncateUtf8(*prompt.tool_output, kEchoBytesMax));
  }
  for (const std::string& mark : FindMarks(prompt.user_text, "words")) {
    if (const auto count = ParseNumber(mark, kWordsMax)) return Words(*count);
  }
  return "This is a simulated Grok. You said: " +
         std::string(TruncateUtf8(prompt.user_text, kEchoBytesMax));
}

// Ends the text after so many tokens.
void Limit(Answer& answer, std::int64_t tokens_max) {
  answer.text_tokens = CountTokens(answer.text);
  if (answer.text_tokens <= tokens_max) return;
  std::size_t end = 0;
  for (std::int64_t i = 0; i < tokens_max; ++i) end += NextToken(answer.text, end).size();
  answer.text.resize(end);
  answer.text_tokens = tokens_max;
  answer.cut = true;
}

void Reason(Answer& answer, const Model& model, const Prompt& prompt) {
  if (model.reasoning == Reasoning::kNone || !prompt.reasons) return;
  if (model.reasoning == Reasoning::kHidden) {
    answer.reasoning_tokens = kHiddenReasoningTokens;
    return;
  }
  answer.reasoning = "First, I look at what the user wants. ";
  answer.reasoning += answer.calls.empty() ? "I only simulate, so I echo it."
                                           : "A tool can do that, so I call it.";
  answer.reasoning_tokens = CountTokens(answer.reasoning);
}

}  // namespace

Answer Compose(const Model& model, const Prompt& prompt) {
  Answer answer;
  for (const std::string& name : ChooseFunctions(prompt)) {
    const std::string id =
        "call-" + RandomUuid() + "-" + std::to_string(answer.calls.size());
    answer.calls.push_back({id, name, EchoArguments(prompt.user_text)});
  }
  if (answer.calls.empty()) {
    answer.text = ChooseText(prompt);
    const auto queries = FindMarks(prompt.user_text, "search");
    const bool searches = prompt.can_search && !prompt.tool_output && !queries.empty();
    if (searches) answer.search_query = queries.front();
  }
  Reason(answer, model, prompt);
  Limit(answer, prompt.tokens_max.value_or(kWordsMax * 2));
  for (const FunctionCall& call : answer.calls) {
    answer.text_tokens += CountTokens(call.arguments);
  }
  return answer;
}

}  // namespace xai::sim
