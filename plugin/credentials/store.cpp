#include "credentials/store.h"

#include <algorithm>

namespace xai {

Store::Store(Vault* vault, SealContext context, KeySource* keys, Random* random)
    : vault_(vault), context_(std::move(context)), keys_(keys), random_(random) {
  const std::string tag = context_.FileTag();
  credential_name_ = "cred-" + tag;
  pending_name_ = "pending-" + tag;
  models_name_ = "models-" + tag;
  lock_name_ = "lock-" + tag;
}

bool Store::MayPass(const Error& error) {
  return error.code == ErrorCode::kStoreIo || error.code == ErrorCode::kStorePermission ||
         error.code == ErrorCode::kNoMemory;
}

Result<std::optional<CredentialRecord>> Store::LoadCredential() {
  Result<std::optional<OpenedFile>> file = Load(credential_name_);
  if (!file.ok()) return std::move(file).error();
  if (!file.value()) {
    // A whole directory that is gone is no sign-out.
    was_set_back_ = generation_ > 0 && !vault_->Exists();
    if (!was_set_back_) generation_ = 0;
    return std::optional<CredentialRecord>();
  }
  Result<CredentialRecord> record = DecodeCredential(file.value()->plaintext);
  if (!record.ok()) return std::move(record).error();
  const SealedHeader& header = file.value()->header;
  was_set_back_ = header.store_id == seen_id_ && header.generation < seen_generation_;
  if (!was_set_back_) See(header);
  return std::optional<CredentialRecord>(std::move(record).value());
}

bool Store::IsDamaged() {
  if (seen_generation_ == 0) return false;
  const Result<std::optional<std::string>> bytes = vault_->Read(credential_name_);
  if (!bytes.ok()) return bytes.error().code == ErrorCode::kStoreCorrupt;  // too large
  if (!bytes.value()) return false;
  const Result<SealedHeader> header = ReadSealedHeader(*bytes.value());
  if (!header.ok()) return true;
  return header.value().store_id == seen_id_ &&
         header.value().generation <= seen_generation_;
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

Result<StoreRoom> Store::ReserveCredential() {
  // A key that cannot be had is found out now, not after the token is spent.
  KdfParameters parameters;
  Result<const SecretKey*> key = KeyForWriting(&parameters);
  if (!key.ok()) return std::move(key).error();
  return vault_->Reserve(credential_name_);
}

Result<void> Store::SaveCredential(const CredentialRecord& record, Vault::Room* room,
                                   Write write) {
  SealedHeader header;
  Result<std::string> sealed =
      SealFor(credential_name_, EncodeCredential(record), write, &header);
  if (!sealed.ok()) return std::move(sealed).error();
  Result<void> saved = room->Commit(sealed.value());
  if (saved.ok()) See(header);
  return saved;
}

Result<void> Store::SavePending(const PendingLogin& pending) {
  return Save(pending_name_, EncodePending(pending));
}

Result<void> Store::SaveModels(const SecretString& list) {
  // Nobody waits for a cache.
  Result<StoreLock> lock = Lock([] { return false; });
  if (!lock.ok()) return std::move(lock).error();
  // Whoever signed out meanwhile wants nothing to be left.
  Result<std::optional<std::string>> credential = vault_->Read(credential_name_);
  if (!credential.ok()) return std::move(credential).error();
  if (!credential.value()) return {};
  return Save(models_name_, list);
}

Result<bool> Store::EraseCredential() {
  Result<bool> erased = vault_->Remove(credential_name_);
  if (erased.ok()) Forget();
  return erased;
}

Result<bool> Store::ErasePending() {
  return vault_->Remove(pending_name_);
}

Result<bool> Store::EraseModels() {
  return vault_->Remove(models_name_);
}

Result<void> Store::CheckKey() {
  Result<SecretKey> key = keys_->Key(keys_->NewParameters(random_), true);
  if (!key.ok()) return std::move(key).error();
  return {};
}

Result<void> Store::Quarantine(int64_t now_ms) {
  for (const std::string& name : {credential_name_, pending_name_, models_name_}) {
    Result<void> moved = vault_->MoveAside(name, now_ms);
    if (!moved.ok()) return moved;
  }
  key_.reset();
  Forget();
  return {};
}

Result<StoreLock> Store::Lock(const std::function<bool()>& wait) {
  return vault_->TakeLock(lock_name_, wait);
}

Result<std::string> Store::FingerprintOf(const SecretString& secret) {
  if (!key_) return Error::Make(ErrorCode::kStoreKey, "no key is loaded", "key_missing");
  return Fingerprint(secret, *key_);
}

Result<std::optional<OpenedFile>> Store::Load(const std::string& name) {
  Result<std::optional<std::string>> bytes = vault_->Read(name);
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
  const bool is_cached = key_.has_value();
  Result<const SecretKey*> key = KeyFor(header.value().kdf, false);
  if (!key.ok()) return std::move(key).error();
  Result<OpenedFile> opened = OpenSealed(*bytes.value(), *key.value(), context_);
  if (!opened.ok() && is_cached) {
    // Another process may have exchanged the key since it was read.
    key_.reset();
    key = KeyFor(header.value().kdf, false);
    if (!key.ok()) return std::move(key).error();
    opened = OpenSealed(*bytes.value(), *key.value(), context_);
  }
  if (!opened.ok()) {
    key_.reset();
    return std::move(opened).error();
  }
  return std::optional<OpenedFile>(std::move(opened).value());
}

Result<SealedHeader> Store::NextHeader(const std::string& name, Write write) {
  SealedHeader header;
  header.key_source = keys_->id();
  random_->Fill(header.store_id.data(), header.store_id.size());
  Result<std::optional<std::string>> old = vault_->Read(name);
  // A disk that cannot be read for a moment must not make this the first generation.
  if (!old.ok() && old.error().code != ErrorCode::kStoreCorrupt) {
    return std::move(old).error();
  }
  if (old.ok() && old.value()) {
    const Result<SealedHeader> previous = ReadSealedHeader(*old.value());
    if (previous.ok()) {
      header.generation = previous.value().generation;
      header.store_id = previous.value().store_id;
    } else if (previous.error().code == ErrorCode::kStoreVersion) {
      return previous.error();  // never overwrite what a newer version wrote
    }
  }
  // Never behind one that was seen before, which others may remember as well.
  if (name == credential_name_ && seen_generation_ > 0) {
    // Otherwise what is not there was signed out, and this is a new sign-in: others must
    // not compare its generation with what they have seen.
    if (header.generation == 0 && write == Write::kAgain) header.store_id = seen_id_;
    if (header.store_id == seen_id_) {
      header.generation = std::max(header.generation, seen_generation_);
    }
  }
  if (write == Write::kNew || header.generation == 0) ++header.generation;
  return header;
}

Result<std::string> Store::SealFor(const std::string& name, const SecretString& plaintext,
                                   Write write, SealedHeader* header) {
  Result<SealedHeader> next = NextHeader(name, write);
  if (!next.ok()) return std::move(next).error();
  *header = next.value();
  Result<const SecretKey*> key = KeyForWriting(&header->kdf);
  if (!key.ok()) return std::move(key).error();
  return Seal(*header, plaintext, *key.value(), context_, random_);
}

Result<void> Store::Save(const std::string& name, const SecretString& plaintext) {
  SealedHeader header;
  Result<std::string> sealed = SealFor(name, plaintext, Write::kNew, &header);
  if (!sealed.ok()) return std::move(sealed).error();
  return vault_->Write(name, sealed.value());
}

void Store::See(const SealedHeader& header) {
  generation_ = seen_generation_ = header.generation;
  seen_id_ = header.store_id;
}

void Store::Forget() {
  generation_ = seen_generation_ = 0;
  seen_id_ = {};
  was_set_back_ = false;
}

Result<const SecretKey*> Store::KeyFor(const KdfParameters& parameters, bool may_create) {
  if (!key_ || parameters.salt != key_parameters_.salt) {
    Result<SecretKey> key = keys_->Key(parameters, may_create);
    if (!key.ok()) return std::move(key).error();
    key_ = std::move(key).value();
    key_parameters_ = parameters;
  }
  return &*key_;
}

Result<const SecretKey*> Store::KeyForWriting(KdfParameters* parameters) {
  // All records of a store share the parameters, so one key opens them all.
  Result<std::vector<std::string>> records = vault_->Records();
  if (!records.ok()) return std::move(records).error();
  bool data_exists = false;
  for (const std::string& name : records.value()) {
    if (name != credential_name_ && name != pending_name_) continue;
    data_exists = true;
    Result<std::optional<std::string>> bytes = vault_->Read(name);
    if (!bytes.ok() && bytes.error().code != ErrorCode::kStoreCorrupt) {
      return std::move(bytes).error();
    }
    if (!bytes.ok() || !bytes.value()) continue;
    const Result<SealedHeader> header = ReadSealedHeader(*bytes.value());
    if (header.ok()) {
      *parameters = header.value().kdf;
      return Kept(KeyFor(*parameters, false));
    }
  }
  *parameters = key_ ? key_parameters_ : keys_->NewParameters(random_);
  return Kept(KeyFor(*parameters, !data_exists));
}

Result<const SecretKey*> Store::Kept(Result<const SecretKey*> key) {
  if (!key.ok()) return key;
  // It may have been read long ago: what is sealed now must open after the next start.
  Result<void> kept = keys_->Keep(*key.value());
  if (kept.ok()) return key;
  key_.reset();
  return std::move(kept).error();
}

}  // namespace xai
