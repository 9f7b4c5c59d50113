// A successful answer of the token endpoint: RFC 6749 section 5.1.
#ifndef XAI_PLUGIN_OAUTH_TOKEN_H_
#define XAI_PLUGIN_OAUTH_TOKEN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "oauth/claims.h"

namespace xai {

// The reason of a token answer whose tokens cannot be used.
inline constexpr std::string_view kUnusableTokensReason = "token_response";

struct TokenSet {
  SecretString access_token;
  SecretString refresh_token;  // empty: none came, keep the old one
  SecretString id_token;       // empty: none came
  std::string scope;
  int64_t issued_at_ms = 0;
  int64_t expires_at_ms = 0;
};

// `asked_at_ms` is the wall clock before the request was sent, so that the life is never
// overestimated.  Fails with kProtocol: with kUnusableTokensReason, or without a reason
// if this is no token answer at all, but a page, half an answer or other JSON.
Result<TokenSet> ParseTokenResponse(std::string_view body, int64_t asked_at_ms);

// Whose tokens these are: as the id_token has it, and where it is silent, or did not
// come, as the access token has it.  None of the tokens is in it.
Claims OwnerOf(const TokenSet& tokens);

}  // namespace xai

#endif  // XAI_PLUGIN_OAUTH_TOKEN_H_
