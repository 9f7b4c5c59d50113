#include "grok/answer.h"

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

void Answer::AddCitation(std::string_view url) {
  if (cited.emplace(url).second) citations.emplace_back(url);
}

}  // namespace xai
