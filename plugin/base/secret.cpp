#include "base/secret.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <sodium.h>

namespace xai {

void WipeMemory(void* data, size_t size) {
  sodium_memzero(data, size);
}

SecretString::SecretString(std::string_view bytes) : size_(bytes.size()) {
  if (size_ == 0) return;
  bytes_ = AllocateGuarded(size_);
  std::memcpy(bytes_.get(), bytes.data(), size_);
}

SecretString::SecretString(SecretString&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(other.size_) {
  other.size_ = 0;
}

SecretString& SecretString::operator=(SecretString&& other) noexcept {
  if (this != &other) {
    bytes_ = std::move(other.bytes_);
    size_ = other.size_;
    other.size_ = 0;
  }
  return *this;
}

SecretString SecretString::TakeFrom(std::string* bytes) {
  SecretString secret{std::string_view(*bytes)};
  WipeMemory(bytes->data(), bytes->size());
  bytes->clear();
  return secret;
}

bool SameSecret(const SecretString& a, const SecretString& b) {
  if (a.size() != b.size()) return false;
  return a.empty() || sodium_memcmp(a.Reveal().data(), b.Reveal().data(), a.size()) == 0;
}

SecretKey::SecretKey(const SecretKey& other) : SecretKey() {
  std::memcpy(data(), other.data(), size());
}

SecretKey& SecretKey::operator=(const SecretKey& other) {
  if (this != &other) *this = SecretKey(other);
  return *this;
}

std::string Fingerprint(const SecretString& secret, const SecretKey& key) {
  if (secret.empty()) return {};
  std::array<uint8_t, crypto_generichash_BYTES_MIN> hash;
  crypto_generichash(hash.data(), hash.size(),
                     reinterpret_cast<const unsigned char*>(secret.Reveal().data()),
                     secret.size(), key.data(), SecretKey::size());
  std::array<char, 17> hex;
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), 8);
  return std::string(hex.data());
}

std::optional<SecretString> DecodeBase64Url(std::string_view text) {
  // libsodium 1.0.18 takes some bytes beyond ASCII for digits.
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (!std::all_of(text.begin(), text.end(), is_ascii)) return std::nullopt;
  std::string bytes(text.size(), '\0');
  size_t size = 0;
  const char* end = nullptr;
  const int failed = sodium_base642bin(
      reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
      text.size(), nullptr, &size, &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  const bool good = failed == 0 && end == text.data() + text.size();
  bytes.resize(good ? size : 0);
  SecretString decoded = SecretString::TakeFrom(&bytes);
  if (!good) return std::nullopt;
  return decoded;
}

}  // namespace xai
