// The bytes of a sealed file: docs/credential-file.md, format 1.
//
// XChaCha20-Poly1305 over padded JSON, with the whole header and the context (issuer,
// client id, profile) as associated data: a file opens only as what it was written for.
#ifndef XAI_PLUGIN_CREDENTIALS_SEALED_FILE_H_
#define XAI_PLUGIN_CREDENTIALS_SEALED_FILE_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace xai {

// Where the sealing key comes from.  The numbers are part of the format.
enum class KeySourceId : uint8_t {
  kKeyFile = 1,
  kPassphrase = 2,
  kHost = 3,
  kSystemd = 4,
};

// Argon2id's parameters; all zero without a passphrase.
struct KdfParameters {
  std::array<uint8_t, 16> salt = {};
  uint32_t operations = 0;
  uint32_t memory_kib = 0;
};

// Whose file it is.
struct SealContext {
  std::string issuer;
  std::string client_id;
  std::string profile;

  // 8 hex digits for the file names, so that contexts never meet.
  std::string FileTag() const;
};

struct SealedHeader {
  KeySourceId key_source = KeySourceId::kKeyFile;
  KdfParameters kdf;
  uint64_t generation = 0;  // one more at each write
  std::array<uint8_t, 16> store_id = {};
};

struct OpenedFile {
  SealedHeader header;
  SecretString plaintext;
};

// The bytes to write.  REQUIRES: plaintext of at most 60 KiB.
std::string Seal(const SealedHeader& header, const SecretString& plaintext,
                 const SecretKey& source_key, const SealContext& context, Random* random);

// What can be known without the key.  kStoreCorrupt, or kStoreVersion for a newer format.
Result<SealedHeader> ReadSealedHeader(std::string_view bytes);

// kStoreKey: sealed with another key.  kStoreCorrupt: changed, cut, or another context's.
Result<OpenedFile> OpenSealed(std::string_view bytes, const SecretKey& source_key,
                              const SealContext& context);

}  // namespace xai

#endif  // XAI_PLUGIN_CREDENTIALS_SEALED_FILE_H_
