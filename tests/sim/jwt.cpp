#include "sim/jwt.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>

#include <cstdlib>

#include "sim/json.h"
#include "sim/random.h"
#include "sim/text.h"

namespace xai::sim {
namespace {

// The bytes of a coordinate and of each half of a signature on P-256.
constexpr int kNumberBytes = 32;

// A failure of the crypto library leaves nothing that could be served.
void Require(bool ok) {
  if (!ok) std::abort();
}

std::string ToBytes(const BIGNUM* number) {
  std::string bytes(kNumberBytes, '\0');
  auto* data = reinterpret_cast<unsigned char*>(bytes.data());
  Require(BN_bn2binpad(number, data, kNumberBytes) == kNumberBytes);
  return bytes;
}

std::string Coordinate(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  Require(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  std::string bytes = ToBytes(number);
  BN_free(number);
  return Base64Url(bytes);
}

// RFC 7518 3.4: the two numbers one after the other instead of OpenSSL's DER.
std::string ToJoseSignature(const std::string& der) {
  const auto* data = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &data, static_cast<long>(der.size()));
  Require(signature != nullptr);
  std::string bytes = ToBytes(ECDSA_SIG_get0_r(signature));
  bytes += ToBytes(ECDSA_SIG_get0_s(signature));
  ECDSA_SIG_free(signature);
  return bytes;
}

}  // namespace

JwtSigner::JwtSigner() : key_(EVP_EC_gen("P-256")), key_id_(RandomUuid()) {
  Require(key_ != nullptr);
}

std::string JwtSigner::Sign(std::string_view payload) const {
  const std::string header = JsonWriter()
                                 .BeginObject()
                                 .Member("alg", "ES256")
                                 .Member("typ", "JWT")
                                 .Member("kid", key_id_)
                                 .EndObject()
                                 .text();
  const std::string input = Base64Url(header) + "." + Base64Url(payload);
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
  Require(context != nullptr);
  Require(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) ==
          1);
  const auto* data = reinterpret_cast<const unsigned char*>(input.data());
  std::size_t size = 0;
  Require(EVP_DigestSign(context.get(), nullptr, &size, data, input.size()) == 1);
  std::string der(size, '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  Require(EVP_DigestSign(context.get(), out, &size, data, input.size()) == 1);
  der.resize(size);
  return input + "." + Base64Url(ToJoseSignature(der));
}

std::string JwtSigner::Jwks() const {
  JsonWriter json;
  json.BeginObject().ArrayMember("keys").BeginObject();
  json.Member("kty", "EC").Member("crv", "P-256").Member("use", "sig");
  json.Member("alg", "ES256").Member("kid", key_id_);
  json.Member("x", Coordinate(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X));
  json.Member("y", Coordinate(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y));
  return json.EndObject().EndArray().EndObject().text();
}

}  // namespace xai::sim
