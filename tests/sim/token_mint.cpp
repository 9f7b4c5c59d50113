#include "sim/token_mint.h"

#include <algorithm>
#include <chrono>

#include "sim/json.h"
#include "sim/random.h"

namespace xai::sim {
namespace {

constexpr std::string_view kTeamId = "2f9a6c14-83d7-4e05-b1c6-90d27f5e38aa";

std::int64_t NowSeconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

}  // namespace

bool HasScope(std::string_view scopes, std::string_view scope) {
  while (!scopes.empty()) {
    const std::string_view word = scopes.substr(0, scopes.find(' '));
    if (word == scope) return true;
    scopes.remove_prefix(std::min(word.size() + 1, scopes.size()));
  }
  return false;
}

std::string TokenMint::AccessToken(const Account& account, const std::string& client_id,
                                   const std::string& scope) const {
  const std::int64_t now = NowSeconds();
  JsonWriter json;
  json.BeginObject().Member("iss", issuer_).Member("aud", client_id);
  json.Member("sub", account.sub).Member("iat", now);
  json.Member("exp", now + settings_.access_ttl.count()).Member("scope", scope);
  json.Member("client_id", client_id).Member("principal_type", "User");
  json.Member("principal_id", account.sub).Member("team_id", kTeamId);
  json.Member("jti", RandomUuid());
  if (settings_.tier) json.Member("tier", *settings_.tier);
  return signer_.Sign(json.EndObject().text());
}

std::string TokenMint::IdToken(const Account& account,
                               const std::string& client_id) const {
  const std::int64_t now = NowSeconds();
  JsonWriter json;
  json.BeginObject().Member("iss", issuer_).Member("aud", client_id);
  json.Member("sub", account.sub).Member("iat", now);
  json.Member("exp", now + settings_.access_ttl.count());
  json.Member("email", account.email).Member("email_verified", true);
  json.Member("name", account.given_name + " " + account.family_name);
  json.Member("given_name", account.given_name);
  json.Member("family_name", account.family_name);
  return signer_.Sign(json.EndObject().text());
}

std::string TokenMint::RefreshToken() const {
  return RandomOpaque();
}

}  // namespace xai::sim
