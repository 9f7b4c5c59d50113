// The sealed records of one sign-in: the credential, a pending flow, the model list, and
// the lock that every process which shares them respects.
#ifndef XAI_PLUGIN_CREDENTIALS_STORE_H_
#define XAI_PLUGIN_CREDENTIALS_STORE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "credentials/key_source.h"
#include "credentials/record.h"
#include "credentials/sealed_file.h"
#include "credentials/vault.h"

namespace xai {

using StoreLock = std::unique_ptr<Vault::Lock>;
using StoreRoom = std::unique_ptr<Vault::Room>;

// Store thread only.
class Store {
 public:
  Store(Vault* vault, SealContext context, KeySource* keys, Random* random);

  // A failure of the place, which says nothing of what is kept there.
  static bool MayPass(const Error& error);

  // Nothing if there is none.
  Result<std::optional<CredentialRecord>> LoadCredential();
  // Whether the credential last loaded is older than one seen before: somebody put back
  // a copy, and its refresh token is spent.  Also if the whole place has gone.
  bool was_set_back() const { return was_set_back_; }
  // Whether what cannot be read is the file that was read or written here last, and not
  // a newer one, or what somebody else has put in its place.
  bool IsDamaged();
  // False if the place where the records are kept is not there.
  bool Exists() const { return vault_->Exists(); }
  Result<std::optional<PendingLogin>> LoadPending();
  Result<std::optional<SecretString>> LoadModels();

  // Room for a credential, made before a token is spent.  REQUIRES, here and for the next
  // two: Lock() is held.
  Result<StoreRoom> ReserveCredential();
  // kAgain: what was written before and got lost, so its generation is not a new one, and
  // gives way to a newer one that another process may know.
  enum class Write { kNew, kAgain };
  Result<void> SaveCredential(const CredentialRecord& record, Vault::Room* room,
                              Write write = Write::kNew);
  Result<void> SavePending(const PendingLogin& pending);
  // Takes the lock itself, and does not wait for it: kStoreLocked.
  Result<void> SaveModels(const SecretString& list);

  // True if there was one.  Unreadable records are removed all the same.
  Result<bool> EraseCredential();
  Result<bool> ErasePending();
  Result<bool> EraseModels();

  // Whether something can be sealed once the old records are out of the way.
  Result<void> CheckKey();

  // Moves records that cannot be read out of the way; the last few are kept.
  Result<void> Quarantine(int64_t now_ms);

  // Seals the credential with the key of another source, and uses that from now on.  What
  // can be had again is dropped: a flow under way and the model list.  `machine_id`, if
  // there is one, is what the record's host_id is made of, with the key.  If it fails the
  // old key opens the credential, and `keys` is not used any more.  REQUIRES: Lock().
  Result<void> Rekey(KeySource* keys, std::string_view machine_id = {});

  // While another process holds it, calls `wait`, which lets some time pass, and gives up
  // with kStoreLocked once that returns false.
  Result<StoreLock> Lock(const std::function<bool()>& wait);

  // A stand-in for a token, for intent notes: see Fingerprint().
  Result<std::string> FingerprintOf(const SecretString& secret);

  // Of the credential as last read or written; 0 if there is none.
  uint64_t generation() const { return generation_; }

 private:
  using StoreId = std::array<uint8_t, 16>;

  Result<std::optional<OpenedFile>> Load(const std::string& name);
  // The header for the next write of a record; with the parameters of `kdf`.
  Result<SealedHeader> NextHeader(const std::string& name, Write write);
  Result<std::string> SealFor(const std::string& name, const SecretString& plaintext,
                              Write write, SealedHeader* header);
  Result<void> Save(const std::string& name, const SecretString& plaintext);
  Result<void> WriteRekeyed(const OpenedFile& file, KeySourceId source,
                            const KdfParameters& parameters, const SecretKey& key,
                            std::string_view machine_id);
  void See(const SealedHeader& header);
  void Forget();
  // The key that is kept here: valid until the next call.
  Result<const SecretKey*> KeyFor(const KdfParameters& parameters, bool may_create);
  Result<const SecretKey*> KeyForWriting(KdfParameters* parameters);
  // The same key, once it is sure to be had again.
  Result<const SecretKey*> Kept(Result<const SecretKey*> key);

  Vault* vault_;
  SealContext context_;
  KeySource* keys_;
  Random* random_;
  std::string credential_name_;
  std::string pending_name_;
  std::string models_name_;
  std::string lock_name_;
  uint64_t generation_ = 0;
  // The newest credential that was ever read or written, until a sign-out of ours.
  uint64_t seen_generation_ = 0;
  StoreId seen_id_ = {};
  bool was_set_back_ = false;
  // Deriving a key from a passphrase takes 100 ms: the last one is kept.
  std::optional<SecretKey> key_;
  KdfParameters key_parameters_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_CREDENTIALS_STORE_H_
