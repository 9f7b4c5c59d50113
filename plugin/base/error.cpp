#include "base/error.h"

#include <array>

#include "base/texts.h"

namespace xai {
namespace {

constexpr std::array<ErrorInfo, kErrorCodeCount> kInfos = {{
    {"invalid_request", false, hint::kFixRequest},
    {"invalid_config", false, hint::kConfig},
    {"context_length", false, hint::kContext},
    {"unsupported", false, hint::kUnsupported},
    {"xai_oauth_backend_unavailable", false, hint::kUnavailable},
    {"not_connected", false, hint::kStart},
    {"reauth_required", false, hint::kReauth},
    {"expired", false, hint::kExpired},
    {"no_pending_flow", false, hint::kNoFlow},
    {"access_denied", false, hint::kDenied},
    {"entitlement_denied", false, hint::kEntitlement},
    {"spending_limit", false, hint::kSpending},
    {"request_refused", false, hint::kRefused},
    {"content_filter", false, hint::kContent},
    {"model_unavailable", false, hint::kModel},
    {"rate_limited", true, hint::kRate},
    {"quota_exhausted", false, hint::kQuota},
    {"local_limit", true, hint::kLocalLimit},
    {"network", true, hint::kNetwork},
    {"tls", false, hint::kTls},
    {"timeout", true, hint::kTimeout},
    {"proxy", false, hint::kProxy},
    {"upstream", true, hint::kUpstream},
    {"overloaded", true, hint::kUpstream},
    {"edge_blocked", true, hint::kEdge},
    {"protocol", false, hint::kProtocol},
    {"too_large", false, hint::kProtocol},
    {"truncated", true, hint::kTruncated},
    {"store_corrupt", false, hint::kCorrupt},
    {"store_locked", true, hint::kLocked},
    {"store_io", false, hint::kStoreIo},
    {"store_permission", false, hint::kStorePermission},
    {"store_key", false, hint::kStoreKey},
    {"store_version", false, hint::kStoreVersion},
    {"cancelled", false, hint::kCancelled},
    {"no_memory", false, hint::kNoMemory},
    {"internal", false, hint::kInternal},
}};

}  // namespace

const ErrorInfo& InfoOf(ErrorCode code) {
  return kInfos[static_cast<size_t>(code)];
}

}  // namespace xai
