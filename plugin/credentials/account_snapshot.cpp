#include "credentials/account_snapshot.h"

#include <algorithm>
#include <cstdlib>

#include "base/limits.h"

namespace xai {

int64_t RefreshAheadMs(const AccessToken& token) {
  return std::min(limits::kRefreshAheadMs, token.life_ms() / 4);
}

bool IsFreshlyMinted(const AccessToken& token, const Clock& clock) {
  const int64_t guard = std::min(limits::kFreshMintMs, token.life_ms() / 4);
  if (token.minted_steady_ms) return clock.SteadyMs() - *token.minted_steady_ms < guard;
  // Of another process, whose wall clock may have been ahead of this one's.
  return std::abs(clock.NowMs() - token.issued_at_ms) < guard;
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
    if (snapshot.refreshable) return AccountState::kExpired;
    return pending ? AccountState::kPending : AccountState::kReauthRequired;
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
