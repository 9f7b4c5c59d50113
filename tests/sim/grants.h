// The families of tokens: each sign-in begins one, rotation carries it on, and reuse of a
// refresh token ends it as a whole.
#ifndef XAI_TESTS_SIM_GRANTS_H_
#define XAI_TESTS_SIM_GRANTS_H_

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sim/journal.h"
#include "sim/token_mint.h"

namespace xai::sim {

struct Grant {
  std::string client_id;
  std::string scope;
  Account account;
  bool revoked = false;
};

struct TokenSet {
  std::string access_token;
  std::optional<std::string> refresh_token;
  std::optional<std::string> id_token;
  std::string scope;
  std::chrono::seconds expires_in;
};

enum class RefreshFailure { kUnknown, kRevoked, kScope };

class Grants {
 public:
  Grants(const Settings& settings, const TokenMint& mint, Journal& journal)
      : settings_(settings), mint_(mint), journal_(journal) {}

  // Begins a family.
  TokenSet Open(std::string client_id, std::string scope);

  // Rotates.  `scope` is what the client asked for, or empty for what it has.
  std::variant<TokenSet, RefreshFailure> Refresh(std::string_view refresh_token,
                                                 std::string_view client_id,
                                                 std::string_view scope);

  // RFC 7009: a refresh token ends its family, an access token only itself.
  void Revoke(std::string_view token, std::string_view client_id);
  void RevokeAll();
  void ExpireAccess();
  // Forgets rotation, reuse and revocation: every refresh token is good once more.
  void Rewind();

  // The grant behind an access token that is alive now, else null.
  const Grant* FindLive(std::string_view access_token) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct AccessRecord {
    std::shared_ptr<Grant> grant;
    Clock::time_point expires_at;
  };
  struct RefreshRecord {
    std::shared_ptr<Grant> grant;
    std::optional<Clock::time_point> used_at;
  };

  TokenSet Issue(const std::shared_ptr<Grant>& grant, const std::string& scope);

  const Settings& settings_;
  const TokenMint& mint_;
  Journal& journal_;
  // The grants are shared by all tokens of a family.
  std::map<std::string, AccessRecord, std::less<>> access_;
  std::map<std::string, RefreshRecord, std::less<>> refresh_;
};

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_GRANTS_H_
