// The end of a sign-in: what Account keeps of the tokens, and signing out.
#include <string>

#include "base/limits.h"
#include "credentials/account_fixture.h"
#include "support/file_mode.h"

namespace xai {
namespace {

class AccountConnectTest : public AccountTest {
 protected:
  // A flow that ends with this answer of the token endpoint.
  void Connect(Process* process, std::string_view body) {
    StartFlow(process);
    http_.Reply(200, std::string(body));
  }
  static bool Poll(Process* process) {
    const Result<Account::PollResult> polled = process->account.Poll({});
    return polled.ok() && polled.value().connected;
  }
};

TEST_F(AccountConnectTest, KeepsTheTokensForAllProcesses) {
  const auto process = NewProcess();
  SignIn(process.get());
  const auto other = NewProcess();
  other->account.Reload();
  for (const Process* p : {process.get(), other.get()}) {
    EXPECT_EQ(p->State(clock_), "connected");
    EXPECT_EQ(p->Bearer(), AccessToken(1));
    EXPECT_TRUE(p->snapshot->refreshable);
    EXPECT_EQ(p->snapshot->subject, "user-1");
    EXPECT_EQ(p->snapshot->email, "person@example.com");
    EXPECT_EQ(p->snapshot->tier, std::nullopt);
    EXPECT_EQ(p->snapshot->access->issued_at_ms, clock_.NowMs());
    EXPECT_EQ(p->snapshot->access->expires_at_ms, clock_.NowMs() + kLifeMs);
    EXPECT_EQ(p->snapshot->updated_at_ms, clock_.NowMs());
    EXPECT_EQ(p->snapshot->generation, 1u);
    EXPECT_FALSE(p->HasWarning());
  }
  EXPECT_EQ(ModeOf(File("cred")), 0600);
  EXPECT_EQ(ReadFile(File("cred")).find("sEcReT"), std::string::npos);
  EXPECT_FALSE(Exists("pending"));
  EXPECT_TRUE(process->account.Poll({}).value().connected) << "a second time as well";
}

TEST_F(AccountConnectTest, TheTierIsThatOfTheAccessToken) {
  const auto process = NewProcess();
  Connect(process.get(), R"({"access_token":")" +
                             JwtText(R"({"sub":"u","email":"a@b","tier":3})") +
                             R"(","id_token":")" +
                             JwtText(R"({"sub":"u","email":"a@b","tier":7})") + "\"}");
  ASSERT_TRUE(Poll(process.get()));
  EXPECT_EQ(process->snapshot->tier, 3);
}

// Matrix A19.
TEST_F(AccountConnectTest, WithoutARefreshTokenItLastsUntilTheEnd) {
  const auto process = NewProcess();
  Connect(process.get(),
          R"({"access_token":"at-sEcReT-1","expires_in":900,"id_token":")" +
              JwtText(R"({"email":"a@b"})") + "\"}");
  ASSERT_TRUE(Poll(process.get()));
  EXPECT_FALSE(process->snapshot->refreshable);
  EXPECT_EQ(process->State(clock_), "connected");
  clock_.Advance(900'000);
  EXPECT_EQ(process->State(clock_), "reauth_required");
  EXPECT_EQ(Verdict(process->account.Refresh(When::kIfStale, nullptr)),
            "reauth_required not_refreshable");
}

// Matrix A20, A21.
TEST_F(AccountConnectTest, AnUnusableAnswerStoresNothing) {
  const auto process = NewProcess();
  Connect(process.get(), R"({"access_token":"at","token_type":"DPoP"})");
  EXPECT_EQ(Verdict(process->account.Poll({})), "protocol token_response");
  EXPECT_FALSE(Exists("cred"));
  EXPECT_EQ(process->State(clock_), "signed_out");
}

TEST_F(AccountConnectTest, ANewSignInInheritsNothing) {
  const auto process = NewProcess();
  SignIn(process.get());
  Connect(process.get(), R"({"access_token":"at-sEcReT-2","id_token":")" +
                             JwtText(R"({"sub":"user-2","email":"two@b"})") + "\"}");
  ASSERT_TRUE(Poll(process.get()));
  EXPECT_EQ(process->Bearer(), AccessToken(2));
  EXPECT_EQ(process->snapshot->subject, "user-2");
  EXPECT_FALSE(process->snapshot->refreshable) << "the old refresh token is not its own";
  EXPECT_EQ(process->snapshot->generation, 2u);
}

