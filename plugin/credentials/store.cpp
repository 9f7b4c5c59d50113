#include "credentials/store.h"

#include "base/limits.h"

namespace xai {

Store::Store(std::string directory, SealContext context, KeySource* keys, Random* random)
    : directory_(std::move(directory)),
      context_(std::move(context)),
      keys_(keys),
      random_(random) {
  const std::string tag = context_.FileTag();
  credential_name_ = "cred-" + tag;
  pending_name_ = "pending-" + tag;
  models_name_ = "models-" + tag;
  lock_name_ = "lock-" + tag;
}

Result<std::optional<CredentialRecord>> Store::LoadCredential() {
  Result<std::optional<OpenedFile>> file = Load(credential_name_);
  if (!file.ok()) return std::move(file).error();
  if (!file.value()) {
    generation_ = 0;
    return std::optional<CredentialRecord>();
  }
  Result<CredentialRecord> record = DecodeCredential(file.value()->plaintext);
  if (!record.ok()) return std::move(record).error();
  generation_ = file.value()->header.generation;
  return std::optional<CredentialRecord>(std::move(record).value());
}

Result<std::optional<PendingLogin>> Store::LoadPending() {
  Result<std::optional<OpenedFile>> file = Load(pending_name_);
  if (!file.ok()) return std::move(file).error();
  if (!file.value()) return std::optional<PendingLogin>();
  Result<PendingLogin> pending = DecodePending(file.value()->plaintext);
  if (!pending.ok()) return std::move(pending).error();
  return std::optional<PendingLogin>(std::move(pending).value());
}

Result<std::optional<SecretString>> Store::LoadModels() {
  Result<std::optional<OpenedFile>> file = Load(models_name_);
  if (!file.ok()) return std::move(file).error();
  if (!file.value()) return std::optional<SecretString>();
  return std::optional<SecretString>(std::move(file.value()->plaintext));
}

Result<Reservation> Store::ReserveCredential() {
  Result<StateDir> directory = StateDir::Open(directory_);
  if (!directory.ok()) return std::move(directory).error();
  // A key that cannot be had is found out now, not after the token is spent.
  KdfParameters parameters;
  Result<SecretKey> key = KeyForWriting(directory.value(), &parameters);
  if (!key.ok()) return std::move(key).error();
  return directory.value().Reserve(credential_name_, limits::kReserveBytes);
}

Result<void> Store::SaveCredential(const CredentialRecord& record, Reservation* room) {
  Result<StateDir> directory = StateDir::Open(directory_);
  if (!directory.ok()) return std::move(directory).error();
  uint64_t generation = 0;
  Result<std::string> sealed =
      SealFor(directory.value(), credential_name_, EncodeCredential(record), &generation);
  if (!sealed.ok()) return std::move(sealed).error();
  Result<void> saved = room->Commit(credential_name_, sealed.value());
  if (saved.ok()) generation_ = generation;
  return saved;
}

Result<void> Store::SavePending(const PendingLogin& pending) {
  return Save(pending_name_, EncodePending(pending));
}

Result<void> Store::SaveModels(const SecretString& list) {
  // Nobody waits for a cache.
  Result<FileLock> lock = Lock([] { return true; });
  if (!lock.ok()) return std::move(lock).error();
  return Save(models_name_, list);
}

Result<bool> Store::EraseCredential() {
  Result<bool> erased = Erase(credential_name_);
  if (erased.ok()) generation_ = 0;
  return erased;
}

Result<bool> Store::ErasePending() {
  return Erase(pending_name_);
}

Result<bool> Store::EraseModels() {
  return Erase(models_name_);
}

Result<void> Store::Quarantine(int64_t now_ms) {
  Result<StateDir> directory = StateDir::Open(directory_);
  if (!directory.ok()) return std::move(directory).error();
  for (const std::string& name : {credential_name_, pending_name_, models_name_}) {
    const std::string prefix = name + ".corrupt.";
    Result<void> moved =
        directory.value().MoveAside(name, prefix + std::to_string(now_ms));
    if (!moved.ok()) return moved;
    Result<std::vector<std::string>> kept = directory.value().List(prefix);
    if (!kept.ok()) return std::move(kept).error();
    // Names end with the time, so the oldest come first.
    for (size_t i = 0; i + limits::kQuarantineFilesMax < kept.value().size(); ++i) {
      Result<bool> removed = directory.value().Remove(kept.value()[i]);
      if (!removed.ok()) return std::move(removed).error();
    }
  }
  key_.reset();
  generation_ = 0;
  return {};
}

Result<FileLock> Store::Lock(const std::function<bool()>& deadline_passed) {
  Result<StateDir> directory = StateDir::Open(directory_);
  if (!directory.ok()) return std::move(directory).error();
  return directory.value().Lock(lock_name_, deadline_passed);
}

Result<std::string> Store::FingerprintOf(const SecretString& secret) {
  if (!key_) return Error::Make(ErrorCode::kStoreKey, "no key is loaded", "key_missing");
  return Fingerprint(secret, *key_);
}

Result<std::optional<OpenedFile>> Store::Load(const std::string& name) {
  Result<std::optional<StateDir>> directory = StateDir::OpenExisting(directory_);
  if (!directory.ok()) return std::move(directory).error();
  if (!directory.value()) return std::optional<OpenedFile>();
  Result<std::optional<std::string>> bytes =
      directory.value()->Read(name, limits::kSealedBytesMax);
  if (!bytes.ok()) return std::move(bytes).error();
  if (!bytes.value()) return std::optional<OpenedFile>();
  Result<SealedHeader> header = ReadSealedHeader(*bytes.value());
  if (!header.ok()) return std::move(header).error();
  if (header.value().key_source != keys_->id()) {
    return Error::Make(ErrorCode::kStoreKey,
                       "the stored sign-in was sealed with another key source than the "
                       "configured one",
                       "key_source");
  }
  Result<SecretKey> key = KeyFor(header.value().kdf, false);
  if (!key.ok()) return std::move(key).error();
  Result<OpenedFile> opened = OpenSealed(*bytes.value(), key.value(), context_);
  if (!opened.ok()) {
    // The key file may have been exchanged since it was read.
    key_.reset();
    return std::move(opened).error();
  }
  return std::optional<OpenedFile>(std::move(opened).value());
}

Result<std::string> Store::SealFor(const StateDir& directory, const std::string& name,
                                   const SecretString& plaintext, uint64_t* generation) {
  SealedHeader header;
  header.key_source = keys_->id();
  random_->Fill(header.store_id.data(), header.store_id.size());
  Result<std::optional<std::string>> old = directory.Read(name, limits::kSealedBytesMax);
  if (old.ok() && old.value()) {
    const Result<SealedHeader> previous = ReadSealedHeader(*old.value());
    if (previous.ok()) {
      header.generation = previous.value().generation;
      header.store_id = previous.value().store_id;
    } else if (previous.error().code == ErrorCode::kStoreVersion) {
      return previous.error();  // never overwrite what a newer version wrote
    }
  }
  *generation = ++header.generation;
  Result<SecretKey> key = KeyForWriting(directory, &header.kdf);
  if (!key.ok()) return std::move(key).error();
  return Seal(header, plaintext, key.value(), context_, random_);
}

Result<void> Store::Save(const std::string& name, const SecretString& plaintext) {
  Result<StateDir> directory = StateDir::Open(directory_);
  if (!directory.ok()) return std::move(directory).error();
  uint64_t generation = 0;
  Result<std::string> sealed = SealFor(directory.value(), name, plaintext, &generation);
  if (!sealed.ok()) return std::move(sealed).error();
  return directory.value().Replace(name, sealed.value());
}

Result<bool> Store::Erase(const std::string& name) {
  Result<std::optional<StateDir>> directory = StateDir::OpenExisting(directory_);
  if (!directory.ok()) return std::move(directory).error();
  if (!directory.value()) return false;
  return directory.value()->Remove(name);
}

Result<SecretKey> Store::KeyFor(const KdfParameters& parameters, bool may_create) {
  if (key_ && parameters.salt == key_parameters_.salt) return *key_;
  Result<SecretKey> key = keys_->Key(parameters, may_create);
  if (!key.ok()) return key;
  key_ = key.value();
  key_parameters_ = parameters;
  return key;
}

Result<SecretKey> Store::KeyForWriting(const StateDir& directory,
                                       KdfParameters* parameters) {
  // All files of a store share the parameters, so one key opens them all.
  bool data_exists = false;
  for (const std::string_view prefix : {"cred-", "pending-"}) {
    Result<std::vector<std::string>> names = directory.List(prefix);
    if (!names.ok()) return std::move(names).error();
    for (const std::string& name : names.value()) {
      if (name.find(".corrupt.") != std::string::npos) continue;
      data_exists = true;
      if (name != credential_name_ && name != pending_name_) continue;
      Result<std::optional<std::string>> bytes =
          directory.Read(name, limits::kSealedBytesMax);
      if (!bytes.ok()) return std::move(bytes).error();
      if (!bytes.value()) continue;
      const Result<SealedHeader> header = ReadSealedHeader(*bytes.value());
      if (header.ok()) {
        *parameters = header.value().kdf;
        return KeyFor(*parameters, false);
      }
    }
  }
  if (!key_) *parameters = keys_->NewParameters(random_);
  if (key_) *parameters = key_parameters_;
  return KeyFor(*parameters, !data_exists);
}

}  // namespace xai
