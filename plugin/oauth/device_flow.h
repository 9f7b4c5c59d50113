// The device authorization grant, RFC 8628, without any I/O: requests out of settings,
// decisions out of answers.
#ifndef XAI_PLUGIN_OAUTH_DEVICE_FLOW_H_
#define XAI_PLUGIN_OAUTH_DEVICE_FLOW_H_

#include <cstdint>
#include <string>
#include <variant>

#include "base/result.h"
#include "base/secret.h"
#include "http/form.h"
#include "http/transport.h"
#include "oauth/config.h"
#include "oauth/oauth_error.h"
#include "oauth/token.h"

namespace xai {

// A code that a person is asked to approve.
struct DeviceCode {
  SecretString device_code;
  std::string user_code;
  std::string verification_url;
  std::string verification_url_with_code;
  int64_t interval_seconds = 0;
  int64_t expires_at_ms = 0;
};

// RFC 8628 section 3.1.
void FillDeviceRequest(const OAuthConfig& config, FormBody* form);

// RFC 8628 section 3.2.  `asked_at_ms` is the wall clock before the request was sent.
// Fails with kProtocol if a member is missing or unfit to be shown to a person.
Result<DeviceCode> ParseDeviceResponse(const HttpResponse& response,
                                       const OAuthConfig& config, int64_t asked_at_ms);

// RFC 8628 section 3.4.
void FillPollRequest(const OAuthConfig& config, const SecretString& device_code,
                     FormBody* form);

struct StillPending {
  int64_t interval_seconds;  // from now on
  int64_t wait_ms;           // before the next poll
};

// The tokens; or not yet (nobody decided, or the server had a problem that says nothing
// about the flow); or an error that ends the flow.
using PollOutcome = std::variant<TokenSet, StillPending, Error>;

// RFC 8628 section 3.5.  Of the answers with 2xx only one that has tokens ends the flow,
// whether they can be used or not.
PollOutcome ReadPollReply(const HttpResponse& response, int64_t interval_seconds,
                          int64_t asked_at_ms);

// https on a host of xAI's; or, with a loopback issuer, a loopback.
bool IsAcceptableVerificationUrl(std::string_view url, std::string_view issuer);

}  // namespace xai

#endif  // XAI_PLUGIN_OAUTH_DEVICE_FLOW_H_
