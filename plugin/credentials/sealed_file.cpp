#include "credentials/sealed_file.h"

#include <sodium.h>

#include <cstring>

#include "base/limits.h"

namespace xai {
namespace {

// Like PNG's: shows damage by text tools and by seven-bit channels at once.
constexpr std::array<uint8_t, 8> kMagic = {0x89, 'X', 'G', 'C', '\r', '\n', 0x1A, '\n'};
constexpr uint8_t kMajor = 1;
constexpr uint8_t kMinor = 0;
constexpr uint8_t kXChaCha20Poly1305 = 1;
constexpr uint8_t kKdfNone = 0;
constexpr uint8_t kKdfArgon2id13 = 1;
constexpr size_t kPadding = 1024;  // hides the lengths of names and tokens
// A hostile header must not cost gigabytes or minutes.
constexpr uint32_t kKdfOperationsMax = 10;
constexpr uint32_t kKdfMemoryKibMax = 1u << 20;
constexpr uint32_t kKdfMemoryKibMin = 8;

constexpr size_t kHeaderBytes = 112;
constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

// Offsets of the header's members; all numbers are little endian.
constexpr size_t kAtMajor = 8;
constexpr size_t kAtMinor = 9;
constexpr size_t kAtAead = 10;
constexpr size_t kAtKeySource = 11;
constexpr size_t kAtKdf = 12;
constexpr size_t kAtHeaderSize = 14;
constexpr size_t kAtKeyId = 16;
constexpr size_t kAtSalt = 32;
constexpr size_t kAtOperations = 48;
constexpr size_t kAtMemory = 52;
constexpr size_t kAtGeneration = 56;
constexpr size_t kAtStoreId = 64;
constexpr size_t kAtNonce = 80;
constexpr size_t kAtCipherSize = 104;

static_assert(kAtNonce + kNonceBytes == kAtCipherSize);
static_assert(kAtCipherSize + 8 == kHeaderBytes);

using KeyId = std::array<uint8_t, 16>;

void PutNumber(uint64_t value, size_t bytes, uint8_t* out) {
  for (size_t i = 0; i < bytes; ++i) out[i] = static_cast<uint8_t>(value >> (8 * i));
}

uint64_t GetNumber(const uint8_t* in, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = bytes; i > 0; --i) value = value << 8 | in[i - 1];
  return value;
}

void Derive(std::string_view label, const SecretKey& key, uint8_t* out, size_t size) {
  crypto_generichash(out, size, reinterpret_cast<const uint8_t*>(label.data()),
                     label.size(), key.data(), SecretKey::size());
}

SecretKey DataKey(const SecretKey& source_key) {
  SecretKey key;
  Derive("XGDATA1", source_key, key.data(), SecretKey::size());
  return key;
}

KeyId IdOf(const SecretKey& source_key) {
  KeyId id;
  Derive("XGKEYID1", source_key, id.data(), id.size());
  return id;
}

std::string AssociatedData(const uint8_t* header, const SealContext& context) {
  std::string data(reinterpret_cast<const char*>(header), kHeaderBytes);
  for (const std::string* part :
       {&context.issuer, &context.client_id, &context.profile}) {
    data.push_back('\0');
    data.append(*part);
  }
  return data;
}

const uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

Error Corrupt(std::string_view what) {
  return Error::Make(ErrorCode::kStoreCorrupt, "the sealed file " + std::string(what),
                     "sealed_file");
}

}  // namespace

std::string SealContext::FileTag() const {
  std::string all = issuer;
  all.push_back('\0');
  all.append(client_id);
  all.push_back('\0');
  all.append(profile);
  std::array<uint8_t, crypto_generichash_BYTES_MIN> hash;
  crypto_generichash(hash.data(), hash.size(), Bytes(all), all.size(), nullptr, 0);
  std::array<char, 9> hex;
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), 4);
  return hex.data();
}

std::string Seal(const SealedHeader& header, const SecretString& plaintext,
                 const SecretKey& source_key, const SealContext& context,
                 Random* random) {
  std::string padded(plaintext.size() + kPadding, '\0');
  plaintext.Reveal().copy(padded.data(), plaintext.size());
  size_t padded_size = 0;
  sodium_pad(&padded_size, reinterpret_cast<uint8_t*>(padded.data()), plaintext.size(),
             kPadding, padded.size());

  std::array<uint8_t, kHeaderBytes> head = {};
  std::memcpy(head.data(), kMagic.data(), kMagic.size());
  head[kAtMajor] = kMajor;
  head[kAtMinor] = kMinor;
  head[kAtAead] = kXChaCha20Poly1305;
  head[kAtKeySource] = static_cast<uint8_t>(header.key_source);
  head[kAtKdf] = header.kdf.operations == 0 ? kKdfNone : kKdfArgon2id13;
  PutNumber(kHeaderBytes, 2, &head[kAtHeaderSize]);
  const KeyId key_id = IdOf(source_key);
  std::memcpy(&head[kAtKeyId], key_id.data(), key_id.size());
  std::memcpy(&head[kAtSalt], header.kdf.salt.data(), header.kdf.salt.size());
  PutNumber(header.kdf.operations, 4, &head[kAtOperations]);
  PutNumber(header.kdf.memory_kib, 4, &head[kAtMemory]);
  PutNumber(header.generation, 8, &head[kAtGeneration]);
  std::memcpy(&head[kAtStoreId], header.store_id.data(), header.store_id.size());
  random->Fill(&head[kAtNonce], kNonceBytes);
  PutNumber(padded_size + kTagBytes, 4, &head[kAtCipherSize]);

  const std::string associated = AssociatedData(head.data(), context);
  const SecretKey key = DataKey(source_key);
  std::string out(kHeaderBytes + padded_size + kTagBytes, '\0');
  std::memcpy(out.data(), head.data(), kHeaderBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      reinterpret_cast<uint8_t*>(out.data()) + kHeaderBytes, nullptr, Bytes(padded),
      padded_size, Bytes(associated), associated.size(), nullptr, &head[kAtNonce],
      key.data());
  WipeMemory(padded.data(), padded.size());
  return out;
}

