#include "runtime/token_broker.h"

#include "base/limits.h"

namespace xai {
namespace {

TokenSource::TokenResult NoThread() {
  return Error::Make(ErrorCode::kNoMemory, "no thread for the sign-in");
}

}  // namespace

TokenBroker::TokenBroker(CredentialService* credentials, IoLoop* loop, const Clock* clock,
                         OnChange on_change)
    : credentials_(credentials),
      loop_(loop),
      clock_(clock),
      on_change_(std::move(on_change)) {}

void TokenBroker::Acquire(std::shared_ptr<const AccessToken> rejected,
                          std::function<void(TokenResult)> done) {
  waiters_.push_back({std::move(rejected), std::move(done), false, std::nullopt});
  if (serving_soon_) return;
  serving_soon_ = true;
  loop_->RunAfter(0, [this] {
    serving_soon_ = false;
    ServeAll();
  });
}

void TokenBroker::OnSnapshot(std::shared_ptr<const AccountSnapshot> snapshot) {
  const std::shared_ptr<const AccountSnapshot> before = std::move(snapshot_);
  snapshot_ = std::move(snapshot);
  on_change_(before.get(), *snapshot_);
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
  const int64_t left = token.expires_at_ms - clock_->NowMs();
  const bool rejected =
      waiter->rejected != nullptr && SameSecret(waiter->rejected->bearer, token.bearer);
  if (rejected || left <= 0) {
    if (!Renew(rejected ? waiter->rejected : nullptr)) return NoThread();
    return std::nullopt;
  }
  if (left <= RefreshAheadMs(token) && now->refreshable &&
      clock_->SteadyMs() >= next_background_steady_ms_) {
    (void)Renew(nullptr);  // in the background: this token is still good
  }
  return TokenResult(now->access);
}

bool TokenBroker::Look() {
  if (looking_) return true;
  looking_ = credentials_->Run([this](Account* account, Store*) {
    account->Reload();
    loop_->Post([this] {
      looking_ = false;
      ServeAll();
    });
  });
  return looking_;
}

bool TokenBroker::Renew(std::shared_ptr<const AccessToken> rejected) {
  if (renewing_) return true;
  next_background_steady_ms_ = clock_->SteadyMs() + limits::kRefreshBackoffMinMs;
  renewing_ =
      credentials_->Run([this, rejected = std::move(rejected)](Account* account, Store*) {
        Result<void> result =
            account->Refresh(Account::RefreshWhen::kIfStale, rejected.get());
        loop_->Post([this, result = std::move(result)] { OnRenewed(result); });
      });
  return renewing_;
}

void TokenBroker::OnRenewed(const Result<void>& result) {
  renewing_ = false;
  if (!result.ok()) {
    for (Waiter& waiter : waiters_) waiter.failed = result.error();
  }
  ServeAll();
}

}  // namespace xai
