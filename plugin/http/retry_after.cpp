#include "http/retry_after.h"

#include <algorithm>
#include <charconv>

#include "base/limits.h"

namespace xai {

std::optional<int64_t> ParseRetryAfter(std::string_view value) {
  int64_t seconds = 0;
  const char* end = value.data() + value.size();
  const auto parsed = std::from_chars(value.data(), end, seconds);
  if (parsed.ec == std::errc::result_out_of_range && !value.empty() && value[0] != '-') {
    return limits::kRetryAfterMsMax;
  }
  if (parsed.ec != std::errc() || parsed.ptr != end || seconds < 0) return std::nullopt;
  return std::min(seconds, limits::kRetryAfterMsMax / 1000) * 1000;
}

}  // namespace xai
