#include "grok/learned_models.h"

#include <algorithm>

namespace xai {
namespace {

// The longest name of a member; what is longer is prose.
constexpr size_t kMemberBytesMax = 40;

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         c == '_';
}

// The word behind `mark`, which may stand in quotes; empty if there is none.
std::string WordAfter(std::string_view text, std::string_view mark) {
  const size_t at = text.find(mark);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + mark.size());
  while (!text.empty() && (text.front() == ' ' || text.front() == '`' ||
                           text.front() == '\'' || text.front() == '"')) {
    text.remove_prefix(1);
  }
  const auto end = std::find_if_not(text.begin(), text.end(), IsNameByte);
  const auto size = static_cast<size_t>(end - text.begin());
  return size <= kMemberBytesMax ? std::string(text.substr(0, size)) : std::string();
}

// xAI names members as its own code spells them: reasoningEffort.
std::string ToSnakeCase(std::string_view name) {
  std::string snake;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') {
      if (!snake.empty()) snake.push_back('_');
      snake.push_back(static_cast<char>(c - 'A' + 'a'));
    } else {
      snake.push_back(c);
    }
  }
  return snake;
}

bool Add(const std::string& item, std::vector<std::string>* to) {
  if (std::find(to->begin(), to->end(), item) != to->end()) return false;
  to->push_back(item);
  return true;
}

}  // namespace

void LearnedModel::ApplyTo(ModelInfo* model) const {
  model->rejects.insert(model->rejects.end(), rejects.begin(), rejects.end());
  model->refused_efforts = refused_efforts;
}

std::optional<MemberRefusal> FindMemberRefusal(const Error& error) {
  if (error.http_status != 400) return std::nullopt;
  // "Model M does not support parameter P." and "This model does not support `P` value
  // `V`."
  const std::string value = WordAfter(error.detail, " value `");
  std::string member = WordAfter(error.detail, "does not support parameter ");
  if (member.empty() && !value.empty()) {
    member = WordAfter(error.detail, "does not support `");
  }
  if (member.empty()) return std::nullopt;
  return MemberRefusal{ToSnakeCase(member), value};
}

bool Learn(const MemberRefusal& refusal, LearnedModel* model) {
  if (refusal.value.empty()) return Add(refusal.member, &model->rejects);
  // Which values other members may have is for the host to know.
  if (refusal.member != "reasoning_effort") return false;
  return Add(refusal.value, &model->refused_efforts);
}

}  // namespace xai