TEST_F(AccountConnectTest, WithoutANameTheServerIsAskedOnce) {
  const auto process = NewProcess();
  Connect(process.get(), R"({"access_token":"at-sEcReT-1","refresh_token":"r"})");
  http_.Reply(200, R"({"sub":"user-1","email":"person@example.com"})");
  ASSERT_TRUE(Poll(process.get()));
  const ScriptedHttpClient::Request& asked = http_.last();
  EXPECT_EQ(asked.method, "GET");
  EXPECT_EQ(asked.url, "https://auth.x.ai/oauth2/userinfo");
  EXPECT_EQ(asked.bearer, "at-sEcReT-1");
  EXPECT_EQ(asked.total_ms, limits::kRevokeTotalMs);
  EXPECT_TRUE(asked.interruptible);
  EXPECT_EQ(process->snapshot->email, "person@example.com");
  const auto other = NewProcess();
  other->account.Reload();
  EXPECT_EQ(other->snapshot->subject, "user-1");
  EXPECT_EQ(other->snapshot->email, "person@example.com");
}

TEST_F(AccountConnectTest, AnOwnerIsNotNamedByAToken) {
  const auto process = NewProcess();
  StartFlow(process.get());
  http_.Reply(200, R"({"access_token":")" + AccessToken(1) +
                       R"(","token_type":"Bearer","expires_in":21600,"refresh_token":")" +
                       RefreshToken(1) + "\"}");
  http_.Reply(200, R"({"sub":"user-1","email":"x@)" + RefreshToken(1) + "\"}");
  ASSERT_EQ(Verdict(process->account.Poll({})), "ok");
  EXPECT_EQ(process->snapshot->subject, "user-1");
  EXPECT_EQ(process->snapshot->email.find(RefreshToken(1)), std::string::npos)
      << process->snapshot->email;
  EXPECT_NE(process->snapshot->email, "") << "it was looked up";
}

TEST_F(AccountConnectTest, ANamelessSignInIsASignIn) {
  for (const int status : {401, 403, 500, 302}) {
    const auto process = NewProcess();
    Connect(process.get(), R"({"access_token":"at-sEcReT-1"})");
    http_.Reply(status, "");
    ASSERT_TRUE(Poll(process.get())) << status;
    EXPECT_EQ(process->State(clock_), "connected");
    EXPECT_EQ(process->snapshot->email, "");
    EXPECT_FALSE(process->HasWarning());
  }
  const auto process = NewProcess();
  Connect(process.get(), R"({"access_token":"at-sEcReT-1"})");
  http_.Fail(ErrorCode::kTimeout, true);
  EXPECT_TRUE(Poll(process.get()));
}

TEST_F(AccountConnectTest, SomebodyElsesNameIsNotTaken) {
  const auto process = NewProcess();
  Connect(process.get(), R"({"access_token":")" + JwtText(R"({"sub":"user-1"})") + "\"}");
  http_.Reply(200, R"({"sub":"user-2","email":"two@b"})");
  ASSERT_TRUE(Poll(process.get()));
  EXPECT_EQ(process->snapshot->subject, "user-1");
  EXPECT_EQ(process->snapshot->email, "");
}

// Matrix A15.
TEST_F(AccountConnectTest, WhatTheDiskDoesNotTakeIsKeptInMemoryAndTriedAgain) {
  const auto process = NewProcess();
  StartFlow(process.get());
  ReplyTokens(1);
  http_.During([this] { FreeDisk(); });  // takes the reserved file away
  ASSERT_TRUE(Poll(process.get()));
  EXPECT_EQ(process->State(clock_), "connected");
  EXPECT_TRUE(process->HasWarning());
  EXPECT_FALSE(Exists("cred"));
  EXPECT_FALSE(Exists("pending")) << "its code is spent";
  process->account.Reload();
  EXPECT_EQ(process->Bearer(), AccessToken(1)) << "memory is newer than the disk";

  FillDisk();
  process->account.FlushUnsaved();
  EXPECT_TRUE(process->HasWarning());
  FreeDisk();
  process->account.FlushUnsaved();
  EXPECT_FALSE(process->HasWarning());
  const auto other = NewProcess();
  other->account.Reload();
  EXPECT_EQ(other->Bearer(), AccessToken(1));
  EXPECT_EQ(other->State(clock_), "connected");
  EXPECT_NE(log_.text(), "") << "and said so";
  const int published = process->published;
  process->account.FlushUnsaved();
  EXPECT_EQ(process->published, published) << "nothing to do any more";
}

