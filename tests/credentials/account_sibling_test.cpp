// Processes that share a sign-in get in each other's way, or die in the middle.
#include <filesystem>
#include <string>

#include "base/limits.h"
#include "credentials/account_fixture.h"

namespace xai {
namespace {

namespace fs = std::filesystem;

class AccountSiblingTest : public AccountTest {
 protected:
  // The state directory as it is now, to be brought back as if all that follows had never
  // reached the disk.
  void KeepDisk() {
    fs::copy(StateDirectory(), folder_.path() / "kept", fs::copy_options::recursive);
  }
  void BringDiskBack() {
    fs::remove_all(StateDirectory());
    fs::rename(folder_.path() / "kept", StateDirectory());
    SetMode(StateDirectory(), 0700);  // whatever the umask is
  }
};

// Matrix A16.
TEST_F(AccountSiblingTest, ADeathBeforeTheTokensAreWrittenIsSaid) {
  auto process = NewProcess();
  StartFlow(process.get());
  ReplyTokens(1);
  http_.During([this] { KeepDisk(); });
  ASSERT_TRUE(process->account.Poll({}).value().connected);
  process.reset();
  BringDiskBack();

  const auto next = NewProcess();
  next->account.Reload();
  EXPECT_EQ(next->State(clock_), "pending");
  clock_.Advance(5'000);
  ReplyError("invalid_grant");
  EXPECT_EQ(Verdict(next->account.Poll({})), "expired invalid_grant")
      << "its code is spent";
  EXPECT_EQ(next->State(clock_), "signed_out");
  EXPECT_EQ(Verdict(next->account.Refresh(When::kIfStale, nullptr)), "not_connected");
}

// Matrix A16.
TEST_F(AccountSiblingTest, ADeathInANewSignInLeavesTheOldOne) {
  auto process = NewProcess();
  SignIn(process.get(), 1);
  ReplyDeviceCode("EFGH-5678");
  ASSERT_EQ(Verdict(process->account.Start(true)), "ok");
  clock_.Advance(5'000);
  ReplyTokens(2);
  http_.During([this] { KeepDisk(); });
  ASSERT_TRUE(process->account.Poll({}).value().connected);
  process.reset();
  BringDiskBack();

  const auto next = NewProcess();
  clock_.Advance(5'000);
  ReplyError("invalid_grant");
  EXPECT_EQ(Verdict(next->account.Poll({})), "expired invalid_grant");
  EXPECT_EQ(next->State(clock_), "connected");
  EXPECT_EQ(next->Bearer(), AccessToken(1));
}

// Matrix B33: the lock's file is removed while its holder waits for xAI.
TEST_F(AccountSiblingTest, ASecondHolderOfTheLockWaitsForTheFirst) {
  const auto process = NewProcess();
  SignIn(process.get());
  const auto other = NewProcess();
  other->account.Reload();
  ReplyTokens(2);
  http_.During([&] {
    fs::remove(File("lock"));
    EXPECT_EQ(Verdict(other->account.Refresh(When::kAlways, nullptr)), "store_locked");
  });
  ASSERT_EQ(Verdict(process->account.Refresh(When::kAlways, nullptr)), "ok");
  EXPECT_FALSE(process->HasWarning());
  ReplyTokens(3);
  ASSERT_EQ(Verdict(other->account.Refresh(When::kAlways, nullptr)), "ok");
  EXPECT_NE(http_.last().body.find(RefreshToken(2)), std::string::npos);
}

// Matrix A42.
TEST_F(AccountSiblingTest, LogoutDuringARenewalWaitsAndRevokesTheNewToken) {
  const auto process = NewProcess();
  SignIn(process.get());
  const auto other = NewProcess();
  ReplyTokens(2);
  http_.During([&] {
    other->closing = true;  // for once it does not wait for the lock
    EXPECT_EQ(Verdict(other->account.Logout()), "store_locked");
    other->closing = false;
  });
  ASSERT_EQ(Verdict(process->account.Refresh(When::kAlways, nullptr)), "ok");
  http_.Reply(200, "");
  EXPECT_TRUE(other->account.Logout().value().revoked);
  EXPECT_EQ(http_.last().body, "token=rt-sEcReT-2&client_id=client-1");
  EXPECT_FALSE(Exists("cred"));
  EXPECT_EQ(Verdict(process->account.Refresh(When::kAlways, nullptr)), "not_connected");
  EXPECT_FALSE(Exists("cred")) << "and nothing brings it back";
}

// Matrix A42: what it read before it waited is spent by now.
TEST_F(AccountSiblingTest, ALogoutThatWaitedRevokesTheTokenOfNow) {
  const auto process = NewProcess();
  SignIn(process.get());
  const auto other = NewProcess();
  files_.before_lock = [&] {
    ReplyTokens(2);
    ASSERT_EQ(Verdict(process->account.Refresh(When::kAlways, nullptr)), "ok");
    http_.Reply(200, "");
  };
  EXPECT_TRUE(other->account.Logout().value().revoked);
  EXPECT_EQ(http_.last().body, "token=rt-sEcReT-2&client_id=client-1");
  EXPECT_FALSE(Exists("cred"));
}

// Matrix A25: the lock did not hold, and the token was spent by another.
TEST_F(AccountSiblingTest, ARefusedGrantIsLookedForBeforeItIsBelievedDead) {
  const auto process = NewProcess();
  SignIn(process.get());
  const auto other = NewProcess();
  ReplyError("invalid_grant");
  http_.During([&] {
    fs::remove(File("lock"));
    fs::remove(Temporary());
    ReplyTokens(2);
    ASSERT_EQ(Verdict(other->account.Refresh(When::kAlways, nullptr)), "ok");
  });
  EXPECT_EQ(Verdict(process->account.Refresh(When::kAlways, nullptr)), "ok");
  const auto next = NewProcess();
  next->account.Reload();
  for (const Process* p : {process.get(), next.get()}) {
    EXPECT_EQ(p->State(clock_), "connected");
    EXPECT_EQ(p->Bearer(), AccessToken(2));
  }
}

TEST_F(AccountSiblingTest, AModelListIsNotLeftBehindByASignOutElsewhere) {
  const auto process = NewProcess();
  SignIn(process.get());
  const auto other = NewProcess();
  http_.Reply(200, "");
  files_.before_lock = [&] { ASSERT_EQ(Verdict(other->account.Logout()), "ok"); };
  EXPECT_EQ(Verdict(process->store.SaveModels(SecretString("[]"))), "ok");
  EXPECT_FALSE(Exists("models"));
}

// Matrix G06: the sign-in waits for the lock while the old one is renewed.
TEST_F(AccountSiblingTest, ASignInDuringARenewalElsewhereComesAfterIt) {
  const auto process = NewProcess();
  SignIn(process.get());
  const auto other = NewProcess();
  StartFlow(other.get());
  files_.before_lock = [&] {
    ReplyTokens(2);
    ASSERT_EQ(Verdict(process->account.Refresh(When::kAlways, nullptr)), "ok");
    ReplyTokens(7, "user-2");
  };
  ASSERT_TRUE(other->account.Poll({}).value().connected);
  process->account.Reload();
  for (const Process* p : {process.get(), other.get()}) {
    EXPECT_EQ(p->Bearer(), AccessToken(7));
    EXPECT_EQ(p->snapshot->subject, "user-2");
    EXPECT_EQ(p->snapshot->generation, 3u);
  }
  EXPECT_FALSE(Exists("pending"));
}

// Matrix G06: the renewal waits for the lock while somebody signs in.
TEST_F(AccountSiblingTest, ARenewalDuringASignInElsewhereIsOfTheNewOne) {
  const auto process = NewProcess();
  SignIn(process.get());
  const auto other = NewProcess();
  const auto refused = process->snapshot->access;
  files_.before_lock = [&] { SignIn(other.get(), 7); };
  EXPECT_EQ(Verdict(process->account.Refresh(When::kIfStale, refused.get())), "ok");
  EXPECT_EQ(process->Bearer(), AccessToken(7)) << "there is nothing to renew";
  files_.before_lock = [&] {
    SignIn(other.get(), 8);
    ReplyTokens(9);
  };
  ASSERT_EQ(Verdict(process->account.Refresh(When::kAlways, nullptr)), "ok");
  EXPECT_EQ(http_.last().body,
            "grant_type=refresh_token&refresh_token=rt-sEcReT-8&client_id=client-1");
  EXPECT_EQ(process->Bearer(), AccessToken(9));
}

// Matrix A33, with what a provider may do next: the old token is all there is.
TEST_F(AccountSiblingTest, AnotherAccountsTokenIsNotKeptByAnybody) {
  const auto process = NewProcess();
  SignIn(process.get());
  http_.Reply(200, R"({"access_token":")" + JwtText(R"({"sub":"user-2"})") +
                       R"(","refresh_token":"rt-sEcReT-2"})");
  EXPECT_EQ(Verdict(process->account.Refresh(When::kAlways, nullptr)),
            "protocol account_mismatch");
  const auto other = NewProcess();
  other->account.Reload();
  for (const Process* p : {process.get(), other.get()}) {
    EXPECT_EQ(p->Bearer(), AccessToken(1));
    EXPECT_EQ(p->snapshot->subject, "user-1");
    EXPECT_EQ(p->snapshot->generation, 1u);
  }
  // The refresh token is spent all the same: it rests until it is needed.
  EXPECT_NE(ReadFile(File("lock")), "");
  clock_.Advance(kLifeMs - limits::kRefreshAheadMs + limits::kRefreshBackoffMaxMs);
  EXPECT_EQ(Verdict(process->account.Refresh(When::kIfStale, nullptr)),
            "protocol account_mismatch");
  EXPECT_EQ(http_.requests().size(), 3u);
}

}  // namespace
}  // namespace xai
