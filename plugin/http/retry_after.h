// The Retry-After header, RFC 9110 section 10.2.3.
#ifndef XAI_PLUGIN_HTTP_RETRY_AFTER_H_
#define XAI_PLUGIN_HTTP_RETRY_AFTER_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace xai {

// Whole seconds as milliseconds, at most limits::kRetryAfterMsMax.  Nothing for anything
// else: xAI and its edge send seconds, and a date would trust two clocks.
std::optional<int64_t> ParseRetryAfter(std::string_view value);

}  // namespace xai

#endif  // XAI_PLUGIN_HTTP_RETRY_AFTER_H_
