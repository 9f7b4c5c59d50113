// Signing in: the device flow of RFC 8628 over the store.
#include <algorithm>

#include "base/limits.h"
#include "base/mask.h"
#include "credentials/account_transaction.h"
#include "credentials/with_memory.h"

namespace xai {
namespace {

// RFC 8628 section 3.5: after a poll without an answer, twice as long each time.
int64_t WaitAfterLostPoll(PendingLogin* pending) {
  constexpr int64_t kWaitMsMax = limits::kIntervalSecondsMax * 1000;
  int64_t wait = pending->code.interval_seconds * 1000;
  ++pending->lost_polls;
  for (int64_t i = 0; i < pending->lost_polls && wait < kWaitMsMax; ++i) wait *= 2;
  return std::min(wait, kWaitMsMax);
}

}  // namespace

Result<PendingView> Account::Start(bool force) {
  FlushUnsaved();
  Reload();
  if (unreadable_ && !force) return *unreadable_;
  Result<Transaction> transaction = Transaction::Begin(this);
  if (!transaction.ok()) return std::move(transaction).error();
  Reload();
  if (store_error_) return *store_error_;
  // It would be in the way of ours, also of one that is forced.
  if (unreadable_pending_ && unreadable_pending_->code == ErrorCode::kStoreVersion) {
    return *unreadable_pending_;
  }
  if (unreadable_) {
    // Only what will never be readable again: a disk that fails for a moment, or a newer
    // version's file, is no reason to part with a sign-in.
    const ErrorCode code = unreadable_->code;
    if (code != ErrorCode::kStoreCorrupt && code != ErrorCode::kStoreKey) {
      return *unreadable_;
    }
    Result<void> sealable = store_->CheckKey();
    if (!sealable.ok()) return std::move(sealable).error();
    Result<void> moved = store_->Quarantine(services_.clock->NowMs());
    if (!moved.ok()) return std::move(moved).error();
  }
  // Another process may have begun a flow while we waited: two live codes help nobody.
  Reload();
  const int64_t now = services_.clock->NowMs();
  const bool usable = pending_ && !IsExpired(*pending_) &&
                      pending_->code.expires_at_ms - now >= limits::kFlowReuseMsMin;
  if (!usable || force) return RequestCode();
  return pending_->View();
}

Result<PendingView> Account::RequestCode() {
  // A disk that cannot keep the sign-in is found out before a person is sent to a
  // browser.
  Result<StoreRoom> room = store_->ReserveCredential();
  if (!room.ok()) return std::move(room).error();

  FormBody form;
  FillDeviceRequest(config_, &form);
  const int64_t asked_at = services_.clock->NowMs();
  const int64_t asked_steady = services_.clock->SteadyMs();
  bool sent = false;
  Result<HttpResponse> response =
      Post(config_.DeviceAuthorizationUrl(), form, limits::kTokenTotalMs,
           HttpClient::Interruptible::kYes, &sent);
  if (!response.ok()) return std::move(response).error();
  Result<DeviceCode> code = ParseDeviceResponse(response.value(), config_, asked_at);
  if (!code.ok()) return std::move(code).error();

  PendingLogin pending;
  pending.code = std::move(code).value();
  pending.boot_id = services_.boot_id;
  pending.expires_steady_ms = asked_steady + (pending.code.expires_at_ms - asked_at);
  pending_ = std::move(pending);
  SchedulePoll(pending_->code.interval_seconds * 1000);
  Result<void> saved = store_->SavePending(*pending_);
  if (!saved.ok()) {
    pending_.reset();
    return std::move(saved).error();
  }
  PublishSnapshot();
  return pending_->View();
}

bool Account::IsExpired(const PendingLogin& pending) const {
  // By either clock: one may have been set back, the other may be of another boot.
  if (services_.clock->NowMs() >= pending.code.expires_at_ms) return true;
  return pending.boot_id == services_.boot_id &&
         services_.clock->SteadyMs() >= pending.expires_steady_ms;
}

int64_t Account::WaitMs(const PendingLogin& pending) const {
  // A restart of the machine takes longer than any interval, and the wall clock may have
  // been set since.
  if (pending.boot_id != services_.boot_id) return 0;
  const int64_t wait = pending.next_poll_steady_ms - services_.clock->SteadyMs();
  return std::clamp<int64_t>(wait, 0, limits::kIntervalSecondsMax * 1000);
}

void Account::SchedulePoll(int64_t wait_ms) {
  if (pending_->boot_id != services_.boot_id) {
    // Begun before a restart: only the wall clock knows how much time is left.
    const int64_t left = std::min(pending_->code.expires_at_ms - services_.clock->NowMs(),
                                  limits::kCodeLifeSecondsMax * 1000);
    pending_->expires_steady_ms = services_.clock->SteadyMs() + left;
    pending_->boot_id = services_.boot_id;
  }
  pending_->next_poll_steady_ms = services_.clock->SteadyMs() + wait_ms;
}

Result<Account::PollResult> Account::Poll(const std::optional<std::string>& pending_id) {
  FlushUnsaved();
  Reload();
  if (unreadable_) return *unreadable_;
  if (store_error_) return *store_error_;
  if (unreadable_pending_) return *unreadable_pending_;
  if (!pending_) return PollOfNone(pending_id);
  if (pending_id && *pending_id != pending_->code.user_code) {
    return Error::Make(ErrorCode::kInvalidRequest,
                       "pending_id: not the sign-in that is under way", "pending_id");
  }
  const int64_t wait = WaitMs(*pending_);
  if (wait > 0 && !IsExpired(*pending_)) return PollResult{false, wait};
  return ExchangeDeviceCode();
}

Result<Account::PollResult> Account::PollOfNone(
    const std::optional<std::string>& pending_id) const {
  const std::string& asked = pending_id ? *pending_id : last_login_id_;
  const bool connected = record_ && !record_->dead();
  // Another process may have polled first.
  if (connected && (asked.empty() || asked == record_->login_id)) {
    return PollResult{true, 0};
  }
  return Error::Make(ErrorCode::kNoPendingFlow,
                     connected ? "no sign-in is under way; the account is connected"
                               : "no sign-in is under way");
}

Result<Account::PollResult> Account::ExchangeDeviceCode() {
  Result<Transaction> transaction = Transaction::Begin(this);
  if (!transaction.ok()) return std::move(transaction).error();
  const std::string expected = pending_->code.user_code;
  const uint64_t generation = store_->generation();
  Reload();
  if (unreadable_) return *unreadable_;
  if (store_error_) return *store_error_;
  if (unreadable_pending_) return *unreadable_pending_;
  if (!pending_ || pending_->code.user_code != expected) {
    // Another process finished, cancelled or replaced it while we waited for the lock.
    const bool is_new = store_->generation() != generation;
    if (record_ && !record_->dead() && !pending_ && is_new) return PollResult{true, 0};
    return Error::Make(ErrorCode::kNoPendingFlow, "the sign-in was ended elsewhere");
  }
  if (IsExpired(*pending_)) {
    Result<void> ended = EndFlow();
    if (!ended.ok()) return std::move(ended).error();
    return Error::Make(ErrorCode::kExpired, "the code has run out");
  }
  const int64_t wait = WaitMs(*pending_);
  if (wait > 0) return PollResult{false, wait};
  // The code is good for one exchange: without room for its result there is none.
  Result<StoreRoom> room = store_->ReserveCredential();
  if (!room.ok()) return std::move(room).error();
  SchedulePoll(pending_->code.interval_seconds * 1000);
  Result<void> kept = store_->SavePending(*pending_);
  if (!kept.ok()) return std::move(kept).error();

  CredentialRecord fresh;  // a new sign-in inherits nothing
  fresh.login_id = expected;
  FormBody form;
  FillPollRequest(config_, pending_->code.device_code, &form);
  const int64_t asked_at = services_.clock->NowMs();
  bool sent = false;
  Result<HttpResponse> response = Post(config_.TokenUrl(), form, limits::kTokenTotalMs,
                                       HttpClient::Interruptible::kNo, &sent);
  if (!response.ok()) {
    const ErrorCode code = response.error().code;
    if (code == ErrorCode::kTls || code == ErrorCode::kProxy) {
      return std::move(response).error();  // passes only if somebody changes something
    }
    // An outage must not lose the sign-in.
    return KeepPending({pending_->code.interval_seconds, WaitAfterLostPoll(&*pending_)});
  }
  pending_->lost_polls = 0;
  PollOutcome outcome = WithMemory(services_, [&] {
    return ReadPollReply(response.value(), pending_->code.interval_seconds, asked_at);
  });
  if (const auto* pending = std::get_if<StillPending>(&outcome))
    return KeepPending(*pending);
  if (Error* error = std::get_if<Error>(&outcome)) {
    Result<void> ended = EndFlow();
    if (!ended.ok()) return std::move(ended).error();
    // Spent, and the result is here: whoever was to end the flow then did not.
    const bool is_here = record_ && !record_->dead() && record_->login_id == expected;
    if (is_here && error->code == ErrorCode::kExpired) return PollResult{true, 0};
    return std::move(*error);
  }

  const auto& tokens = std::get<TokenSet>(outcome);
  const Claims owner = WithMemory(services_, [&] { return OwnerOf(tokens); });
  Install(tokens, owner, fresh);
  // On the disk first, everything else after it.  A disk that fails now is retried later.
  Result<void> saved = Persist(room.value().get());
  (void)EndFlow();  // its code is spent, whether the result could be written or not
  pending_.reset();
  if (!record_) return std::move(saved).error();
  if (record_->email.empty()) LookUpOwner();
  next_refresh_steady_ms_ = 0;
  PublishSnapshot();
  return PollResult{true, 0};
}

Result<Account::PollResult> Account::KeepPending(const StillPending& still) {
  pending_->code.interval_seconds = still.interval_seconds;
  SchedulePoll(still.wait_ms);
  Result<void> saved = store_->SavePending(*pending_);
  if (!saved.ok()) return std::move(saved).error();
  PublishSnapshot();
  return PollResult{false, still.wait_ms};
}

Result<void> Account::EndFlow() {
  Result<bool> erased = store_->ErasePending();
  if (!erased.ok()) return std::move(erased).error();
  pending_.reset();
  PublishSnapshot();
  return {};
}

void Account::LookUpOwner() {
  HttpRequest request;
  request.url = config_.UserinfoUrl();
  request.headers = {{"Accept", "application/json"}};
  request.bearer = &record_->access_token;
  request.connect_ms = limits::kTokenConnectMs;
  request.total_ms = limits::kRevokeTotalMs;
  bool sent = false;
  const Result<HttpResponse> response = services_.http->Fetch(
      request, limits::kAuthBodyBytesMax, HttpClient::Interruptible::kYes, &sent);
  // It may answer 401 to a good token, or not answer: the sign-in is good without a name.
  if (!response.ok() || response.value().head.status / 100 != 2) return;
  Claims claims = ReadUserinfo(response.value().body);
  for (std::string* claim : {&claims.subject, &claims.email}) {
    for (const SecretString* token : {&record_->access_token, &record_->refresh_token}) {
      *claim = MaskSecret(*claim, token->Reveal());
    }
  }
  if (!record_->subject.empty() && claims.subject != record_->subject) return;
  record_->subject = claims.subject;
  record_->email = claims.email;
  MarkUnsaved();
  Result<StoreRoom> room = store_->ReserveCredential();
  if (room.ok()) (void)Persist(room.value().get());
}

}  // namespace xai
