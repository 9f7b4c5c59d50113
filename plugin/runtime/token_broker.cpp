#include "runtime/token_broker.h"

#include <algorithm>

#include "base/limits.h"
#include "runtime/guarded.h"

namespace xai {
namespace {

TokenSource::TokenResult NoThread() {
  return Error::Make(ErrorCode::kNoMemory, "no thread for the sign-in");
}

}  // namespace

TokenBroker::TokenBroker(AccountRunner* account, Scheduler* scheduler, const Clock* clock,
                         Random* random, OnChange on_change)
    : account_(account),
      scheduler_(scheduler),
      clock_(clock),
      on_change_(std::move(on_change)),
      jitter_ms_(random->Below(limits::kRefreshJitterMs + 1)) {}

void TokenBroker::Acquire(std::shared_ptr<const AccessToken> rejected,
                          std::function<void(TokenResult)> done) {
  if (!serving_soon_) {
    scheduler_->RunAfter(0, [this] {
      serving_soon_ = false;
      ServeAll();
    });
    serving_soon_ = true;
  }
  Waiter waiter;
  waiter.rejected = std::move(rejected);
  waiter.done = std::move(done);
  waiters_.push_back(std::move(waiter));
}

void TokenBroker::OnSnapshot(std::shared_ptr<const AccountSnapshot> snapshot) {
  const std::shared_ptr<const AccountSnapshot> before = std::move(snapshot_);
  snapshot_ = std::move(snapshot);
  if (before == nullptr) {
    unasked_after_steady_ms_ = clock_->SteadyMs() + limits::kRenewalStartMs;
  }
  on_change_(before.get(), *snapshot_);
  RenewInTime();
}

void TokenBroker::GiveUp() {
  waiters_.clear();
  looking_ = renewing_ = serving_soon_ = false;
  (void)Look();  // a snapshot may be lost as well
  RenewInTime();
}

void TokenBroker::ServeAll() {
  // A callback may ask again: it is served in the next round.
  std::vector<Waiter> waiting;
  waiting.swap(waiters_);
  for (Waiter& waiter : waiting) {
    std::optional<TokenResult> result = Serve(&waiter);
    if (result) {
      waiter.done(std::move(*result));
    } else {
      waiters_.push_back(std::move(waiter));
    }
  }
}

std::optional<TokenSource::TokenResult> TokenBroker::Serve(Waiter* waiter) {
  if (waiter->failed) return TokenResult(*waiter->failed);
  const AccountSnapshot* now = snapshot_.get();
  if (now == nullptr && waiter->looked && !looking_) {
    return TokenResult(Error::Make(ErrorCode::kNoMemory, "no memory"));
  }
  if (now == nullptr || (!now->connected() && !waiter->looked)) {
    // Another process may have signed in since the last look.
    waiter->looked = true;
    if (!Look()) return NoThread();
    return std::nullopt;
  }
  if (looking_ && !now->connected()) return std::nullopt;
  if (now->unreadable) return TokenResult(*now->unreadable);
  if (now->access == nullptr) {
    return TokenResult(Error::Make(ErrorCode::kNotConnected, "nobody is signed in"));
  }
  if (!now->connected()) {
    return TokenResult(Error::Make(ErrorCode::kReauthRequired,
                                   "xAI no longer accepts this sign-in",
                                   now->dead_reason));
  }
  const AccessToken& token = *now->access;
  const bool rejected =
      waiter->rejected != nullptr && SameSecret(waiter->rejected->bearer, token.bearer);
  if (rejected || IsExpired(token)) {
    waiter->needs_renewal = true;
    if (!Renew(rejected ? waiter->rejected : nullptr)) return NoThread();
    return std::nullopt;
  }
  if (now->refreshable && RenewalDelayMs(token, 0) <= 0) {
    (void)Renew(nullptr);  // in the background: this token is still good
  }
  return TokenResult(now->access);
}

bool TokenBroker::Look() {
  if (looking_) return true;
  looking_ = account_->Look([this](Account* account, Store*) {
    (void)Guarded<void>([account] {
      account->Reload();
      return Result<void>();
    });
    return [this] {
      looking_ = false;
      ServeAll();
    };
  });
  return looking_;
}

bool TokenBroker::Renew(std::shared_ptr<const AccessToken> rejected) {
  if (renewing_) return true;
  next_background_steady_ms_ = clock_->SteadyMs() + limits::kRefreshBackoffMinMs;
  renewing_ =
      account_->Run([this, rejected = std::move(rejected)](Account* account, Store*) {
        Result<void> result = Guarded<void>([account, &rejected] {
          return account->Refresh(Account::RefreshWhen::kIfStale, rejected.get());
        });
        return [this, result = std::move(result), rejected] {
          OnRenewed(result, rejected.get());
        };
      });
  return renewing_;
}

void TokenBroker::OnRenewed(const Result<void>& result, const AccessToken* rejected) {
  renewing_ = false;
  if (result.ok()) {
    rests_until_steady_ms_ = clock_->SteadyMs() + RestMs();
    next_background_steady_ms_ = rests_until_steady_ms_;
  } else {
    // The account keeps the time between two attempts; this is when to ask it again.
    next_background_steady_ms_ = clock_->SteadyMs() + limits::kRefreshBackoffMinMs;
  }
  for (Waiter& waiter : waiters_) {
    // A renewal that failed is nothing to those whose token is good.
    if (!result.ok() && waiter.needs_renewal) waiter.failed = result.error();
    waiter.needs_renewal = false;
    // xAI may give the same token once more: a second renewal would not change that.
    if (result.ok() && rejected != nullptr && waiter.rejected != nullptr &&
        SameSecret(waiter.rejected->bearer, rejected->bearer)) {
      waiter.rejected = nullptr;
    }
  }
  ServeAll();
  RenewInTime();
}

void TokenBroker::RenewInTime() {
  scheduler_->CancelTimer(renewal_timer_);
  renewal_timer_ = 0;
  const AccountSnapshot* now = snapshot_.get();
  if (renewing_ || now == nullptr || !now->connected() || !now->refreshable) return;
  const AccessToken& token = *now->access;
  const int64_t jitter_ms = std::min(jitter_ms_, RefreshAheadMs(token) / 4);
  const int64_t delay_ms = std::max(RenewalDelayMs(token, jitter_ms),
                                    unasked_after_steady_ms_ - clock_->SteadyMs());
  if (delay_ms <= 0 && Renew(nullptr)) return;
  // The expiry is by the wall clock, which may be set meanwhile: look at it again.
  renewal_timer_ = scheduler_->RunAfter(
      std::clamp<int64_t>(delay_ms, 1, limits::kRenewalCheckMs), [this] {
        renewal_timer_ = 0;
        RenewInTime();
      });
}

int64_t TokenBroker::RenewalDelayMs(const AccessToken& token, int64_t jitter_ms) const {
  const int64_t left = token.expires_at_ms - clock_->NowMs();
  return std::max(left - RefreshAheadMs(token) + jitter_ms,
                  next_background_steady_ms_ - clock_->SteadyMs());
}

bool TokenBroker::IsExpired(const AccessToken& token) const {
  // Renewed moments ago and expired already: the wall clock was set.  Let xAI say whether
  // the token is good.
  return token.expires_at_ms <= clock_->NowMs() &&
         clock_->SteadyMs() >= rests_until_steady_ms_;
}

int64_t TokenBroker::RestMs() const {
  if (snapshot_ == nullptr || snapshot_->access == nullptr) return 0;
  return std::min(limits::kRenewalRestMs, snapshot_->access->life_ms() / 4);
}

}  // namespace xai