TEST_F(AccountConnectTest, LogoutRevokesAndRemovesEverything) {
  const auto process = NewProcess();
  SignIn(process.get());
  ASSERT_TRUE(process->store.SaveModels(SecretString("[]")).ok());
  ReplyDeviceCode();
  ASSERT_EQ(Verdict(process->account.Start(false)), "ok");
  http_.Reply(200, "");
  const Result<Account::LogoutResult> result = process->account.Logout();
  ASSERT_EQ(Verdict(result), "ok");
  EXPECT_TRUE(result.value().removed);
  EXPECT_TRUE(result.value().revoked);
  EXPECT_EQ(http_.last().url, "https://auth.x.ai/oauth2/revoke");
  EXPECT_EQ(http_.last().body, "token=rt-sEcReT-1&client_id=client-1");
  EXPECT_EQ(http_.last().total_ms, limits::kRevokeTotalMs);
  EXPECT_TRUE(http_.last().interruptible);
  for (const char* name : {"cred", "pending", "models"}) EXPECT_FALSE(Exists(name));
  EXPECT_EQ(process->State(clock_), "signed_out");
  EXPECT_FALSE(process->account.signed_in());
  EXPECT_EQ(Verdict(process->account.Refresh(When::kAlways, nullptr)), "not_connected");
}

// Matrix A43.
TEST_F(AccountConnectTest, LogoutWorksWithoutTheServer) {
  for (const int status : {0, 400, 503, 302}) {
    const auto process = NewProcess();
    SignIn(process.get());
    if (status == 0) {
      http_.Fail(ErrorCode::kNetwork, false);
    } else {
      http_.Reply(status, "");
    }
    const Result<Account::LogoutResult> result = process->account.Logout();
    ASSERT_EQ(Verdict(result), "ok");
    EXPECT_TRUE(result.value().removed);
    EXPECT_FALSE(result.value().revoked) << status;
    EXPECT_FALSE(Exists("cred"));
  }
}

TEST_F(AccountConnectTest, LogoutOfNobodyAsksNothing) {
  const auto process = NewProcess();
  const Result<Account::LogoutResult> result = process->account.Logout();
  ASSERT_EQ(Verdict(result), "ok");
  EXPECT_FALSE(result.value().removed);
  EXPECT_FALSE(result.value().revoked);
}

TEST_F(AccountConnectTest, LogoutRevokesTheAccessTokenIfThereIsNoOther) {
  const auto process = NewProcess();
  Connect(process.get(), R"({"access_token":"at-sEcReT-1","id_token":")" +
                             JwtText(R"({"email":"a@b"})") + "\"}");
  ASSERT_TRUE(Poll(process.get()));
  http_.Reply(200, "");
  EXPECT_TRUE(process->account.Logout().value().revoked);
  EXPECT_EQ(http_.last().body, "token=at-sEcReT-1&client_id=client-1");
}

TEST_F(AccountConnectTest, LogoutRemovesWhatCannotBeRead) {
  SignIn(NewProcess().get());
  const auto process = NewProcess();
  folder_.Write("state/" + File("cred").filename().string(), "damage");
  const Result<Account::LogoutResult> result = process->account.Logout();
  ASSERT_EQ(Verdict(result), "ok");
  EXPECT_TRUE(result.value().removed);
  EXPECT_EQ(process->State(clock_), "signed_out");
}

TEST_F(AccountConnectTest, LogoutOfAnUnsavedSignInForgetsItToo) {
  const auto process = NewProcess();
  StartFlow(process.get());
  ReplyTokens(1);
  http_.During([this] { FreeDisk(); });
  ASSERT_TRUE(Poll(process.get()));
  http_.Reply(200, "");
  EXPECT_TRUE(process->account.Logout().value().revoked);
  EXPECT_EQ(process->State(clock_), "signed_out");
  process->account.FlushUnsaved();
  EXPECT_FALSE(Exists("cred"));
}

// Matrix B35.
TEST_F(AccountConnectTest, AnotherProcessesLogoutIsSeen) {
  const auto process = NewProcess();
  SignIn(process.get());
  const auto other = NewProcess();
  http_.Reply(200, "");
  ASSERT_EQ(Verdict(other->account.Logout()), "ok");
  EXPECT_EQ(Verdict(process->account.Refresh(When::kAlways, nullptr)), "not_connected");
  EXPECT_EQ(process->State(clock_), "signed_out");
  EXPECT_FALSE(Exists("cred"));
}

}  // namespace
}  // namespace xai
