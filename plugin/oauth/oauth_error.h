// What an answer of the authorization server that is not a success means.
#ifndef XAI_PLUGIN_OAUTH_OAUTH_ERROR_H_
#define XAI_PLUGIN_OAUTH_OAUTH_ERROR_H_

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "http/transport.h"

namespace xai {

enum class OAuthErrorKind {
  // RFC 8628 section 3.5
  kAuthorizationPending,
  kSlowDown,
  kAccessDenied,
  kExpiredToken,
  // RFC 6749 section 5.2
  kInvalidGrant,
  kInvalidClient,  // also unauthorized_client, unsupported_grant_type, invalid_scope
  // xAI says in JSON that the account may not do this
  kForbidden,
  // a redirect, which is never followed
  kRedirect,
  // an outage, a gateway's page, anything that says nothing about the grant
  kTransient,
};

struct OAuthFault {
  OAuthErrorKind kind = OAuthErrorKind::kTransient;
  std::string detail;                     // fit to show
  std::optional<int64_t> retry_after_ms;  // from the Retry-After header
  std::optional<int64_t> interval_seconds;
  int http_status = 0;
  bool edge_page = false;  // a gate before the server sent a page: transient as well
};

// REQUIRES: the status is not 2xx, or the body was not acceptable.  The JSON member
// `error` decides, whatever the 4xx status; without one, and with 429 or 5xx, it is
// transient.
OAuthFault ReadOAuthFault(const HttpResponse& response);

// The fault in the words of the error document, for those that end something.
Error ToError(const OAuthFault& fault);

}  // namespace xai

#endif  // XAI_PLUGIN_OAUTH_OAUTH_ERROR_H_
