#include "sim/oauth.h"

#include <algorithm>

#include "sim/json.h"
#include "sim/oauth_discovery.h"

namespace xai::sim {
namespace {

constexpr std::string_view kDeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

HttpReply TokenReply(const TokenSet& tokens) {
  JsonWriter json;
  json.BeginObject().Member("access_token", tokens.access_token);
  json.Member("token_type", "Bearer").Member("expires_in", tokens.expires_in.count());
  if (tokens.refresh_token) json.Member("refresh_token", *tokens.refresh_token);
  json.Member("scope", tokens.scope);
  if (tokens.id_token) json.Member("id_token", *tokens.id_token);
  return NoStoreJson(json.EndObject().text());
}

OAuthError PollError(PollAnswer answer) {
  switch (answer) {
    case PollAnswer::kPending:
      return {400, "authorization_pending", "The user has not decided yet"};
    case PollAnswer::kSlowDown:
      return {400, "slow_down", "Polled too soon; wait five seconds longer from now on"};
    case PollAnswer::kDenied:
      return {400, "access_denied", "The user denied the request"};
    case PollAnswer::kExpired:
      return {400, "expired_token", "The device code has expired"};
    case PollAnswer::kApproved:
    case PollAnswer::kUnknown:
      break;
  }
  return {400, "invalid_grant", "Invalid or unknown device code"};
}

OAuthError RefreshError(RefreshFailure failure) {
  switch (failure) {
    case RefreshFailure::kUnknown:
      return {400, "invalid_grant", "Invalid or unknown refresh token"};
    case RefreshFailure::kRevoked:
      return {400, "invalid_grant", "Refresh token has been revoked"};
    case RefreshFailure::kScope:
      break;
  }
  return {400, "invalid_scope", "The scope goes beyond what was granted"};
}

HttpReply Missing(std::string_view name) {
  return ToReply(
      {400, "invalid_request", "Parameter " + std::string(name) + " is missing"});
}

HttpReply NotFound() {
  return ToReply({404, "not_found", "There is no such endpoint"});
}

// RFC 6750 3.1: what a bearer token was missing.
HttpReply Unauthorized() {
  HttpReply reply = ToReply({401, "invalid_token", "The access token is not valid"});
  reply.headers.push_back({"WWW-Authenticate", "Bearer error=\"invalid_token\""});
  return reply;
}

}  // namespace

OAuth::OAuth(const Settings& settings, const TokenMint& mint, DeviceFlows& flows,
             Grants& grants, Journal& journal)
    : settings_(settings),
      mint_(mint),
      flows_(flows),
      grants_(grants),
      journal_(journal),
      page_(settings, flows) {}

HttpReply OAuth::Handle(const HttpRequest& request) {
  const std::string& path = request.path;
  if (path == "/oauth2/device") return page_.Handle(request);
  if (path == "/oauth2/userinfo") return UserInfo(request);
  if (auto document = Discover(request, mint_)) return std::move(*document);

  using Endpoint = HttpReply (OAuth::*)(const OAuthParams&);
  Endpoint endpoint = nullptr;
  if (path == "/oauth2/device/code") endpoint = &OAuth::DeviceCode;
  if (path == "/oauth2/token") endpoint = &OAuth::Token;
  if (path == "/oauth2/revoke") endpoint = &OAuth::Revoke;
  if (!endpoint) return NotFound();
  const auto params = OAuthParams::ParseRequest(request);
  if (const auto* error = std::get_if<OAuthError>(&params)) return ToReply(*error);
  return (this->*endpoint)(std::get<OAuthParams>(params));
}

std::optional<OAuthError> OAuth::CheckClient(const OAuthParams& params,
                                             int status) const {
  const std::string id = params.Get("client_id");
  if (id.empty())
    return OAuthError{400, "invalid_request", "Parameter client_id is missing"};
  const auto& known = settings_.client_ids;
  const bool found = std::find(known.begin(), known.end(), id) != known.end();
  // The clients are public ones: whoever sends a secret is somebody else.
  if (found && params.Get("client_secret").empty()) return std::nullopt;
  return OAuthError{status, "invalid_client", "Client authentication failed"};
}

HttpReply OAuth::DeviceCode(const OAuthParams& params) {
  if (const auto error = CheckClient(params, 400)) return ToReply(*error);
  const std::string scope = params.Get("scope");
  if (scope.empty()) return Missing("scope");
  if (const auto unknown = FindUnknownScope(scope)) {
    return ToReply({400, "invalid_scope", "Unknown scope: " + *unknown});
  }
  const DeviceFlow& flow =
      flows_.Start(params.Get("client_id"), scope, params.Get("referrer"));
  journal_.AddSecret(flow.device_code);
  ++journal_.stats().device_codes;
  const std::string page = mint_.issuer() + "/oauth2/device";
  JsonWriter json;
  json.BeginObject().Member("device_code", flow.device_code);
  json.Member("user_code", flow.user_code).Member("verification_uri", page);
  json.Member("verification_uri_complete", page + "?user_code=" + flow.user_code);
  json.Member("expires_in", settings_.expires_in.count());
  json.Member("interval", flow.interval.count()).EndObject();
  return NoStoreJson(json.text());
}

HttpReply OAuth::Token(const OAuthParams& params) {
  const std::string type = params.Get("grant_type");
  if (type.empty()) return Missing("grant_type");
  if (type != kDeviceGrant && type != "refresh_token") {
    return ToReply({400, "unsupported_grant_type", "This grant type is not supported"});
  }
  if (type == kDeviceGrant) return PollDevice(params);
  const std::int64_t before = journal_.stats().refreshes;
  HttpReply reply = Refresh(params);
  if (journal_.stats().refreshes == before) ++journal_.stats().refresh_failures;
  return reply;
}

HttpReply OAuth::PollDevice(const OAuthParams& params) {
  ++journal_.stats().polls;
  if (const auto error = CheckClient(params, 401)) return ToReply(*error);
  if (params.Get("device_code").empty()) return Missing("device_code");
  const DeviceFlow* flow = nullptr;
  const PollAnswer answer =
      flows_.Poll(params.Get("device_code"), params.Get("client_id"), &flow);
  if (answer == PollAnswer::kApproved) {
    return TokenReply(grants_.Open(flow->client_id, flow->scope));
  }
  if (answer == PollAnswer::kSlowDown) ++journal_.stats().slow_downs;
  return ToReply(PollError(answer));
}

HttpReply OAuth::Refresh(const OAuthParams& params) {
  if (const auto error = CheckClient(params, 401)) return ToReply(*error);
  const std::string token = params.Get("refresh_token");
  if (token.empty()) return Missing("refresh_token");
  const auto result =
      grants_.Refresh(token, params.Get("client_id"), params.Get("scope"));
  if (const auto* tokens = std::get_if<TokenSet>(&result)) return TokenReply(*tokens);
  return ToReply(RefreshError(std::get<RefreshFailure>(result)));
}

HttpReply OAuth::Revoke(const OAuthParams& params) {
  if (const auto error = CheckClient(params, 401)) return ToReply(*error);
  if (params.Get("token").empty()) return Missing("token");
  ++journal_.stats().revocations;
  grants_.Revoke(params.Get("token"), params.Get("client_id"));
  // RFC 7009 2.2: an unknown token is as revoked as can be.
  HttpReply reply;
  reply.headers = {{"Cache-Control", "no-store"}};
  return reply;
}

HttpReply OAuth::UserInfo(const HttpRequest& request) {
  ++journal_.stats().userinfo;
  if (request.method != "GET") return ToReply({405, "invalid_request", "Use GET"});
  const auto values = FindHeaders(request.headers, "authorization");
  constexpr std::string_view kScheme = "bearer ";
  if (values.size() != 1 || values[0].size() <= kScheme.size() ||
      !EqualsIgnoringCase(values[0].substr(0, kScheme.size()), kScheme)) {
    return Unauthorized();
  }
  const Grant* grant = grants_.FindLive(values[0].substr(kScheme.size()));
  if (!grant || !HasScope(grant->scope, "openid")) return Unauthorized();
  const Account& account = grant->account;
  JsonWriter json;
  json.BeginObject().Member("sub", account.sub);
  if (HasScope(grant->scope, "email")) {
    json.Member("email", account.email).Member("email_verified", true);
  }
  if (HasScope(grant->scope, "profile")) {
    json.Member("name", account.given_name + " " + account.family_name);
    json.Member("given_name", account.given_name);
    json.Member("family_name", account.family_name);
  }
  return NoStoreJson(json.EndObject().text());
}

}  // namespace xai::sim
