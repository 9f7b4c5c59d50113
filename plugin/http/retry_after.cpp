#include "http/retry_after.h"

#include <algorithm>
#include <charconv>

#include "base/limits.h"

namespace xai {

std::optional<int64_t> ParseRetryAfter(std::string_view value) {
  if (value.empty() || value.front() == '-') return std::nullopt;
  int64_t seconds = 0;
  const char* end = value.data() + value.size();
  const auto parsed = std::from_chars(value.data(), end, seconds);
  if (parsed.ptr != end || parsed.ec == std::errc::invalid_argument) return std::nullopt;
  if (parsed.ec == std::errc::result_out_of_range) return limits::kRetryAfterMsMax;
  return std::min(seconds, limits::kRetryAfterMsMax / 1000) * 1000;
}

}  // namespace xai
