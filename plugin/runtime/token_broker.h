// Hands out access tokens: from the snapshot if one is good, after a renewal otherwise.
#ifndef XAI_PLUGIN_RUNTIME_TOKEN_BROKER_H_
#define XAI_PLUGIN_RUNTIME_TOKEN_BROKER_H_

#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "credentials/token_source.h"
#include "runtime/credential_service.h"
#include "runtime/io_loop.h"

namespace xai {

// Loop thread only.
class TokenBroker : public TokenSource {
 public:
  // `on_change(before, after)` comes with every new snapshot; `before` is null at first.
  using OnChange = std::function<void(const AccountSnapshot*, const AccountSnapshot&)>;

  TokenBroker(CredentialService* credentials, IoLoop* loop, const Clock* clock,
              OnChange on_change);

  void Acquire(std::shared_ptr<const AccessToken> rejected,
               std::function<void(TokenResult)> done) override;

  // From the store thread, by way of the loop.
  void OnSnapshot(std::shared_ptr<const AccountSnapshot> snapshot);

  // Null until the first one has come.
  const AccountSnapshot* snapshot() const { return snapshot_.get(); }

 private:
  struct Waiter {
    std::shared_ptr<const AccessToken> rejected;
    std::function<void(TokenResult)> done;
    bool looked = false;          // at the disk, for a sign-in of another process
    std::optional<Error> failed;  // why the renewal did not work
  };

  void ServeAll();
  // What to tell the waiter; nothing if it must go on waiting.
  std::optional<TokenResult> Serve(Waiter* waiter);
  // Both: under way, if it was not already.  False if there is no thread for it.
  bool Look();
  bool Renew(std::shared_ptr<const AccessToken> rejected);
  void OnRenewed(const Result<void>& result);

  CredentialService* credentials_;
  IoLoop* loop_;
  const Clock* clock_;
  OnChange on_change_;
  std::shared_ptr<const AccountSnapshot> snapshot_;
  std::vector<Waiter> waiters_;
  bool looking_ = false;
  bool renewing_ = false;
  bool serving_soon_ = false;
  int64_t next_background_steady_ms_ = 0;
};

}  // namespace xai

#endif  // XAI_PLUGIN_RUNTIME_TOKEN_BROKER_H_
