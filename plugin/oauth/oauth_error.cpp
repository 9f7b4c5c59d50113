#include "oauth/oauth_error.h"

#include "base/json_reader.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "http/retry_after.h"

namespace xai {
namespace {

// RFC 6585 section 6: the network before the server wants a sign-in.
constexpr int kPortalStatus = 511;

std::optional<OAuthErrorKind> KindOf(std::string_view error) {
  if (error == "authorization_pending") return OAuthErrorKind::kAuthorizationPending;
  if (error == "slow_down") return OAuthErrorKind::kSlowDown;
  if (error == "access_denied" || error == "authorization_denied") {
    return OAuthErrorKind::kAccessDenied;
  }
  if (error == "expired_token") return OAuthErrorKind::kExpiredToken;
  if (error == "invalid_grant") return OAuthErrorKind::kInvalidGrant;
  if (error == "invalid_client" || error == "unauthorized_client" ||
      error == "unsupported_grant_type" || error == "invalid_scope" ||
      error == "invalid_request") {
    return OAuthErrorKind::kInvalidClient;
  }
  if (error == "forbidden" || error == "permission_denied" ||
      error == "permission-denied") {
    return OAuthErrorKind::kForbidden;
  }
  return std::nullopt;
}

// The challenge or outage page of the gate in front of the server.
bool IsEdgePage(const HttpHead& head) {
  if (head.Header("content-type").find("text/html") == std::string_view::npos)
    return false;
  return !head.Header("cf-mitigated").empty() || head.status == 403 ||
         (head.status >= 520 && head.status <= 530);
}

}  // namespace

OAuthFault ReadOAuthFault(const HttpResponse& response) {
  OAuthFault fault;
  fault.http_status = response.head.status;
  fault.retry_after_ms = ParseRetryAfter(response.head.Header("retry-after"));
  fault.detail = "the sign-in server answered " + std::to_string(fault.http_status);
  if (fault.http_status / 100 == 3) {
    fault.kind = OAuthErrorKind::kRedirect;
    return fault;
  }
  if (fault.http_status == kPortalStatus) {
    fault.detail = "the network wants a sign-in of its own (status 511)";
    return fault;
  }
  fault.edge_page = IsEdgePage(response.head);
  const Result<JsonFields> fields = JsonFields::Read(response.body);
  if (!fields.ok()) return fault;
  const std::optional<std::string_view> error = fields.value().String("error");
  if (!error) return fault;
  const std::optional<OAuthErrorKind> kind = KindOf(*error);
  // An outage that says so in JSON is an outage all the same.
  if (kind && fault.http_status < 500 && fault.http_status != 429) fault.kind = *kind;
  if (kind) {
    fault.detail += " " + ToShownText(*error, limits::kShownTextBytesMax);
  }
  fault.interval_seconds = fields.value().Integer("interval");
  return fault;
}

Error ToError(const OAuthFault& fault) {
  ErrorCode code = ErrorCode::kUpstream;
  std::string reason;
  switch (fault.kind) {
    case OAuthErrorKind::kAccessDenied:
    case OAuthErrorKind::kForbidden:
      code = ErrorCode::kAccessDenied;
      break;
    case OAuthErrorKind::kExpiredToken:
      code = ErrorCode::kExpired;
      break;
    case OAuthErrorKind::kInvalidGrant:
      code = ErrorCode::kReauthRequired;
      reason = "invalid_grant";
      break;
    case OAuthErrorKind::kInvalidClient:
      reason = "client_not_accepted";
      break;
    case OAuthErrorKind::kRedirect:
      code = ErrorCode::kProtocol;
      reason = "redirect";
      break;
    case OAuthErrorKind::kAuthorizationPending:
    case OAuthErrorKind::kSlowDown:
    case OAuthErrorKind::kTransient:
      if (fault.http_status == kPortalStatus) {
        code = ErrorCode::kProtocol;
        reason = "portal";
      } else if (fault.edge_page) {
        code = ErrorCode::kEdgeBlocked;
      } else {
        reason = "transient";
      }
      break;
  }
  Error error = Error::Make(code, fault.detail, reason);
  error.http_status = fault.http_status;
  error.retry_after_ms = fault.retry_after_ms;
  return error;
}

}  // namespace xai
