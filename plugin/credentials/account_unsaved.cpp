// Credentials that are in memory alone: written as soon as that works.
#include <algorithm>
#include <new>

#include "base/limits.h"
#include "credentials/account_transaction.h"

namespace xai {

void Account::MarkUnsaved() {
  if (unsaved_) return;
  unsaved_ = true;
  unsaved_over_ = store_->generation();
}

Result<void> Account::TrySave(Vault::Room* room, Store::Write write) {
  try {
    return store_->SaveCredential(*record_, room, write);
  } catch (const std::bad_alloc&) {
    return Error::Make(ErrorCode::kNoMemory, "no memory");
  }
}

Result<void> Account::Persist(Vault::Room* room, Store::Write write) {
  Result<void> saved = TrySave(room, write);
  if (saved.ok()) {
    unsaved_ = false;
    flush_backoff_ms_ = 0;
    return saved;
  }
  if (saved.error().reason == kVaultConflict) {
    const Result<std::optional<CredentialRecord>> stored = store_->LoadCredential();
    if (stored.ok() && store_->generation() != unsaved_over_) {
      // Somebody signed in or renewed past the lock: what they wrote counts.
      unsaved_ = false;
      Reload();
      return saved;
    }
  }
  DelayFlush();
  services_.log->Log(
      LogLevel::kError,
      "the sign-in could not be written and is kept in memory: " + saved.error().detail);
  return saved;
}

void Account::DelayFlush() {
  flush_backoff_ms_ = std::clamp(flush_backoff_ms_ * 2, limits::kFlushBackoffMinMs,
                                 limits::kFlushBackoffMaxMs);
  next_flush_steady_ms_ = services_.clock->SteadyMs() + flush_backoff_ms_;
}

void Account::FlushUnsaved() {
  try {
    TryFlush();
  } catch (const std::bad_alloc&) {
    DelayFlush();
  }
}

void Account::TryFlush() {
  if (!unsaved_) return;
  const bool locked = unsaved_lock_ != nullptr;
  const bool vanished = !store_->Exists();  // the lock makes it anew
  Result<Transaction> transaction = Transaction::Begin(this);
  if (!transaction.ok()) {
    DelayFlush();
    return;
  }
  const Result<std::optional<CredentialRecord>> stored = store_->LoadCredential();
  if (!stored.ok() && Store::MayPass(stored.error())) {
    DelayFlush();
    return;
  }
  if (!IsStillNewer(stored, locked, vanished)) {
    // Whoever wrote or signed out meanwhile knew more.
    unsaved_ = false;
    Reload();
    return;
  }
  Result<StoreRoom> room = store_->ReserveCredential();
  if (!room.ok()) {
    DelayFlush();
    return;
  }
  const Store::Write write = locked ? Store::Write::kNew : Store::Write::kAgain;
  if (Persist(room.value().get(), write).ok()) {
    (void)transaction.value().lock()->WriteNote("");
    PublishSnapshot();
  }
}

bool Account::IsStillNewer(const Result<std::optional<CredentialRecord>>& stored,
                           bool locked, bool vanished) const {
  if (!stored.ok()) {
    const bool is_corrupt = stored.error().code == ErrorCode::kStoreCorrupt;
    return locked || (is_corrupt && store_->IsDamaged());  // nobody else's either
  }
  if (!stored.value() && vanished) return true;
  if (store_->was_set_back()) return true;
  // The lock was ours all the time, but locks can fail: of a host's store, or of a file
  // that somebody removed.
  return locked && store_->generation() == unsaved_over_;
}

std::optional<int64_t> Account::next_flush_steady_ms() const {
  if (!unsaved_) return std::nullopt;
  return next_flush_steady_ms_;
}

}  // namespace xai
