// Where the 32 bytes come from that seal the files.  One source is configured; there is
// no falling back from one to another.
#ifndef XAI_PLUGIN_CREDENTIALS_KEY_SOURCE_H_
#define XAI_PLUGIN_CREDENTIALS_KEY_SOURCE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "credentials/sealed_file.h"

namespace xai {

// "key_file", "passphrase", "host", "systemd".
std::optional<KeySourceId> ParseKeySource(std::string_view name);

// Store thread only.
class KeySource {
 public:
  KeySource() = default;
  KeySource(const KeySource&) = delete;
  KeySource& operator=(const KeySource&) = delete;
  virtual ~KeySource() = default;

  virtual KeySourceId id() const = 0;

  // The parameters for a new file; zero unless the source is a passphrase.
  virtual KdfParameters NewParameters(Random* random) const;

  // The key of a file with these parameters.  kStoreKey if there is none.  A key that
  // does not exist is made only if `may_create`: otherwise data would be orphaned.
  virtual Result<SecretKey> Key(const KdfParameters& parameters, bool may_create) = 0;

  // Makes sure that a key which was had before can be had again.  Puts it back where it
  // is ours to keep and has gone; kStoreKey if there is another one now.
  virtual Result<void> Keep(const SecretKey& key);
};

// 32 random bytes in a file of mode 0600, made when first needed.
std::unique_ptr<KeySource> MakeKeyFileSource(FileSystem* files, std::string path,
                                             Random* random);

// The host's llm.secret-key/1.
std::unique_ptr<KeySource> MakeHostKeySource(std::function<Result<SecretKey>()> get);

// $CREDENTIALS_DIRECTORY/xai-grok.key: 32 bytes that systemd unsealed for the unit.
std::unique_ptr<KeySource> MakeSystemdKeySource(FileSystem* files,
                                                std::string credentials_directory);

// Argon2id over the first line of a file of mode 0600.
std::unique_ptr<KeySource> MakePassphraseSource(FileSystem* files,
                                                std::string passphrase_file);

}  // namespace xai

#endif  // XAI_PLUGIN_CREDENTIALS_KEY_SOURCE_H_
