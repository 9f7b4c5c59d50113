#include "sim/grants.h"

#include <algorithm>

namespace xai::sim {
namespace {

// True when every word of `asked` is among `granted`.
bool Narrows(std::string_view asked, std::string_view granted) {
  while (!asked.empty()) {
    const std::string_view word = asked.substr(0, asked.find(' '));
    if (!HasScope(granted, word)) return false;
    asked.remove_prefix(std::min(word.size() + 1, asked.size()));
  }
  return true;
}

}  // namespace

TokenSet Grants::Open(std::string client_id, std::string scope) {
  auto grant = std::make_shared<Grant>();
  grant->client_id = std::move(client_id);
  grant->scope = std::move(scope);
  grant->account = settings_.account;
  return Issue(grant, grant->scope);
}

std::variant<TokenSet, RefreshFailure> Grants::Refresh(std::string_view refresh_token,
                                                       std::string_view client_id,
                                                       std::string_view scope) {
  const auto it = refresh_.find(refresh_token);
  if (it == refresh_.end() || it->second.grant->client_id != client_id) {
    return RefreshFailure::kUnknown;
  }
  RefreshRecord& record = it->second;
  const auto now = Clock::now();
  if (record.used_at && now - *record.used_at >= settings_.rotation_grace) {
    // Somebody holds a copy: nobody can tell who, so the family ends (RFC 9700 4.14.2).
    ++journal_.stats().reuse_detected;
    record.grant->revoked = true;
  }
  if (record.grant->revoked) return RefreshFailure::kRevoked;
  if (!Narrows(scope, record.grant->scope)) return RefreshFailure::kScope;
  if (!record.used_at) record.used_at = now;
  ++journal_.stats().refreshes;
  const auto grant = record.grant;
  return Issue(grant, scope.empty() ? grant->scope : std::string(scope));
}

TokenSet Grants::Issue(const std::shared_ptr<Grant>& grant, const std::string& scope) {
  TokenSet tokens;
  tokens.scope = scope;
  tokens.expires_in = settings_.access_ttl;
  tokens.access_token = mint_.AccessToken(grant->account, grant->client_id, scope);
  access_[tokens.access_token] = {grant, Clock::now() + settings_.access_ttl};
  journal_.AddSecret(tokens.access_token);
  ++journal_.stats().tokens_issued;
  if (settings_.refresh_token && HasScope(grant->scope, "offline_access")) {
    tokens.refresh_token = mint_.RefreshToken();
    refresh_[*tokens.refresh_token] = {grant, std::nullopt};
    journal_.AddSecret(*tokens.refresh_token);
  }
  if (settings_.id_token && HasScope(scope, "openid")) {
    tokens.id_token = mint_.IdToken(grant->account, grant->client_id);
    journal_.AddSecret(*tokens.id_token);
  }
  return tokens;
}

void Grants::Revoke(std::string_view token, std::string_view client_id) {
  const auto refresh = refresh_.find(token);
  if (refresh != refresh_.end() && refresh->second.grant->client_id == client_id) {
    refresh->second.grant->revoked = true;
  }
  const auto access = access_.find(token);
  if (access != access_.end() && access->second.grant->client_id == client_id) {
    access_.erase(access);
  }
}

void Grants::RevokeAll() {
  for (auto& [token, record] : refresh_) record.grant->revoked = true;
  for (auto& [token, record] : access_) record.grant->revoked = true;
}

void Grants::ExpireAccess() {
  access_.clear();
}

void Grants::Rewind() {
  for (auto& [token, record] : refresh_) {
    record.used_at.reset();
    record.grant->revoked = false;
  }
}

const Grant* Grants::FindLive(std::string_view access_token) const {
  const auto it = access_.find(access_token);
  if (it == access_.end() || it->second.grant->revoked) return nullptr;
  return Clock::now() < it->second.expires_at ? it->second.grant.get() : nullptr;
}

}  // namespace xai::sim
