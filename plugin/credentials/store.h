// The sealed files of one sign-in: the credential, a pending flow, the model list, and
// the lock that every process which shares them respects.
#ifndef XAI_PLUGIN_CREDENTIALS_STORE_H_
#define XAI_PLUGIN_CREDENTIALS_STORE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "base/state_dir.h"
#include "credentials/key_source.h"
#include "credentials/record.h"
#include "credentials/sealed_file.h"

namespace xai {

// Store thread only.  Nothing is kept open between calls, so a directory that is removed
// or replaced is noticed.
class Store {
 public:
  Store(std::string directory, SealContext context, KeySource* keys, Random* random);

  // Nothing if there is none.
  Result<std::optional<CredentialRecord>> LoadCredential();
  Result<std::optional<PendingLogin>> LoadPending();
  Result<std::optional<SecretString>> LoadModels();

  // Room for a credential, made before a token is spent.  REQUIRES, here and for the next
  // two: Lock() is held.
  Result<Reservation> ReserveCredential();
  Result<void> SaveCredential(const CredentialRecord& record, Reservation* room);
  Result<void> SavePending(const PendingLogin& pending);
  // Takes the lock itself, and does not wait for it: kStoreLocked.
  Result<void> SaveModels(const SecretString& list);

  // True if there was one.  Unreadable files are removed all the same.
  Result<bool> EraseCredential();
  Result<bool> ErasePending();
  Result<bool> EraseModels();

  // Moves files that cannot be read out of the way; the last few are kept.
  Result<void> Quarantine(int64_t now_ms);

  // Waits at most until `deadline_passed`: then kStoreLocked.
  Result<FileLock> Lock(const std::function<bool()>& deadline_passed);

  // A stand-in for a token, for intent notes: see Fingerprint().
  Result<std::string> FingerprintOf(const SecretString& secret);

  // Of the credential as last read or written; 0 if there is none.
  uint64_t generation() const { return generation_; }

  const std::string& directory() const { return directory_; }

 private:
  Result<std::optional<OpenedFile>> Load(const std::string& name);
  Result<std::string> SealFor(const StateDir& directory, const std::string& name,
                              const SecretString& plaintext, uint64_t* generation);
  Result<void> Save(const std::string& name, const SecretString& plaintext);
  Result<bool> Erase(const std::string& name);
  Result<SecretKey> KeyFor(const KdfParameters& parameters, bool may_create);
  Result<SecretKey> KeyForWriting(const StateDir& directory, KdfParameters* parameters);

  std::string directory_;
  SealContext context_;
  KeySource* keys_;
  Random* random_;
  std::string credential_name_;
  std::string pending_name_;
  std::string models_name_;
  std::string lock_name_;
  uint64_t generation_ = 0;
  // Deriving a key from a passphrase takes 100 ms: the last one is kept.
  std::optional<SecretKey> key_;
  KdfParameters key_parameters_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_CREDENTIALS_STORE_H_
