// Account::Refresh(): when a token is renewed, and what comes of it.
#include <cerrno>
#include <string>

#include "base/limits.h"
#include "credentials/account_fixture.h"

namespace xai {
namespace {

class AccountRefreshTest : public AccountTest {
 protected:
  AccountRefreshTest() : process_(NewProcess()) { SignIn(process_.get()); }

  std::string Refresh(When when = When::kAlways) { return Refresh(process_.get(), when); }
  static std::string Refresh(Process* process, When when,
                             const xai::AccessToken* rejected = nullptr) {
    return Verdict(process->account.Refresh(when, rejected));
  }
  // How many were sent since the sign-in.
  size_t Sent() const { return http_.requests().size() - 2; }
  std::string StoredRefreshToken() {
    return std::string(process_->store.LoadCredential().value()->refresh_token.Reveal());
  }

  std::unique_ptr<Process> process_;
};

TEST_F(AccountRefreshTest, RotatesTheTokens) {
  clock_.Advance(1'000);
  ReplyTokens(2);
  ASSERT_EQ(Refresh(), "ok");
  EXPECT_EQ(process_->Bearer(), AccessToken(2));
  EXPECT_EQ(StoredRefreshToken(), RefreshToken(2));
  EXPECT_EQ(process_->snapshot->generation, 2u);
  EXPECT_EQ(process_->snapshot->access->expires_at_ms, clock_.NowMs() + kLifeMs);
  EXPECT_EQ(process_->snapshot->updated_at_ms, clock_.NowMs());
  EXPECT_EQ(process_->snapshot->email, "person@example.com");
  const ScriptedHttpClient::Request& asked = http_.last();
  EXPECT_EQ(asked.method, "POST");
  EXPECT_EQ(asked.url, "https://auth.x.ai/oauth2/token");
  EXPECT_EQ(asked.body,
            "grant_type=refresh_token&refresh_token=rt-sEcReT-1&client_id=client-1");
  EXPECT_TRUE(asked.fresh_connection);
  EXPECT_FALSE(asked.interruptible);
  EXPECT_EQ(asked.total_ms, limits::kTokenTotalMs);
  EXPECT_EQ(ReadFile(File("lock")), "") << "nothing is left open";

  ReplyTokens(3);
  ASSERT_EQ(Refresh(), "ok");
  EXPECT_EQ(http_.last().body,
            "grant_type=refresh_token&refresh_token=rt-sEcReT-2&client_id=client-1");
}

// Matrix A23.
TEST_F(AccountRefreshTest, WhatTheAnswerLeavesOutStays) {
  http_.Reply(200, R"({"access_token":"at-sEcReT-2","expires_in":900})");
  ASSERT_EQ(Refresh(), "ok");
  EXPECT_EQ(process_->Bearer(), AccessToken(2));
  EXPECT_EQ(StoredRefreshToken(), RefreshToken(1));
  EXPECT_EQ(process_->snapshot->email, "person@example.com");
  EXPECT_EQ(process_->snapshot->subject, "user-1");
  EXPECT_EQ(process_->store.LoadCredential().value()->scope, "openid");
}

TEST_F(AccountRefreshTest, NeedsASignIn) {
  http_.Reply(200, "");
  ASSERT_EQ(Verdict(process_->account.Logout()), "ok");
  EXPECT_EQ(Refresh(When::kAlways), "not_connected");
  EXPECT_EQ(Refresh(When::kIfStale), "not_connected");
}

TEST_F(AccountRefreshTest, NeedsAReadableStore) {
  folder_.Write("state/" + File("cred").filename().string(), "damage");
  const auto later = NewProcess();  // one that has no copy in memory
  EXPECT_EQ(Refresh(later.get(), When::kAlways), "store_corrupt sealed_file");
  EXPECT_EQ(ReadFile(File("cred")), "damage");
}

TEST_F(AccountRefreshTest, AFreshTokenIsLeftAlone) {
  EXPECT_EQ(Refresh(When::kIfStale), "ok");
  clock_.Advance(kLifeMs - limits::kRefreshAheadMs - 1);
  EXPECT_EQ(Refresh(When::kIfStale), "ok");
  EXPECT_EQ(Sent(), 0u);
  clock_.Advance(1);
  ReplyTokens(2);
  EXPECT_EQ(Refresh(When::kIfStale), "ok");
  EXPECT_EQ(process_->Bearer(), AccessToken(2));
}

TEST_F(AccountRefreshTest, ARefusedTokenIsRenewed) {
  const auto rejected = process_->snapshot->access;
  ReplyTokens(2);
  EXPECT_EQ(Refresh(process_.get(), When::kIfStale, rejected.get()), "ok");
  EXPECT_EQ(process_->Bearer(), AccessToken(2));
  EXPECT_EQ(Refresh(process_.get(), When::kIfStale, rejected.get()), "ok")
      << "the one now is another";
  EXPECT_EQ(Sent(), 1u);
}

// Matrix A25.
TEST_F(AccountRefreshTest, ASiblingsTokenIsAdopted) {
  const auto rejected = process_->snapshot->access;
  const auto sibling = NewProcess();
  ReplyTokens(2);
  ASSERT_EQ(Refresh(sibling.get(), When::kAlways), "ok");
  EXPECT_EQ(Refresh(process_.get(), When::kIfStale, rejected.get()), "ok");
  EXPECT_EQ(process_->Bearer(), AccessToken(2));
  EXPECT_EQ(Sent(), 1u);
  ReplyTokens(3);
  ASSERT_EQ(Refresh(When::kAlways), "ok");
  EXPECT_EQ(http_.last().body,
            "grant_type=refresh_token&refresh_token=rt-sEcReT-2&client_id=client-1")
      << "whoever wrote it";
}

// Matrix B36.
TEST_F(AccountRefreshTest, AnotherAccountsSignInIsAdopted) {
  const auto sibling = NewProcess();
  SignIn(sibling.get(), 7);
  process_->account.Reload();
  EXPECT_EQ(process_->Bearer(), AccessToken(7));
}

// Matrix A24, A45.
TEST_F(AccountRefreshTest, ADeadGrantIsAskedOnce) {
  ReplyError("invalid_grant");
  EXPECT_EQ(Refresh(), "reauth_required grant_revoked");
  EXPECT_EQ(process_->State(clock_), "reauth_required");
  EXPECT_EQ(StoredRefreshToken(), RefreshToken(1)) << "kept, for whoever looks into it";
  EXPECT_EQ(ReadFile(File("lock")), "");
  const auto sibling = NewProcess();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(Refresh(When::kAlways), "reauth_required grant_revoked");
    EXPECT_EQ(Refresh(When::kIfStale), "reauth_required grant_revoked");
    EXPECT_EQ(Refresh(sibling.get(), When::kAlways), "reauth_required grant_revoked");
    clock_.Advance(3'600'000);
  }
  EXPECT_EQ(Sent(), 1u);
  const Result<Account::LogoutResult> result = process_->account.Logout();
  EXPECT_TRUE(result.value().removed);
  EXPECT_FALSE(result.value().revoked) << "there is nothing to revoke";
}

TEST_F(AccountRefreshTest, ANewSignInRaisesTheDead) {
  ReplyError("invalid_grant");
  EXPECT_EQ(Refresh(), "reauth_required grant_revoked");
  SignIn(process_.get(), 2);
  EXPECT_EQ(process_->State(clock_), "connected");
  ReplyTokens(3);
  EXPECT_EQ(Refresh(), "ok");
}

// Matrix A26.
TEST_F(AccountRefreshTest, ARefusedClientIsLeftAloneForHalfAnHour) {
  clock_.Advance(kLifeMs - limits::kRefreshAheadMs);
  ReplyError("invalid_client", 401);
  EXPECT_EQ(Refresh(When::kIfStale), "upstream client_not_accepted");
  EXPECT_EQ(process_->State(clock_), "expiring") << "the token is still good";
  clock_.Advance(limits::kInvalidClientCooldownMs - 1);
  EXPECT_EQ(Refresh(When::kIfStale), "upstream client_not_accepted");
  EXPECT_EQ(Sent(), 1u);
  clock_.Advance(1);
  ReplyTokens(2);
  EXPECT_EQ(Refresh(When::kIfStale), "ok");
}

// Matrix A27.
TEST_F(AccountRefreshTest, WhatSaysNothingAboutTheGrantNeverKillsIt) {
  for (const int status : {400, 401, 403, 404, 429, 500, 502, 503}) {
    for (const std::string_view body :
         {"", "<html>oops</html>", R"({"error":123})", R"({"error":{"code":"x"}})",
          R"({"error":"server_error"})"}) {
      http_.Reply(status, std::string(body));
      EXPECT_EQ(Refresh(), "upstream transient") << status << body;
    }
  }
  http_.Reply(307, "");
  EXPECT_EQ(Refresh(), "protocol redirect");
  http_.Reply(403, R"({"error":"forbidden"})");
  EXPECT_EQ(Refresh(), "access_denied");
  EXPECT_EQ(process_->State(clock_), "connected");
  EXPECT_EQ(process_->snapshot->generation, 1u) << "nothing was written";
  ReplyTokens(2);
  EXPECT_EQ(Refresh(), "ok");
}

// Matrix A29.
TEST_F(AccountRefreshTest, AnOutageIsAskedLessAndLess) {
  clock_.Advance(kLifeMs - limits::kRefreshAheadMs);
  size_t sent = 0;
  for (const int64_t wait : {5'000, 10'000, 20'000, 40'000, 60'000, 60'000}) {
    http_.Reply(503, "");
    EXPECT_EQ(Refresh(When::kIfStale), "upstream transient");
    EXPECT_EQ(Sent(), ++sent);
    clock_.Advance(wait - 1);
    EXPECT_EQ(Refresh(When::kIfStale), "upstream transient");
    EXPECT_EQ(Sent(), sent) << "not before " << wait;
    clock_.Advance(1);
  }
  ReplyTokens(2);
  EXPECT_EQ(Refresh(When::kIfStale), "ok");
  clock_.Advance(kLifeMs - limits::kRefreshAheadMs);
  http_.Reply(503, "");
  EXPECT_EQ(Refresh(When::kIfStale), "upstream transient");
  clock_.Advance(5'000);
  http_.Reply(503, "");
  EXPECT_EQ(Refresh(When::kIfStale), "upstream transient") << "from the start again";
}

// Matrix A28.
TEST_F(AccountRefreshTest, RetryAfterIsHonoured) {
  clock_.Advance(kLifeMs - limits::kRefreshAheadMs);
  http_.Reply(429, "", {{"retry-after", "60"}});
  const Result<void> refused = process_->account.Refresh(When::kIfStale, nullptr);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().retry_after_ms, 60'000);
  clock_.Advance(59'999);
  EXPECT_EQ(Refresh(When::kIfStale), "upstream transient");
  EXPECT_EQ(Sent(), 1u);
  clock_.Advance(1);
  ReplyTokens(2);
  EXPECT_EQ(Refresh(When::kIfStale), "ok");
}

TEST_F(AccountRefreshTest, WhoInsistsIsNotHeldBack) {
  clock_.Advance(kLifeMs - limits::kRefreshAheadMs);
  http_.Reply(503, "");
  EXPECT_EQ(Refresh(When::kIfStale), "upstream transient");
  ReplyTokens(2);
  EXPECT_EQ(Refresh(When::kAlways), "ok");
}

// Matrix A33.
TEST_F(AccountRefreshTest, AnotherAccountsTokenIsRefused) {
  ReplyTokens(2, "user-2");
  EXPECT_EQ(Refresh(), "protocol account_mismatch");
  EXPECT_EQ(process_->Bearer(), AccessToken(1));
  EXPECT_EQ(process_->snapshot->subject, "user-1");
  EXPECT_EQ(StoredRefreshToken(), RefreshToken(1));
  EXPECT_EQ(process_->State(clock_), "connected");
}

// Matrix A33: one person, but now for a team.
TEST_F(AccountRefreshTest, AnotherPrincipalsTokenIsRefused) {
  const auto reply = [this](std::string_view principal) {
    const std::string token =
        JwtText(R"({"sub":"user-1","principal_id":")" + std::string(principal) + "\"}");
    http_.Reply(200, R"({"access_token":")" + token +
                         R"(","token_type":"Bearer","refresh_token":"rt-sEcReT"})");
  };
  reply("person-1");
  ASSERT_EQ(Refresh(), "ok") << "the first to say so";
  reply("team-1");
  EXPECT_EQ(Refresh(), "protocol account_mismatch");
}

// Matrix B04.
TEST_F(AccountRefreshTest, WithoutRoomNothingIsSpent) {
  FillDisk();
  EXPECT_EQ(Refresh(), "store_io io");
  EXPECT_EQ(Sent(), 0u);
  EXPECT_EQ(process_->State(clock_), "connected") << "the old token goes on working";
  EXPECT_EQ(process_->Bearer(), AccessToken(1));
  FreeDisk();
  ReplyTokens(2);
  EXPECT_EQ(Refresh(), "ok");
}

// Matrix B04: a file of the right size may have no blocks.
TEST_F(AccountRefreshTest, RoomThatIsNotAllocatedIsNone) {
  files_.allocate_error = ENOSPC;
  EXPECT_EQ(Refresh(), "store_io no_space");
  EXPECT_EQ(Sent(), 0u);
}

// Matrix B05.
TEST_F(AccountRefreshTest, ADiskThatFailsAfterwardsLosesNothing) {
  ReplyTokens(2);
  http_.During([this] { FreeDisk(); });
  EXPECT_EQ(Refresh(), "ok");
  EXPECT_EQ(process_->Bearer(), AccessToken(2));
  EXPECT_TRUE(process_->HasWarning());
  EXPECT_EQ(StoredRefreshToken(), RefreshToken(1));

  FillDisk();
  EXPECT_EQ(Refresh(When::kAlways), "store_io io");
  EXPECT_EQ(process_->Bearer(), AccessToken(2)) << "memory wins";
  FreeDisk();
  ReplyTokens(3);
  EXPECT_EQ(Refresh(When::kAlways), "ok");
  EXPECT_EQ(http_.last().body,
            "grant_type=refresh_token&refresh_token=rt-sEcReT-2&client_id=client-1");
  EXPECT_EQ(StoredRefreshToken(), RefreshToken(3));
  EXPECT_FALSE(process_->HasWarning());
}

TEST_F(AccountRefreshTest, WaitsForTheLockAndSpendsNothingWithoutIt) {
  const auto other = NewProcess();
  const Result<StoreLock> held = other->store.Lock([] { return false; });
  ASSERT_TRUE(held.ok());
  process_->closing = true;
  EXPECT_EQ(Refresh(), "store_locked");
  EXPECT_EQ(Sent(), 0u);
  EXPECT_EQ(process_->Bearer(), AccessToken(1));
}

}  // namespace
}  // namespace xai
