// Hands out access tokens: from the snapshot if one is good, after a renewal otherwise.
// Renews ahead of time, whether somebody asks or not.
#ifndef XAI_PLUGIN_RUNTIME_TOKEN_BROKER_H_
#define XAI_PLUGIN_RUNTIME_TOKEN_BROKER_H_

#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "credentials/token_source.h"
#include "runtime/account_runner.h"

namespace xai {

// Loop thread only.
class TokenBroker : public TokenSource {
 public:
  // `on_change(before, after)` comes with every new snapshot; `before` is null at first.
  using OnChange = std::function<void(const AccountSnapshot*, const AccountSnapshot&)>;

  TokenBroker(AccountRunner* account, Scheduler* scheduler, const Clock* clock,
              Random* random, OnChange on_change);

  void Acquire(std::shared_ptr<const AccessToken> rejected,
               std::function<void(TokenResult)> done) override;

  void OnSnapshot(std::shared_ptr<const AccountSnapshot> snapshot);

  // Whoever waits is forgotten, and what is under way comes as if unasked.  Not from
  // within a callback of this.  Throws std::bad_alloc: then a renewal waits until
  // somebody asks for a token.
  void GiveUp();

  // Null until the first one has come.
  const AccountSnapshot* snapshot() const { return snapshot_.get(); }

 private:
  struct Waiter {
    std::shared_ptr<const AccessToken> rejected;
    std::function<void(TokenResult)> done;
    bool looked = false;          // at the disk, for a sign-in of another process
    bool needs_renewal = false;   // no other token will do
    std::optional<Error> failed;  // why the renewal did not work
  };

  void ServeAll();
  // What to tell the waiter; nothing if it must go on waiting.
  std::optional<TokenResult> Serve(Waiter* waiter);
  // Both: under way, if it was not already.  False if there is no thread for it.
  bool Look();
  bool Renew(std::shared_ptr<const AccessToken> rejected);
  // `rejected` is what the renewal was to replace; null if it was merely time for one.
  void OnRenewed(const Result<void>& result, const AccessToken* rejected);
  // Renews if it is time, and sets the timer for when it is.
  void RenewInTime();
  // Until the token should be renewed, if nobody needs that at once.
  int64_t RenewalDelayMs(const AccessToken& token, int64_t jitter_ms) const;
  bool IsExpired(const AccessToken& token) const;
  // How long a renewal is the last one, whatever the wall clock says.
  int64_t RestMs() const;

  AccountRunner* account_;
  Scheduler* scheduler_;
  const Clock* clock_;
  OnChange on_change_;
  int64_t jitter_ms_;  // of this provider, for tokens that live long
  std::shared_ptr<const AccountSnapshot> snapshot_;
  std::vector<Waiter> waiters_;
  bool looking_ = false;
  bool renewing_ = false;
  bool serving_soon_ = false;
  Scheduler::TimerId renewal_timer_ = 0;
  int64_t next_background_steady_ms_ = 0;
  int64_t unasked_after_steady_ms_ = 0;
  int64_t rests_until_steady_ms_ = 0;
};

}  // namespace xai

#endif  // XAI_PLUGIN_RUNTIME_TOKEN_BROKER_H_
