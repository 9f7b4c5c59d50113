#include "credentials/account_snapshot.h"

#include <algorithm>

#include "base/limits.h"

namespace xai {

int64_t RefreshAheadMs(const AccessToken& token) {
  return std::min(limits::kRefreshAheadMs, token.life_ms() / 4);
}

AccountState StateOf(const AccountSnapshot& snapshot, int64_t now_ms) {
  if (snapshot.unreadable) return AccountState::kCredentialUnreadable;
  // A flow that is under way is what the person is busy with.
  const bool pending = snapshot.pending && now_ms < snapshot.pending->expires_at_ms;
  if (!snapshot.dead_reason.empty()) {
    return pending ? AccountState::kPending : AccountState::kReauthRequired;
  }
  if (snapshot.access == nullptr) {
    return pending ? AccountState::kPending : AccountState::kSignedOut;
  }
  const int64_t left = snapshot.access->expires_at_ms - now_ms;
  if (left <= 0) {
    return snapshot.refreshable ? AccountState::kExpired : AccountState::kReauthRequired;
  }
  return left <= RefreshAheadMs(*snapshot.access) ? AccountState::kExpiring
                                                  : AccountState::kConnected;
}

const char* NameOf(AccountState state) {
  switch (state) {
    case AccountState::kSignedOut:
      return "signed_out";
    case AccountState::kPending:
      return "pending";
    case AccountState::kConnected:
      return "connected";
    case AccountState::kExpiring:
      return "expiring";
    case AccountState::kExpired:
      return "expired";
    case AccountState::kReauthRequired:
      return "reauth_required";
    case AccountState::kCredentialUnreadable:
      return "credential_unreadable";
  }
  return "signed_out";
}

}  // namespace xai
