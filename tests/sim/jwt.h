// Signs JSON Web Tokens with a key that lives as long as the process.  ES256 rather than
// RS256: tokens get the length of real ones, and the key is made in no time.
#ifndef XAI_TESTS_SIM_JWT_H_
#define XAI_TESTS_SIM_JWT_H_

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

namespace xai::sim {

class JwtSigner {
 public:
  JwtSigner();  // makes the key

  // The compact form of a token with this payload, signed with ES256.
  std::string Sign(std::string_view payload) const;
  // The public key as a JSON Web Key Set.
  std::string Jwks() const;

 private:
  struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };

  std::unique_ptr<EVP_PKEY, FreeKey> key_;
  std::string key_id_;
};

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_JWT_H_