Result<SealedHeader> ReadSealedHeader(std::string_view bytes) {
  const uint8_t* head = Bytes(bytes);
  if (bytes.size() < kMagic.size() ||
      std::memcmp(head, kMagic.data(), kMagic.size()) != 0) {
    return Corrupt(bytes.empty() ? "is empty" : "does not begin as one");
  }
  if (bytes.size() <= kAtMajor) return Corrupt("is cut short");
  if (head[kAtMajor] > kMajor) {
    return Error::Make(ErrorCode::kStoreVersion, "the sealed file is of a newer format");
  }
  if (bytes.size() < kHeaderBytes + kTagBytes) return Corrupt("is cut short");
  SealedHeader header;
  header.key_source = static_cast<KeySourceId>(head[kAtKeySource]);
  std::memcpy(header.kdf.salt.data(), head + kAtSalt, header.kdf.salt.size());
  header.kdf.operations = static_cast<uint32_t>(GetNumber(head + kAtOperations, 4));
  header.kdf.memory_kib = static_cast<uint32_t>(GetNumber(head + kAtMemory, 4));
  header.generation = GetNumber(head + kAtGeneration, 8);
  std::memcpy(header.store_id.data(), head + kAtStoreId, header.store_id.size());
  // libsodium's lower bounds; both numbers are zero where nothing is derived.
  const KdfParameters& kdf = header.kdf;
  const bool known_kdf =
      (head[kAtKdf] == kKdfNone && kdf.operations == 0 && kdf.memory_kib == 0) ||
      (head[kAtKdf] == kKdfArgon2id13 && kdf.operations >= 1 &&
       kdf.operations <= kKdfOperationsMax && kdf.memory_kib >= kKdfMemoryKibMin &&
       kdf.memory_kib <= kKdfMemoryKibMax);
  const bool known_source =
      head[kAtKeySource] >= static_cast<uint8_t>(KeySourceId::kKeyFile) &&
      head[kAtKeySource] <= static_cast<uint8_t>(KeySourceId::kSystemd);
  if (head[kAtMajor] != kMajor || head[kAtAead] != kXChaCha20Poly1305 || !known_source ||
      !known_kdf || GetNumber(head + kAtHeaderSize, 2) != kHeaderBytes ||
      GetNumber(head + kAtCipherSize, 4) != bytes.size() - kHeaderBytes) {
    return Corrupt("has a damaged header");
  }
  return header;
}

Result<OpenedFile> OpenSealed(std::string_view bytes, const SecretKey& source_key,
                              const SealContext& context) {
  Result<SealedHeader> header = ReadSealedHeader(bytes);
  if (!header.ok()) return std::move(header).error();
  const uint8_t* head = Bytes(bytes);
  const KeyId key_id = IdOf(source_key);
  if (std::memcmp(head + kAtKeyId, key_id.data(), key_id.size()) != 0) {
    return Error::Make(ErrorCode::kStoreKey, "the sealed file belongs to another key",
                       "wrong_key");
  }
  const std::string associated = AssociatedData(head, context);
  const SecretKey key = DataKey(source_key);
  const size_t cipher_size = bytes.size() - kHeaderBytes;
  std::string padded(cipher_size - kTagBytes, '\0');
  size_t size = 0;
  const int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
      reinterpret_cast<uint8_t*>(padded.data()), nullptr, nullptr, head + kHeaderBytes,
      cipher_size, Bytes(associated), associated.size(), head + kAtNonce, key.data());
  if (opened != 0 || padded.empty() ||
      sodium_unpad(&size, Bytes(padded), padded.size(), kPadding) != 0) {
    WipeMemory(padded.data(), padded.size());
    return Corrupt("was changed, or is not this account's");
  }
  OpenedFile file;
  file.header = header.value();
  file.plaintext = SecretString(std::string_view(padded).substr(0, size));
  WipeMemory(padded.data(), padded.size());
  return file;
}

}  // namespace xai
