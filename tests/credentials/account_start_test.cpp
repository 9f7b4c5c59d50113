// Account::Start() and Cancel(): the beginning of a sign-in.
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/limits.h"
#include "credentials/account_fixture.h"
#include "support/file_mode.h"

namespace xai {
namespace {

namespace fs = std::filesystem;

class AccountStartTest : public AccountTest {};

TEST_F(AccountStartTest, AsksOnceAndKeepsTheFlowSealed) {
  const auto process = NewProcess();
  ReplyDeviceCode();
  const Result<PendingView> view = process->account.Start(false);
  ASSERT_EQ(Verdict(view), "ok");
  EXPECT_EQ(view.value().user_code, "ABCD-1234");
  EXPECT_EQ(view.value().verification_url, "https://accounts.x.ai/oauth2/device");
  EXPECT_EQ(view.value().verification_url_with_code,
            "https://accounts.x.ai/oauth2/device?user_code=ABCD-1234");
  EXPECT_EQ(view.value().interval_seconds, 5);
  EXPECT_EQ(view.value().expires_at_ms, clock_.NowMs() + 900'000);
  EXPECT_EQ(process->State(clock_), "pending");
  EXPECT_EQ(ModeOf(File("pending")), 0600);
  EXPECT_EQ(ReadFile(File("pending")).find("sEcReT"), std::string::npos);

  ASSERT_EQ(http_.requests().size(), 1u);
  const ScriptedHttpClient::Request& asked = http_.requests()[0];
  EXPECT_EQ(asked.method, "POST");
  EXPECT_EQ(asked.url, "https://auth.x.ai/oauth2/device/code");
  EXPECT_EQ(asked.body, "client_id=client-1&scope=openid&referrer=test-referrer");
  EXPECT_EQ(asked.bearer, "");
  EXPECT_EQ(asked.body_bytes_max, limits::kAuthBodyBytesMax);
  EXPECT_EQ(asked.total_ms, limits::kTokenTotalMs);
  EXPECT_TRUE(asked.interruptible);
}

// Matrix A17.
TEST_F(AccountStartTest, ALiveFlowIsGivenAgainToAll) {
  const auto process = NewProcess();
  ReplyDeviceCode("ABCD-1234", 5, 900);
  ASSERT_EQ(Verdict(process->account.Start(false)), "ok");
  const auto other = NewProcess();
  for (const int64_t ms : {0, 1, 839'999}) {
    clock_.Advance(ms - (ms == 839'999 ? 1 : 0));
    EXPECT_EQ(process->account.Start(false).value().user_code, "ABCD-1234");
    EXPECT_EQ(other->account.Start(false).value().user_code, "ABCD-1234");
  }
  clock_.Advance(1);
  EXPECT_EQ(other->account.Start(false).value().user_code, "ABCD-1234")
      << "a minute is left";
  EXPECT_EQ(http_.requests().size(), 1u);

  clock_.Advance(1);
  ReplyDeviceCode("EFGH-5678");
  EXPECT_EQ(other->account.Start(false).value().user_code, "EFGH-5678");
  EXPECT_EQ(process->account.Start(false).value().user_code, "EFGH-5678");
}

TEST_F(AccountStartTest, ForceBeginsAnew) {
  const auto process = NewProcess();
  ReplyDeviceCode("ABCD-1234");
  ASSERT_EQ(Verdict(process->account.Start(false)), "ok");
  ReplyDeviceCode("EFGH-5678");
  EXPECT_EQ(process->account.Start(true).value().user_code, "EFGH-5678");
  EXPECT_EQ(process->store.LoadPending().value()->code.user_code, "EFGH-5678");
}

TEST_F(AccountStartTest, WhoeverIsSignedInStaysSoMeanwhile) {
  const auto process = NewProcess();
  SignIn(process.get());
  ReplyDeviceCode("EFGH-5678");
  ASSERT_EQ(Verdict(process->account.Start(false)), "ok");
  EXPECT_EQ(process->State(clock_), "connected");
  EXPECT_EQ(process->Bearer(), AccessToken(1));
}

// Matrix A01, A02.
TEST_F(AccountStartTest, WhatFailsLeavesNothing) {
  const auto process = NewProcess();
  http_.Reply(404, "");
  EXPECT_EQ(Verdict(process->account.Start(false)), "upstream device_flow_unavailable");
  http_.Reply(200, "{}");
  EXPECT_EQ(Verdict(process->account.Start(false)), "protocol device_response");
  http_.Fail(ErrorCode::kNetwork, false);
  EXPECT_EQ(Verdict(process->account.Start(false)), "network");
  http_.Fail(ErrorCode::kTls, true);
  EXPECT_EQ(Verdict(process->account.Start(false)), "tls");
  http_.Reply(307, "");
  EXPECT_EQ(Verdict(process->account.Start(false)), "protocol redirect");
  EXPECT_FALSE(Exists("pending"));
  EXPECT_EQ(Verdict(process->account.Poll({})), "no_pending_flow");
}

TEST_F(AccountStartTest, AFailedNewFlowLosesTheOldOneNot) {
  const auto process = NewProcess();
  ReplyDeviceCode("ABCD-1234");
  ASSERT_EQ(Verdict(process->account.Start(false)), "ok");
  http_.Fail(ErrorCode::kNetwork, false);
  EXPECT_EQ(Verdict(process->account.Start(true)), "network");
  EXPECT_EQ(process->account.Start(false).value().user_code, "ABCD-1234");
}

// Nobody is sent to a browser for a sign-in that cannot be kept.
TEST_F(AccountStartTest, ADiskThatTakesNothingIsFoundOutFirst) {
  const auto process = NewProcess();
  FillDisk();
  EXPECT_EQ(Verdict(process->account.Start(false)), "store_io io");
  EXPECT_TRUE(http_.requests().empty());
  FreeDisk();
  ReplyDeviceCode();
  EXPECT_EQ(Verdict(process->account.Start(false)), "ok");
}

TEST_F(AccountStartTest, AnUnreadableStoreIsSaidAndOnlyMovedByForce) {
  SignIn(NewProcess().get());
  const auto process = NewProcess();
  folder_.Write("state/" + File("cred").filename().string(), "damage");
  EXPECT_EQ(Verdict(process->account.Start(false)), "store_corrupt sealed_file");
  EXPECT_EQ(process->State(clock_), "credential_unreadable");
  EXPECT_EQ(Verdict(process->account.Poll({})), "store_corrupt sealed_file");
  EXPECT_EQ(ReadFile(File("cred")), "damage");

  ReplyDeviceCode("EFGH-5678");
  EXPECT_EQ(process->account.Start(true).value().user_code, "EFGH-5678");
  EXPECT_FALSE(Exists("cred"));
  const std::string aside =
      File("cred").string() + ".corrupt." + std::to_string(clock_.NowMs());
  EXPECT_EQ(ReadFile(aside), "damage");
  EXPECT_EQ(process->State(clock_), "pending");
}

// Matrix B20: the key is gone, and with it all that it sealed.
TEST_F(AccountStartTest, ALostKeyIsSaidAndReplacedOnlyByForce) {
  const auto process = NewProcess();
  SignIn(process.get());
  std::filesystem::remove(folder_.path() / "keys" / "key");
  const auto next = NewProcess();
  EXPECT_EQ(Verdict(next->account.Start(false)), "store_key key_missing");
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "keys" / "key"));
  ReplyDeviceCode();
  EXPECT_EQ(Verdict(next->account.Start(true)), "ok");
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "keys" / "key"));
}

// Matrix B23.
TEST_F(AccountStartTest, WhatANewerVersionWroteIsNotEvenMovedByForce) {
  const auto process = NewProcess();
  SignIn(process.get());
  std::string bytes = ReadFile(File("cred"));
  bytes[8] = 2;
  folder_.Write("state/" + File("cred").filename().string(), bytes);
  EXPECT_EQ(Verdict(process->account.Start(false)), "store_version");
  EXPECT_EQ(Verdict(process->account.Start(true)), "store_version");
  EXPECT_TRUE(ReadFile(File("cred")) == bytes);
}

// Matrix B23.
TEST_F(AccountStartTest, AFlowOfANewerVersionIsNotCancelled) {
  const auto process = NewProcess();
  StartFlow(process.get());
  std::string bytes = ReadFile(File("pending"));
  bytes[8] = 2;
  const std::string newer = "state/" + File("pending").filename().string();
  folder_.Write(newer, bytes);
  EXPECT_EQ(Verdict(process->account.Cancel()), "store_version") << "signed out";
  EXPECT_EQ(Verdict(process->account.Logout()), "store_version");
  fs::remove(File("pending"));
  SignIn(process.get());
  const std::string credential = ReadFile(File("cred"));
  folder_.Write(newer, bytes);
  EXPECT_EQ(Verdict(process->account.Cancel()), "store_version") << "signed in";
  EXPECT_EQ(Verdict(process->account.Logout()), "store_version");
  EXPECT_EQ(process->snapshot->warnings, std::vector<std::string>{"pending_unreadable"});
  EXPECT_TRUE(ReadFile(File("pending")) == bytes);
  EXPECT_TRUE(ReadFile(File("cred")) == credential);
}

// Matrix B23.
TEST_F(AccountStartTest, BesideAFlowOfANewerVersionNoCodeIsAskedFor) {
  const auto process = NewProcess();
  StartFlow(process.get());
  std::string bytes = ReadFile(File("pending"));
  bytes[8] = 2;
  folder_.Write("state/" + File("pending").filename().string(), bytes);
  const size_t asked = http_.requests().size();
  EXPECT_EQ(Verdict(process->account.Start(false)), "store_version");
  EXPECT_EQ(Verdict(process->account.Start(true)), "store_version");
  EXPECT_EQ(http_.requests().size(), asked);
  EXPECT_TRUE(ReadFile(File("pending")) == bytes);
}

// Whatever lies in the place of a flow, a good sign-in goes on.
TEST_F(AccountStartTest, WhatIsNoFileInThePlaceOfAFlowHurtsNoSignIn) {
  const auto process = NewProcess();
  SignIn(process.get());
  ASSERT_EQ(mkfifo(File("pending").c_str(), 0600), 0);
  const auto next = NewProcess();
  next->account.Reload();
  EXPECT_EQ(next->State(clock_), "connected");
  EXPECT_EQ(next->snapshot->warnings, std::vector<std::string>{"pending_unreadable"});
  ReplyTokens(2);
  EXPECT_EQ(Verdict(next->account.Refresh(When::kAlways, nullptr)), "ok");
}

// Matrix B23.
TEST_F(AccountStartTest, NotEvenABrokenCredentialCostsAFlowOfANewerVersion) {
  const auto process = NewProcess();
  StartFlow(process.get());
  std::string bytes = ReadFile(File("pending"));
  bytes[8] = 2;
  fs::remove(File("pending"));
  SignIn(process.get());
  folder_.Write("state/" + File("pending").filename().string(), bytes);
  folder_.Write("state/" + File("cred").filename().string(), "damage");
  const auto next = NewProcess();
  const size_t asked = http_.requests().size();
  EXPECT_EQ(Verdict(next->account.Start(true)), "store_version");
  EXPECT_EQ(Verdict(next->account.Logout()), "store_version");
  EXPECT_EQ(http_.requests().size(), asked);
  EXPECT_TRUE(ReadFile(File("pending")) == bytes);
  EXPECT_EQ(ReadFile(File("cred")), "damage");
}

// It may come while this one waits for the lock.
TEST_F(AccountStartTest, AFlowThatBecameANewerVersionsIsNotCancelled) {
  const auto process = NewProcess();
  StartFlow(process.get());
  std::string bytes = ReadFile(File("pending"));
  bytes[8] = 2;
  files_.before_lock = [&] {
    folder_.Write("state/" + File("pending").filename().string(), bytes);
  };
  EXPECT_EQ(Verdict(process->account.Cancel()), "store_version");
  EXPECT_TRUE(ReadFile(File("pending")) == bytes);
}

TEST_F(AccountStartTest, WaitsForTheLockUntilTheEnd) {
  const auto process = NewProcess();
  const auto other = NewProcess();
  ReplyDeviceCode();
  ASSERT_EQ(Verdict(other->account.Start(false)), "ok");
  const Result<StoreLock> held = other->store.Lock([] { return false; });
  ASSERT_TRUE(held.ok());
  process->closing = true;
  EXPECT_EQ(Verdict(process->account.Start(true)), "store_locked");
  EXPECT_EQ(Verdict(process->account.Cancel()), "store_locked");
  EXPECT_EQ(Verdict(process->account.Logout()), "store_locked");
  clock_.Advance(5'000);
  EXPECT_EQ(Verdict(process->account.Poll({})), "store_locked");
  EXPECT_EQ(http_.requests().size(), 1u);
}

TEST_F(AccountStartTest, CancelForgetsTheFlow) {
  const auto process = NewProcess();
  EXPECT_FALSE(process->account.Cancel().value());
  ReplyDeviceCode();
  ASSERT_EQ(Verdict(process->account.Start(false)), "ok");
  const auto other = NewProcess();
  EXPECT_TRUE(other->account.Cancel().value());
  EXPECT_EQ(other->State(clock_), "signed_out");
  EXPECT_FALSE(Exists("pending"));
  EXPECT_FALSE(process->account.Cancel().value());
  clock_.Advance(5'000);
  EXPECT_EQ(Verdict(process->account.Poll({})), "no_pending_flow");
  EXPECT_EQ(http_.requests().size(), 1u);
}

TEST_F(AccountStartTest, CancelLeavesTheCredential) {
  const auto process = NewProcess();
  SignIn(process.get());
  ReplyDeviceCode();
  ASSERT_EQ(Verdict(process->account.Start(false)), "ok");
  EXPECT_TRUE(process->account.Cancel().value());
  EXPECT_EQ(process->State(clock_), "connected");
}

}  // namespace
}  // namespace xai
