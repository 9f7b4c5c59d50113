// A string that cannot be printed, copied by accident, or left behind in memory.
#ifndef XAI_PLUGIN_BASE_SECRET_H_
#define XAI_PLUGIN_BASE_SECRET_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/guarded_memory.h"

namespace xai {

// Overwrites memory in a way that the compiler does not remove.
void WipeMemory(void* data, size_t size);

// Move-only, in guarded memory.  The bytes are wiped when it dies.  There is no
// operator<< and no conversion: whoever needs the bytes says Reveal(), at the last
// moment.
class SecretString {
 public:
  SecretString() = default;
  // Copies the bytes; the caller's own copy is the caller's to wipe.
  explicit SecretString(std::string_view bytes);
  SecretString(SecretString&& other) noexcept;
  SecretString& operator=(SecretString&& other) noexcept;
  SecretString(const SecretString&) = delete;
  SecretString& operator=(const SecretString&) = delete;
  ~SecretString() = default;

  // Copies and wipes a std::string that held a secret.
  static SecretString TakeFrom(std::string* bytes);

  SecretString Clone() const { return SecretString(Reveal()); }

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  std::string_view Reveal() const { return {bytes_.get(), size_}; }

 private:
  GuardedMemory bytes_;
  size_t size_ = 0;
};

bool SameSecret(const SecretString& a, const SecretString& b);

// 32 bytes that seal something, zeros at first; kept and wiped like a SecretString.  What
// was moved away has none, and may only get another's or die.
class SecretKey {
 public:
  SecretKey() : bytes_(AllocateGuarded(size())) {}
  SecretKey(const SecretKey& other);
  SecretKey(SecretKey&&) noexcept = default;
  SecretKey& operator=(const SecretKey& other);
  SecretKey& operator=(SecretKey&&) noexcept = default;
  ~SecretKey() = default;

  uint8_t* data() { return reinterpret_cast<uint8_t*>(bytes_.get()); }
  const uint8_t* data() const { return reinterpret_cast<const uint8_t*>(bytes_.get()); }
  static constexpr size_t size() { return 32; }

 private:
  GuardedMemory bytes_;
};

// A short, stable stand-in for a secret, for comparison and intent records: 16 hex digits
// of a keyed hash.  Not a prefix of it, and useless without `key`.
std::string Fingerprint(const SecretString& secret, const SecretKey& key);

// Strict base64url without padding (RFC 7515 section 2); nothing if it is not that.
std::optional<SecretString> DecodeBase64Url(std::string_view text);

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_SECRET_H_
