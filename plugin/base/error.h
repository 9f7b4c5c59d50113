// What can go wrong, in the words that a host's agent sees.
//
// An ErrorCode is one `error` name of host-api/json.md; everything finer is `reason`.
// Messages are lower case, name the thing, and never hold a token, a code, a body or a
// prompt.
#ifndef XAI_PLUGIN_BASE_ERROR_H_
#define XAI_PLUGIN_BASE_ERROR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace xai {

enum class ErrorCode {
  kInvalidRequest,
  kInvalidConfig,
  kContextLength,
  kUnsupported,
  kBackendUnavailable,
  kNotConnected,
  kReauthRequired,
  kExpired,
  kNoPendingFlow,
  kAccessDenied,
  kEntitlementDenied,
  kSpendingLimit,
  kRequestRefused,
  kContentFilter,
  kModelUnavailable,
  kRateLimited,
  kQuotaExhausted,
  kLocalLimit,
  kNetwork,
  kTls,
  kTimeout,
  kProxy,
  kUpstream,
  kOverloaded,
  kEdgeBlocked,
  kProtocol,
  kTooLarge,
  kTruncated,
  kStoreCorrupt,
  kStoreLocked,
  kStoreIo,
  kStorePermission,
  kStoreKey,
  kStoreVersion,
  kCancelled,
  kNoMemory,
  kInternal,
};

inline constexpr int kErrorCodeCount = static_cast<int>(ErrorCode::kInternal) + 1;

// The machine's name ("rate_limited"), whether trying again later can help, and what the
// person or agent should do about it.
struct ErrorInfo {
  std::string_view name;
  bool retry;
  std::string_view hint;
};

const ErrorInfo& InfoOf(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string detail;                     // for a person
  std::string reason;                     // for a machine, may be empty
  int http_status = 0;                    // 0: no answer
  std::string request_id;                 // xAI's, for their support
  std::optional<int64_t> retry_after_ms;  // what upstream asked for

  static Error Make(ErrorCode code, std::string detail, std::string reason = {}) {
    Error error;
    error.code = code;
    error.detail = std::move(detail);
    error.reason = std::move(reason);
    return error;
  }
};

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_ERROR_H_
