#include "sim/oauth_discovery.h"

#include <algorithm>
#include <array>

#include "sim/json.h"
#include "sim/oauth_params.h"

namespace xai::sim {
namespace {

constexpr std::string_view kKeysPath = "/.well-known/jwks.json";

constexpr std::array<std::string_view, 9> kAdvertisedScopes = {
    "openid",    "profile",  "email",      "offline_access",      "grok-cli:access",
    "team:read", "org:read", "api:access", "office-addins:access"};
// Accepted though not advertised.
constexpr std::array<std::string_view, 4> kOtherScopes = {
    "conversations:read", "conversations:write", "workspaces:read", "workspaces:write"};

void AddList(JsonWriter& json, std::string_view name, const auto& values) {
  json.ArrayMember(name);
  for (const std::string_view value : values) json.Value(value);
  json.EndArray();
}

std::string DiscoveryDocument(const std::string& issuer) {
  const std::array<std::string_view, 2> grants = {
      "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"};
  const std::array<std::string_view, 1> none = {"none"};
  const std::array<std::string_view, 1> algorithms = {"ES256"};
  const std::array<std::string_view, 1> subjects = {"public"};
  JsonWriter json;
  json.BeginObject().Member("issuer", issuer);
  json.Member("device_authorization_endpoint", issuer + "/oauth2/device/code");
  json.Member("token_endpoint", issuer + "/oauth2/token");
  json.Member("revocation_endpoint", issuer + "/oauth2/revoke");
  json.Member("userinfo_endpoint", issuer + "/oauth2/userinfo");
  json.Member("jwks_uri", issuer + std::string(kKeysPath));
  AddList(json, "grant_types_supported", grants);
  AddList(json, "token_endpoint_auth_methods_supported", none);
  AddList(json, "scopes_supported", kAdvertisedScopes);
  AddList(json, "subject_types_supported", subjects);
  AddList(json, "id_token_signing_alg_values_supported", algorithms);
  return json.EndObject().text();
}

bool IsKnown(std::string_view scope) {
  // Advertised, and yet refused when a person signs in rather than a team.
  if (scope == "team:read") return false;
  const auto has = [&](const auto& list) {
    return std::find(list.begin(), list.end(), scope) != list.end();
  };
  return has(kAdvertisedScopes) || has(kOtherScopes);
}

}  // namespace

std::optional<HttpReply> Discover(const HttpRequest& request, const TokenMint& mint) {
  const bool keys = request.path == kKeysPath;
  if (!keys && request.path != "/.well-known/openid-configuration") return std::nullopt;
  if (request.method != "GET") {
    return ToReply({405, "invalid_request", "This document is read with GET"});
  }
  HttpReply reply;
  reply.headers = {{"Content-Type", "application/json"}};
  reply.body = keys ? mint.Jwks() : DiscoveryDocument(mint.issuer());
  return reply;
}

std::optional<std::string> FindUnknownScope(std::string_view scopes) {
  while (!scopes.empty()) {
    const std::string_view scope = scopes.substr(0, scopes.find(' '));
    if (!IsKnown(scope)) return std::string(scope);
    scopes.remove_prefix(std::min(scope.size() + 1, scopes.size()));
  }
  return std::nullopt;
}

}  // namespace xai::sim
