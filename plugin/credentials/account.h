// The signed-in account: every transaction that changes it, as straight-line code that
// may block.  docs/login.md tells the story.
#ifndef XAI_PLUGIN_CREDENTIALS_ACCOUNT_H_
#define XAI_PLUGIN_CREDENTIALS_ACCOUNT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "credentials/account_snapshot.h"
#include "credentials/store.h"
#include "http/form.h"
#include "http/transport.h"
#include "oauth/claims.h"
#include "oauth/config.h"

namespace xai {

struct AccountServices {
  HttpClient* http = nullptr;
  const Clock* clock = nullptr;
  Random* random = nullptr;
  Logger* log = nullptr;
  std::string boot_id;     // of this boot of the machine
  std::string machine_id;  // empty: none
  // True when the provider is being destroyed: waiting ends then.
  std::function<bool()> closing;
};

// Store thread only.
class Account {
 public:
  using Publish = std::function<void(std::shared_ptr<const AccountSnapshot>)>;

  // `publish` gets a new snapshot whenever something changed.
  Account(const OAuthConfig& config, Store* store, AccountServices services,
          Publish publish);

  // Reads what is on disk, which another process may have changed.
  void Reload();

  // Begins a sign-in, or returns the live one.
  Result<PendingView> Start(bool force);

  // Connected, or not yet.
  struct PollResult {
    bool connected = false;
    int64_t retry_after_ms = 0;
  };
  // At most one exchange, and none before the interval has passed.
  Result<PollResult> Poll(const std::optional<std::string>& pending_id);

  // True if there was a flow to cancel.  What a newer version wrote is left alone, here
  // and by Logout().
  Result<bool> Cancel();

  struct LogoutResult {
    bool removed = false;  // there was something to remove
    bool revoked = false;  // the server confirmed it
  };
  Result<LogoutResult> Logout();

  // kAlways: a new token, whatever the old one is.  kIfStale: only if the stored access
  // token is still `rejected`, or is about to expire; another process may have been
  // faster.
  enum class RefreshWhen { kAlways, kIfStale };
  Result<void> Refresh(RefreshWhen when, const AccessToken* rejected);

  // Seals the credential with a key of another source, which must outlive the account.
  // A flow under way ends.
  Result<void> Rekey(KeySource* keys);

  // Whether there is a credential.
  bool signed_in() const { return record_.has_value(); }

  // Tries again to write a credential that the disk did not take.  Until that has worked
  // the store stays locked: what is in the file is spent, and nobody may present it.
  void FlushUnsaved();
  // When that is worth the next try, by the steady clock; nothing if all is written.
  std::optional<int64_t> next_flush_steady_ms() const;

 private:
  class Transaction;

  // account.cpp
  void PublishSnapshot();
  Result<StoreLock> LockStore();
  bool IsCloned() const;
  // What a newer version wrote and is to stay; null if there is nothing of the kind.
  const Error* OfNewerVersion() const;
  Result<bool> HasFlow() const;
  Result<HttpResponse> Post(const std::string& url, const FormBody& form,
                            int64_t total_ms, HttpClient::Interruptible interruptible,
                            bool* sent);
  // All of it or, without memory, nothing.  `base`: what the tokens do not tell.
  void Install(const TokenSet& tokens, const Claims& owner, const CredentialRecord& base);
  CredentialRecord Renewed(const TokenSet& tokens, const Claims& owner,
                           const CredentialRecord& base) const;
  Result<void> Persist(Vault::Room* room, Store::Write write = Store::Write::kNew);
  Result<void> TrySave(Vault::Room* room, Store::Write write);
  // The record in memory is newer than what is stored.
  void MarkUnsaved();
  void TryFlush();
  void DelayFlush();
  bool IsStillNewer(const Result<std::optional<CredentialRecord>>& stored, bool locked,
                    bool vanished) const;

  // account_login.cpp
  Result<PendingView> RequestCode();
  bool IsExpired(const PendingLogin& pending) const;
  int64_t WaitMs(const PendingLogin& pending) const;
  void SchedulePoll(int64_t wait_ms);
  Result<PollResult> ExchangeDeviceCode();
  // Without a flow: whether the one that is asked for has brought the account.
  Result<PollResult> PollOfNone(const std::optional<std::string>& pending_id) const;
  Result<PollResult> KeepPending(const StillPending& pending);
  Result<void> EndFlow();
  void LookUpOwner();

  // account_refresh.cpp
  bool IsFresh(RefreshWhen when, const AccessToken* rejected) const;
  // False if the access token still does its work.
  bool IsNeeded(RefreshWhen when, const AccessToken* rejected) const;
  Result<void> CheckRefreshable() const;
  Result<void> Rotate(Vault::Lock* lock, Vault::Room* room, bool needed);
  Result<void> Accept(const TokenSet& tokens, const Claims& owner, Vault::Lock* lock,
                      Vault::Room* room);
  Result<TokenSet> PresentRefreshToken(bool* ambiguous);
  Result<void> OnGrantRefused(bool interrupted, Vault::Room* room);
  Error BackOff(Error error);

  const OAuthConfig& config_;
  Store* store_;
  AccountServices services_;
  Publish publish_;

  std::optional<CredentialRecord> record_;
  std::optional<PendingLogin> pending_;
  std::string last_login_id_;  // of the flow that this process last saw
  std::optional<Error> unreadable_;
  bool unsaved_ = false;                     // record_ is newer than the file
  std::optional<Error> unreadable_pending_;  // beside a good credential, or a newer one's
  std::optional<Error> store_error_;         // record_ is what was read before
  uint64_t unsaved_over_ = 0;                // the generation that it replaces
  StoreLock unsaved_lock_;                   // kept for as long, if the lock was held
  int64_t next_flush_steady_ms_ = 0;
  int64_t flush_backoff_ms_ = 0;
  std::shared_ptr<const AccessToken> access_;
  // A refresh that failed for a passing reason is not tried again before this.
  int64_t next_refresh_steady_ms_ = 0;
  int64_t backoff_ms_ = 0;
  std::optional<Error> last_refresh_error_;
  std::shared_ptr<const AccessToken> failed_;  // the token that could not be renewed
  // The access token whose renewal was sent and not answered.
  std::shared_ptr<const AccessToken> unanswered_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_CREDENTIALS_ACCOUNT_H_
