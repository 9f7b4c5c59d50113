// Renewing the access token: one transaction at a time among all processes that share the
// store, and no refresh token presented twice.  The steps R1 to R11 are in docs/login.md.
#include <algorithm>

#include "base/limits.h"
#include "credentials/account_transaction.h"
#include "credentials/with_memory.h"

namespace xai {
namespace {

// Behind the fingerprint in the note of R6: the token was sent, and nobody answered.
constexpr std::string_view kUnanswered = " unanswered";

Error ReauthRequired(std::string detail, std::string reason) {
  return Error::Make(ErrorCode::kReauthRequired, std::move(detail), std::move(reason));
}

// Both are known, and not the same.
bool Differ(const std::string& a, const std::string& b) {
  return !a.empty() && !b.empty() && a != b;
}

}  // namespace

Result<void> Account::Refresh(RefreshWhen when, const AccessToken* rejected) {
  FlushUnsaved();
  // R1, R2: another process may have renewed it already, or found the grant dead.
  Reload();
  Result<void> possible = CheckRefreshable();
  if (!possible.ok()) return possible;
  if (IsFresh(when, rejected)) return {};
  if (when == RefreshWhen::kIfStale && last_refresh_error_ && failed_ == access_) {
    if (services_.clock->SteadyMs() < next_refresh_steady_ms_)
      return *last_refresh_error_;
    if (unanswered_ == access_ && !IsNeeded(when, rejected)) return *last_refresh_error_;
  }
  // R3, R4: alone now; whoever was faster has written its result.
  Result<Transaction> transaction = Transaction::Begin(this);
  if (!transaction.ok()) return std::move(transaction).error();
  Reload();
  possible = CheckRefreshable();
  if (!possible.ok()) return possible;
  if (IsFresh(when, rejected)) return {};
  // R5: no room for the new token, no spending of the old one.
  Result<StoreRoom> room = store_->ReserveCredential();
  if (!room.ok()) return std::move(room).error();
  return Rotate(transaction.value().lock(), room.value().get(), IsNeeded(when, rejected));
}

bool Account::IsNeeded(RefreshWhen when, const AccessToken* rejected) const {
  return when == RefreshWhen::kAlways || rejected != nullptr ||
         access_->expires_at_ms <= services_.clock->NowMs();
}

bool Account::IsFresh(RefreshWhen when, const AccessToken* rejected) const {
  if (when == RefreshWhen::kAlways) return false;
  if (rejected != nullptr && SameSecret(rejected->bearer, access_->bearer)) return false;
  return access_->expires_at_ms - services_.clock->NowMs() > RefreshAheadMs(*access_);
}

Result<void> Account::CheckRefreshable() const {
  if (unreadable_) return *unreadable_;
  // What was read before may be spent.
  if (store_error_) return *store_error_;
  if (!record_) return Error::Make(ErrorCode::kNotConnected, "nobody is signed in");
  if (record_->dead()) {
    return ReauthRequired("xAI no longer accepts this sign-in", record_->dead_reason);
  }
  if (record_->refresh_token.empty()) {
    return ReauthRequired("this sign-in came without a refresh token", "not_refreshable");
  }
  return {};
}

Result<void> Account::Rotate(Vault::Lock* lock, Vault::Room* room, bool needed) {
  // A new sign-in, or a renewal by another process, begins with a clean slate.
  if (failed_ != access_) backoff_ms_ = next_refresh_steady_ms_ = 0;
  // R6, R11: an intent that names this very token was left by a process that died between
  // sending it and writing the result.  Presenting it once more loses nothing.
  Result<std::string> fingerprint = store_->FingerprintOf(record_->refresh_token);
  if (!fingerprint.ok()) return std::move(fingerprint).error();
  const std::string unanswered = fingerprint.value() + std::string(kUnanswered);
  const Result<std::string> note = lock->ReadNote();
  bool interrupted =
      note.ok() && (note.value() == fingerprint.value() || note.value() == unanswered);
  if (interrupted && note.value() == unanswered && !needed) {
    // R10: it was sent twice already, by whichever process.  It rests until it is needed.
    unanswered_ = access_;
    return BackOff(Error::Make(ErrorCode::kTimeout, "the last renewal was not answered"));
  }
  Result<void> noted = lock->WriteNote(fingerprint.value());
  if (!noted.ok()) return noted;

  // R7, R10: sent once; once more only if no answer came, and soon enough.  After an
  // interruption this was the once more.
  const int64_t first_sent = services_.clock->SteadyMs();
  bool ambiguous = false;
  Result<TokenSet> tokens = PresentRefreshToken(&ambiguous);
  if (!tokens.ok() && ambiguous && !interrupted && !services_.closing() &&
      services_.clock->SteadyMs() - first_sent < limits::kRepresentWithinMs) {
    interrupted = true;
    tokens = PresentRefreshToken(&ambiguous);
  }
  if (!tokens.ok()) {
    // The note stays only while nobody knows what became of the token, and an answer that
    // says nothing of it does not tell what an earlier sending did.
    const bool is_open =
        ambiguous || (interrupted && tokens.error().code != ErrorCode::kReauthRequired);
    if (!is_open) {
      (void)lock->WriteNote("");
    } else if (interrupted || !services_.closing()) {
      // Unless the end of this process kept it from being sent once more.
      (void)lock->WriteNote(unanswered);
    }
    unanswered_ = is_open ? access_ : nullptr;
    if (tokens.error().code == ErrorCode::kReauthRequired) {
      return OnGrantRefused(interrupted, room);
    }
    return BackOff(std::move(tokens).error());
  }

  // R8
  const Claims owner = WithMemory(services_, [&] { return OwnerOf(tokens.value()); });
  if (Differ(owner.subject, record_->subject) ||
      Differ(owner.principal_id, record_->principal_id)) {
    // The token is spent all the same.  The note tells so, and nobody presents it again
    // before it is needed.
    (void)lock->WriteNote(unanswered);
    unanswered_ = access_;
    return BackOff(Error::Make(ErrorCode::kProtocol,
                               "the new token belongs to another account",
                               "account_mismatch"));
  }
  return Accept(tokens.value(), owner, lock, room);
}

Result<void> Account::Accept(const TokenSet& tokens, const Claims& owner,
                             Vault::Lock* lock, Vault::Room* room) {
  Install(tokens, owner, *record_);
  last_refresh_error_.reset();
  next_refresh_steady_ms_ = 0;
  backoff_ms_ = 0;
  if (Persist(room).ok()) {
    (void)lock->WriteNote("");
  } else if (!unsaved_) {
    return CheckRefreshable();  // of what another process wrote meanwhile
  }
  PublishSnapshot();
  return {};
}

Result<TokenSet> Account::PresentRefreshToken(bool* ambiguous) {
  FormBody form;
  form.Add("grant_type", "refresh_token")
      .Add("refresh_token", record_->refresh_token.Reveal())
      .Add("client_id", config_.client_id);
  const int64_t asked_at = services_.clock->NowMs();
  bool sent = false;
  Result<HttpResponse> response = Post(config_.TokenUrl(), form, limits::kTokenTotalMs,
                                       HttpClient::Interruptible::kNo, &sent);
  *ambiguous = sent;
  if (!response.ok()) return std::move(response).error();
  if (response.value().head.status / 100 == 2) {
    Result<TokenSet> tokens = WithMemory(
        services_, [&] { return ParseTokenResponse(response.value().body, asked_at); });
    if (tokens.ok()) *ambiguous = false;
    return tokens;
  }
  *ambiguous = false;
  const OAuthFault fault = ReadOAuthFault(response.value());
  Error error = ToError(fault);
  if (fault.kind == OAuthErrorKind::kInvalidClient) {
    next_refresh_steady_ms_ =
        services_.clock->SteadyMs() + limits::kInvalidClientCooldownMs;
  }
  return error;
}

Result<void> Account::OnGrantRefused(bool interrupted, Vault::Room* room) {
  // R9: the lock is ours, but a host's store may not know locks that hold, and an
  // administrator may have removed the file of ours.  What is there now is the truth.
  const Result<std::optional<CredentialRecord>> stored = store_->LoadCredential();
  if (stored.ok() && stored.value() && !store_->was_set_back() &&
      !SameSecret(stored.value()->refresh_token, record_->refresh_token)) {
    Reload();
    return CheckRefreshable();
  }
  // This grant is dead.  The tokens are kept, and nobody asks again.
  const std::string reason = interrupted ? "refresh_interrupted" : "grant_revoked";
  MarkUnsaved();
  record_->dead_reason = reason;
  record_->updated_at_ms = services_.clock->NowMs();
  (void)Persist(room);
  PublishSnapshot();
  return ReauthRequired(interrupted
                            ? "an earlier renewal was interrupted and its result is lost"
                            : "xAI no longer accepts this sign-in",
                        reason);
}

Error Account::BackOff(Error error) {
  const int64_t now = services_.clock->SteadyMs();
  failed_ = access_;
  backoff_ms_ = std::clamp(backoff_ms_ * 2, limits::kRefreshBackoffMinMs,
                           limits::kRefreshBackoffMaxMs);
  const int64_t wait = std::max(backoff_ms_, error.retry_after_ms.value_or(0));
  next_refresh_steady_ms_ = std::max(next_refresh_steady_ms_, now + wait);
  last_refresh_error_ = error;
  return error;
}

}  // namespace xai
