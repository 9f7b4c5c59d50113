#include "abi/status_code.h"

#include "llm_provider.h"

namespace xai {

int32_t StatusOf(ErrorCode code) {
  switch (code) {  // no default: the compiler names a code that is forgotten
    case ErrorCode::kInvalidRequest:
    case ErrorCode::kInvalidConfig:
    case ErrorCode::kContextLength:
      return LLMP_E_INVALID;
    case ErrorCode::kUnsupported:
      return LLMP_E_UNSUPPORTED;
    case ErrorCode::kBackendUnavailable:
      return LLMP_E_UNAVAILABLE;
    case ErrorCode::kNotConnected:
    case ErrorCode::kReauthRequired:
    case ErrorCode::kExpired:
    case ErrorCode::kNoPendingFlow:
      return LLMP_E_NO_AUTH;
    case ErrorCode::kAccessDenied:
    case ErrorCode::kEntitlementDenied:
    case ErrorCode::kSpendingLimit:
    case ErrorCode::kRequestRefused:
    case ErrorCode::kContentFilter:
    case ErrorCode::kModelUnavailable:
      return LLMP_E_DENIED;
    case ErrorCode::kRateLimited:
    case ErrorCode::kQuotaExhausted:
    case ErrorCode::kLocalLimit:
      return LLMP_E_RATE_LIMIT;
    case ErrorCode::kNetwork:
    case ErrorCode::kTls:
    case ErrorCode::kTimeout:
    case ErrorCode::kProxy:
      return LLMP_E_NETWORK;
    case ErrorCode::kUpstream:
    case ErrorCode::kOverloaded:
    case ErrorCode::kEdgeBlocked:
    case ErrorCode::kProtocol:
    case ErrorCode::kTooLarge:
      return LLMP_E_UPSTREAM;
    case ErrorCode::kTruncated:
      return LLMP_E_TRUNCATED;
    case ErrorCode::kStoreCorrupt:
    case ErrorCode::kStoreLocked:
    case ErrorCode::kStoreIo:
    case ErrorCode::kStorePermission:
    case ErrorCode::kStoreKey:
    case ErrorCode::kStoreVersion:
      return LLMP_E_STORE;
    case ErrorCode::kCancelled:
      return LLMP_E_CANCELLED;
    case ErrorCode::kNoMemory:
      return LLMP_E_NO_MEMORY;
    case ErrorCode::kInternal:
      return LLMP_E_INTERNAL;
  }
  return LLMP_E_INTERNAL;
}

}  // namespace xai
