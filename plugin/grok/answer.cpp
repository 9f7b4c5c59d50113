#include "grok/answer.h"

#include <algorithm>

#include "base/json_members.h"
#include "base/limits.h"

namespace xai {
namespace {

// What was not sent is absent.
void Member(JsonWriter* json, std::string_view name,
            const std::optional<int64_t>& value) {
  if (value) json->Key(name).Int(*value);
}

}  // namespace

void Usage::WriteTo(JsonWriter* json) const {
  json->BeginObject();
  Member(json, "input_tokens", input_tokens);
  Member(json, "output_tokens", output_tokens);
  Member(json, "reasoning_tokens", reasoning_tokens);
  Member(json, "cached_tokens", cached_tokens);
  Member(json, "total_tokens", total_tokens);
  Member(json, "cost_in_usd_ticks", cost_in_usd_ticks);
  if (!wire.empty()) json->Key("wire").Raw(wire);
  json->EndObject();
}

bool ToolCall::IsWhole() const {
  // What is cut within an object is none.
  return !cut &&
         ReadMembers(
             arguments, [](std::string_view) { return false; }, [](const JsonMember&) {});
}

bool Answer::IsCut() const {
  return finish_reason.empty() || finish_reason == "length" ||
         finish_reason == "content_filter";
}

void Answer::DropCutCalls() {
  const auto dropped = [this](const ToolCall& call) {
    return !call.announced || call.cut || (IsCut() && !call.IsWhole());
  };
  tool_calls.erase(std::remove_if(tool_calls.begin(), tool_calls.end(), dropped),
                   tool_calls.end());
}

bool Answer::Keep(size_t bytes) {
  if (bytes > limits::kAnswerBodyBytesMax - kept_bytes) too_large = true;
  if (too_large) return false;
  kept_bytes += bytes;
  return true;
}

void Answer::Append(std::string_view more, std::string* to) {
  if (Keep(more.size())) to->append(more);
}

void Answer::Assign(std::string_view value, std::string* to) {
  if (*to != value && Keep(value.size())) to->assign(value);
}

void Answer::Add(std::string entry, std::vector<std::string>* to) {
  if (Keep(entry.size() + limits::kAnswerEntryBytes)) to->push_back(std::move(entry));
}

bool Answer::AddCitation(std::string_view url) {
  const auto [place, added] = cited.emplace(url);
  if (!added) return false;
  if (Keep(2 * (url.size() + limits::kAnswerEntryBytes))) {
    citations.emplace_back(url);
  } else {
    cited.erase(place);
  }
  return true;
}

}  // namespace xai
