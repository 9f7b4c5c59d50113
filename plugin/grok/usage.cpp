#include "grok/usage.h"

#include <algorithm>

#include "base/json_reader.h"

namespace xai {
namespace {

std::optional<int64_t> Count(const JsonFields& fields, std::string_view path) {
  const std::optional<int64_t> value = fields.Integer(path);
  return value && *value >= 0 ? value : std::nullopt;
}

// 0 means that xAI did not say.
std::optional<int64_t> Cost(const JsonFields& fields) {
  const std::optional<int64_t> ticks = Count(fields, "cost_in_usd_ticks");
  return ticks && *ticks > 0 ? ticks : std::nullopt;
}

// Without a sum, which numbers that are wrong enough would not bear.
bool LeavesReasoningOut(const Usage& usage) {
  if (!usage.input_tokens || !usage.output_tokens || !usage.total_tokens ||
      !usage.reasoning_tokens || *usage.input_tokens > *usage.total_tokens) {
    return false;
  }
  const int64_t rest = *usage.total_tokens - *usage.input_tokens;
  return *usage.output_tokens <= rest &&
         rest - *usage.output_tokens == *usage.reasoning_tokens;
}

// Some answers count more cached tokens than there are in the prompt; a host that
// subtracts must not get a negative number.
void BoundCached(Usage* usage) {
  if (usage->input_tokens && usage->cached_tokens) {
    usage->cached_tokens = std::min(*usage->cached_tokens, *usage->input_tokens);
  }
}

}  // namespace

Usage ReadChatUsage(std::string wire_json) {
  Usage usage;
  Result<JsonFields> read = JsonFields::Read(wire_json);
  if (!read.ok()) return usage;
  const JsonFields& fields = read.value();
  usage.input_tokens = Count(fields, "prompt_tokens");
  usage.output_tokens = Count(fields, "completion_tokens");
  usage.total_tokens = Count(fields, "total_tokens");
  usage.cached_tokens = Count(fields, "prompt_tokens_details.cached_tokens");
  usage.reasoning_tokens = Count(fields, "completion_tokens_details.reasoning_tokens");
  usage.cost_in_usd_ticks = Cost(fields);
  if (LeavesReasoningOut(usage)) *usage.output_tokens += *usage.reasoning_tokens;
  BoundCached(&usage);
  usage.wire = std::move(wire_json);
  return usage;
}

Usage ReadResponsesUsage(std::string wire_json) {
  Usage usage;
  Result<JsonFields> read = JsonFields::Read(wire_json);
  if (!read.ok()) return usage;
  const JsonFields& fields = read.value();
  usage.input_tokens = Count(fields, "input_tokens");
  usage.output_tokens = Count(fields, "output_tokens");
  usage.total_tokens = Count(fields, "total_tokens");
  usage.cached_tokens = Count(fields, "input_tokens_details.cached_tokens");
  usage.reasoning_tokens = Count(fields, "output_tokens_details.reasoning_tokens");
  usage.cost_in_usd_ticks = Cost(fields);
  BoundCached(&usage);
  usage.wire = std::move(wire_json);
  return usage;
}

}  // namespace xai
