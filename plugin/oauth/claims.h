// What a JWT says about its owner.  For display and scheduling only: the signature is not
// checked, and nothing is allowed or refused because of a claim.
#ifndef XAI_PLUGIN_OAUTH_CLAIMS_H_
#define XAI_PLUGIN_OAUTH_CLAIMS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace xai {

struct Claims {
  std::string subject;
  std::string email;
  std::string principal_id;
  std::optional<int64_t> tier;          // only if it is a whole number, 0 or more
  std::optional<int64_t> life_seconds;  // exp - iat: free of this machine's clock
};

// An opaque or damaged token gives empty claims.
Claims ReadClaims(const SecretString& jwt);

// The same from a userinfo answer (OpenID Connect Core 5.3).
Claims ReadUserinfo(std::string_view body);

}  // namespace xai

#endif  // XAI_PLUGIN_OAUTH_CLAIMS_H_
