// ParseRetryAfter(): digits alone are seconds, and a day is the most.
//
// Input: the header's value.
#include <algorithm>
#include <optional>

#include "fuzz/fuzz.h"
#include "http/retry_after.h"

namespace xai {
namespace {

constexpr int64_t kDayMs = 86'400'000;

std::optional<int64_t> Reference(std::string_view value) {
  const bool digits = value.find_first_not_of("0123456789") == value.npos;
  if (value.empty() || !digits) return std::nullopt;
  value.remove_prefix(std::min(value.find_first_not_of('0'), value.size()));
  if (value.size() > 9) return kDayMs;
  int64_t seconds = 0;
  for (const char digit : value) seconds = seconds * 10 + (digit - '0');
  return std::min(seconds * 1000, kDayMs);
}

}  // namespace
}  // namespace xai

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace xai;
  const ExactCopy value(FuzzInput(data, size).Rest());
  Require(ParseRetryAfter(value.view()) == Reference(value.view()),
          "whole seconds, at most a day, and nothing else");
  return 0;
}
