// What is known of the account at one moment, shared between threads and never changed.
#ifndef XAI_PLUGIN_CREDENTIALS_ACCOUNT_SNAPSHOT_H_
#define XAI_PLUGIN_CREDENTIALS_ACCOUNT_SNAPSHOT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/secret.h"

namespace xai {

// Immutable.
struct AccessToken {
  SecretString bearer;
  int64_t issued_at_ms = 0;
  int64_t expires_at_ms = 0;
  // By the steady clock, if this process minted it: no step of the wall clock hides its
  // age.
  std::optional<int64_t> minted_steady_ms;

  int64_t life_ms() const { return expires_at_ms - issued_at_ms; }
};

// The half of a pending flow that a person may see.
struct PendingView {
  std::string user_code;
  std::string verification_url;
  std::string verification_url_with_code;
  int64_t interval_seconds = 0;
  int64_t expires_at_ms = 0;
};

enum class AccountState {
  kSignedOut,
  kPending,
  kConnected,
  kExpiring,
  kExpired,
  kReauthRequired,
  kCredentialUnreadable,
};

// Immutable.
struct AccountSnapshot {
  std::shared_ptr<const AccessToken> access;  // null: signed out
  bool refreshable = false;
  int64_t updated_at_ms = 0;
  std::string subject;
  std::string email;
  std::optional<int64_t> tier;
  std::string dead_reason;  // empty: the grant is good as far as we know
  std::optional<PendingView> pending;
  std::optional<Error> unreadable;
  std::vector<std::string> warnings;
  uint64_t generation = 0;

  bool connected() const { return access != nullptr && dead_reason.empty(); }
};

AccountState StateOf(const AccountSnapshot& snapshot, int64_t now_ms);

// How long before its expiry a token should be renewed.
int64_t RefreshAheadMs(const AccessToken& token);

// Whether it was minted so short a time ago that a server which refuses it only lags.
bool IsFreshlyMinted(const AccessToken& token, const Clock& clock);

// "signed_out", "pending", ...
const char* NameOf(AccountState state);

}  // namespace xai

#endif  // XAI_PLUGIN_CREDENTIALS_ACCOUNT_SNAPSHOT_H_
