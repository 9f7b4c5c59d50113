// Makes the tokens: which claims they carry and how they are written.
#ifndef XAI_TESTS_SIM_TOKEN_MINT_H_
#define XAI_TESTS_SIM_TOKEN_MINT_H_

#include <string>
#include <string_view>

#include "sim/jwt.h"
#include "sim/options.h"

namespace xai::sim {

bool HasScope(std::string_view scopes, std::string_view scope);

class TokenMint {
 public:
  TokenMint(const Settings& settings, std::string issuer)
      : settings_(settings), issuer_(std::move(issuer)) {}

  std::string AccessToken(const Account& account, const std::string& client_id,
                          const std::string& scope) const;
  std::string IdToken(const Account& account, const std::string& client_id) const;
  std::string RefreshToken() const;

  const std::string& issuer() const { return issuer_; }
  std::string Jwks() const { return signer_.Jwks(); }

 private:
  const Settings& settings_;
  const std::string issuer_;
  JwtSigner signer_;
};

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_TOKEN_MINT_H_
