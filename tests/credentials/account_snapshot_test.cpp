#include "credentials/account_snapshot.h"

#include <memory>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/limits.h"

namespace xai {
namespace {

constexpr int64_t kNow = 1'780'000'000'000;
constexpr int64_t kMinute = 60'000;

std::shared_ptr<const AccessToken> Token(int64_t life_ms) {
  auto token = std::make_shared<AccessToken>();
  token->bearer = SecretString("at");
  token->issued_at_ms = kNow;
  token->expires_at_ms = kNow + life_ms;
  return token;
}

AccountSnapshot SignedIn(int64_t life_ms = 360 * kMinute) {
  AccountSnapshot snapshot;
  snapshot.access = Token(life_ms);
  snapshot.refreshable = true;
  return snapshot;
}

TEST(RefreshAhead, IsFortyFiveMinutesOrAQuarterOfAShortLife) {
  EXPECT_EQ(RefreshAheadMs(*Token(360 * kMinute)), limits::kRefreshAheadMs);
  EXPECT_EQ(RefreshAheadMs(*Token(180 * kMinute)), 45 * kMinute);
  EXPECT_EQ(RefreshAheadMs(*Token(179 * kMinute)), 179 * kMinute / 4);
  EXPECT_EQ(RefreshAheadMs(*Token(15 * kMinute)), 225'000);
  EXPECT_EQ(RefreshAheadMs(*Token(0)), 0);
}

TEST(AccountState, FollowsTheToken) {
  const AccountSnapshot snapshot = SignedIn();
  const int64_t end = kNow + 360 * kMinute;
  EXPECT_EQ(StateOf(snapshot, kNow), AccountState::kConnected);
  EXPECT_EQ(StateOf(snapshot, end - 45 * kMinute - 1), AccountState::kConnected);
  EXPECT_EQ(StateOf(snapshot, end - 45 * kMinute), AccountState::kExpiring);
  EXPECT_EQ(StateOf(snapshot, end - 1), AccountState::kExpiring);
  EXPECT_EQ(StateOf(snapshot, end), AccountState::kExpired);
  EXPECT_TRUE(snapshot.connected());
}

// Matrix A19.
TEST(AccountState, WithoutARefreshTokenTheEndIsTheEnd) {
  AccountSnapshot snapshot = SignedIn();
  snapshot.refreshable = false;
  EXPECT_EQ(StateOf(snapshot, kNow), AccountState::kConnected);
  const int64_t end = kNow + 360 * kMinute;
  EXPECT_EQ(StateOf(snapshot, end), AccountState::kReauthRequired);
  snapshot.pending = PendingView{"A", "", "", 5, end + 1};
  EXPECT_EQ(StateOf(snapshot, end - 1), AccountState::kExpiring) << "it still works";
  EXPECT_EQ(StateOf(snapshot, end), AccountState::kPending) << "who is at it already";
  EXPECT_EQ(StateOf(snapshot, end + 1), AccountState::kReauthRequired);
}

TEST(AccountState, ADeadGrantAsksForAPerson) {
  AccountSnapshot snapshot = SignedIn();
  snapshot.dead_reason = "grant_revoked";
  EXPECT_EQ(StateOf(snapshot, kNow), AccountState::kReauthRequired);
  EXPECT_FALSE(snapshot.connected());
  snapshot.pending = PendingView{"A", "", "", 5, kNow + 1};
  EXPECT_EQ(StateOf(snapshot, kNow), AccountState::kPending) << "who is at it already";
  EXPECT_EQ(StateOf(snapshot, kNow + 1), AccountState::kReauthRequired);
}

TEST(AccountState, AFlowIsPendingUntilItRunsOut) {
  AccountSnapshot snapshot;
  EXPECT_EQ(StateOf(snapshot, kNow), AccountState::kSignedOut);
  EXPECT_FALSE(snapshot.connected());
  snapshot.pending = PendingView{"A", "", "", 5, kNow + 1000};
  EXPECT_EQ(StateOf(snapshot, kNow + 999), AccountState::kPending);
  EXPECT_EQ(StateOf(snapshot, kNow + 1000), AccountState::kSignedOut);
  AccountSnapshot connected = SignedIn();
  connected.pending = snapshot.pending;
  EXPECT_EQ(StateOf(connected, kNow), AccountState::kConnected) << "what works, works";
}

TEST(AccountState, WhatCannotBeReadComesFirst) {
  AccountSnapshot snapshot = SignedIn();
  snapshot.unreadable = Error::Make(ErrorCode::kStoreCorrupt, "x");
  EXPECT_EQ(StateOf(snapshot, kNow), AccountState::kCredentialUnreadable);
}

TEST(AccountState, NamesAreThoseOfTheContract) {
  EXPECT_STREQ(NameOf(AccountState::kSignedOut), "signed_out");
  EXPECT_STREQ(NameOf(AccountState::kPending), "pending");
  EXPECT_STREQ(NameOf(AccountState::kConnected), "connected");
  EXPECT_STREQ(NameOf(AccountState::kExpiring), "expiring");
  EXPECT_STREQ(NameOf(AccountState::kExpired), "expired");
  EXPECT_STREQ(NameOf(AccountState::kReauthRequired), "reauth_required");
  EXPECT_STREQ(NameOf(AccountState::kCredentialUnreadable), "credential_unreadable");
}

}  // namespace
}  // namespace xai
