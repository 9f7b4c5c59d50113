#include "oauth/device_flow.h"

#include <algorithm>

#include "base/json_reader.h"
#include "base/limits.h"
#include "http/url.h"

namespace xai {
namespace {

Error Refuse(std::string_view what) {
  return Error::Make(ErrorCode::kProtocol,
                     "the device authorization answer has " + std::string(what),
                     "device_response");
}

// Letters, digits and '-': nothing that could steer a terminal or hide in a URL.
bool IsUserCode(std::string_view code) {
  return code.size() >= limits::kUserCodeBytesMin &&
         code.size() <= limits::kUserCodeBytesMax &&
         std::all_of(code.begin(), code.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  (c >= '0' && c <= '9') || c == '-';
         });
}

bool IsDeviceCode(std::string_view code) {
  return !code.empty() && code.size() <= limits::kDeviceCodeBytesMax &&
         std::all_of(code.begin(), code.end(),
                     [](char c) { return c > 0x20 && c < 0x7F; });
}

// The URL that holds the code already: the server's, if it is one, else our own.
std::string UrlWithCode(const JsonFields& fields, const std::string& plain,
                        const std::string& user_code, std::string_view issuer) {
  const std::optional<std::string_view> given =
      fields.String("verification_uri_complete");
  if (given && IsAcceptableVerificationUrl(*given, issuer) &&
      given->find(user_code) != std::string_view::npos &&
      ParseUrl(*given)->host == ParseUrl(plain)->host) {
    return std::string(*given);
  }
  const char separator = plain.find('?') == std::string::npos ? '?' : '&';
  return plain + separator + "user_code=" + user_code;
}

}  // namespace

bool IsAcceptableVerificationUrl(std::string_view url, std::string_view issuer) {
  if (url.size() > limits::kVerificationUrlBytesMax) return false;
  const std::optional<UrlParts> parts = ParseUrl(url);
  const std::optional<UrlParts> from = ParseUrl(issuer);
  if (!parts || !from) return false;
  if (IsLoopbackHost(from->host)) return IsLoopbackHost(parts->host);
  return parts->scheme == "https" && parts->port.empty() &&
         (parts->host == "accounts.x.ai" || parts->host == "auth.x.ai" ||
          parts->host == "x.ai" || parts->host == "grok.com");
}

void FillDeviceRequest(const OAuthConfig& config, FormBody* form) {
  form->Add("client_id", config.client_id).Add("scope", config.scope);
  if (!config.referrer.empty()) form->Add("referrer", config.referrer);
}

Result<DeviceCode> ParseDeviceResponse(const HttpResponse& response,
                                       const OAuthConfig& config, int64_t asked_at_ms) {
  if (response.head.status == 404) {
    Error error =
        Error::Make(ErrorCode::kUpstream, "this server offers no device sign-in",
                    "device_flow_unavailable");
    error.http_status = 404;
    return error;
  }
  if (response.head.status / 100 != 2) return ToError(ReadOAuthFault(response));
  Result<JsonFields> read = JsonFields::Read(response.body);
  if (!read.ok()) return std::move(read).error();
  const JsonFields& fields = read.value();

  const std::optional<std::string_view> device_code = fields.String("device_code");
  if (!device_code || !IsDeviceCode(*device_code)) return Refuse("no usable device code");
  const std::optional<std::string_view> user_code = fields.String("user_code");
  if (!user_code || !IsUserCode(*user_code)) return Refuse("no usable user code");
  const std::optional<std::string_view> url = fields.String("verification_uri");
  if (!url || !IsAcceptableVerificationUrl(*url, config.issuer)) {
    return Refuse("no acceptable verification address");
  }

  DeviceCode code;
  code.device_code = SecretString(*device_code);
  code.user_code = std::string(*user_code);
  code.verification_url = std::string(*url);
  code.verification_url_with_code =
      UrlWithCode(fields, code.verification_url, code.user_code, config.issuer);
  // Neither a person nor the page may see the secret half by way of an address.
  if (code.verification_url.find(*device_code) != std::string::npos ||
      code.verification_url_with_code.find(*device_code) != std::string::npos) {
    return Refuse("the device code in its address");
  }
  code.interval_seconds =
      std::clamp(fields.Integer("interval").value_or(limits::kIntervalSecondsDefault),
                 limits::kIntervalSecondsMin, limits::kIntervalSecondsMax);
  const int64_t life =
      std::clamp(fields.Integer("expires_in").value_or(limits::kCodeLifeSecondsDefault),
                 limits::kCodeLifeSecondsMin, limits::kCodeLifeSecondsMax);
  code.expires_at_ms = asked_at_ms + life * 1000;
  return code;
}

void FillPollRequest(const OAuthConfig& config, const SecretString& device_code,
                     FormBody* form) {
  form->Add("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
      .Add("device_code", device_code.Reveal())
      .Add("client_id", config.client_id);
}

PollOutcome ReadPollReply(const HttpResponse& response, int64_t interval_seconds,
                          int64_t asked_at_ms) {
  if (response.head.status / 100 == 2) {
    Result<TokenSet> tokens = ParseTokenResponse(response.body, asked_at_ms);
    if (tokens.ok()) return std::move(tokens).value();
    // A portal's page or half an answer says nothing about the flow, and some servers
    // send their errors with 200: what follows tells these apart.
    if (tokens.error().reason == kUnusableTokensReason) return std::move(tokens).error();
  }
  const OAuthFault fault = ReadOAuthFault(response);
  switch (fault.kind) {
    case OAuthErrorKind::kAuthorizationPending:
      return StillPending{interval_seconds, interval_seconds * 1000};
    case OAuthErrorKind::kSlowDown: {
      // "the interval MUST be increased by 5 seconds for this and all subsequent
      // requests"
      const int64_t slower =
          std::clamp(std::max(interval_seconds + limits::kSlowDownSeconds,
                              fault.interval_seconds.value_or(0)),
                     limits::kIntervalSecondsMin, limits::kIntervalSecondsMax);
      return StillPending{slower, slower * 1000};
    }
    case OAuthErrorKind::kTransient: {
      const int64_t wait =
          std::max(fault.retry_after_ms.value_or(0), interval_seconds * 1000);
      return StillPending{interval_seconds,
                          std::min(wait, limits::kIntervalSecondsMax * 1000)};
    }
    case OAuthErrorKind::kInvalidGrant:
      // RFC 8628 has the code unknown or used: for a person it has run out.
      return Error::Make(ErrorCode::kExpired, fault.detail, "invalid_grant");
    default:
      return ToError(fault);
  }
}

}  // namespace xai
