// Account::Poll(): waiting for a person.
#include <algorithm>
#include <string>

#include "base/limits.h"
#include "credentials/account_fixture.h"

namespace xai {
namespace {

class AccountPollTest : public AccountTest {
 protected:
  // "pending MS", "connected", or the error.
  static std::string Poll(Process* process,
                          const std::optional<std::string>& pending_id = {}) {
    const Result<Account::PollResult> polled = process->account.Poll(pending_id);
    if (!polled.ok()) return Name(polled.error());
    if (polled.value().connected) return "connected";
    return "pending " + std::to_string(polled.value().retry_after_ms);
  }
};

TEST_F(AccountPollTest, NeedsAFlow) {
  const auto process = NewProcess();
  EXPECT_EQ(Poll(process.get()), "no_pending_flow");
  EXPECT_EQ(Poll(process.get(), "ABCD-1234"), "no_pending_flow");
}

// Matrix A18.
TEST_F(AccountPollTest, AnotherFlowsIdIsRefusedWithoutAsking) {
  const auto process = NewProcess();
  StartFlow(process.get());
  for (const char* id : {"", "ABCD-1235", "abcd-1234", "ABCD-1234 "}) {
    EXPECT_EQ(Poll(process.get(), id), "invalid_request pending_id") << id;
  }
  ReplyError("authorization_pending");
  EXPECT_EQ(Poll(process.get(), "ABCD-1234"), "pending 5000");
}

// Matrix A10.
TEST_F(AccountPollTest, NothingIsAskedBeforeTheInterval) {
  const auto process = NewProcess();
  const auto other = NewProcess();
  ReplyDeviceCode();
  ASSERT_EQ(Verdict(process->account.Start(false)), "ok");
  for (int64_t left = 5'000; left > 0; left -= 10) {
    ASSERT_EQ(Poll(process.get()), "pending " + std::to_string(left));
    ASSERT_EQ(Poll(other.get()), "pending " + std::to_string(left));
    clock_.Advance(10);
  }
  EXPECT_EQ(http_.requests().size(), 1u);
  ReplyError("authorization_pending");
  EXPECT_EQ(Poll(other.get()), "pending 5000");
  EXPECT_EQ(Poll(process.get()), "pending 5000");
  EXPECT_EQ(http_.requests().size(), 2u);
}

TEST_F(AccountPollTest, AsksWhatTheStandardSays) {
  const auto process = NewProcess();
  StartFlow(process.get());
  ReplyError("authorization_pending");
  EXPECT_EQ(Poll(process.get()), "pending 5000");
  const ScriptedHttpClient::Request& asked = http_.last();
  EXPECT_EQ(asked.url, "https://auth.x.ai/oauth2/token");
  EXPECT_EQ(asked.body,
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"
            "&device_code=dc-sEcReT-ABCD-1234&client_id=client-1");
  EXPECT_TRUE(asked.fresh_connection);
  EXPECT_FALSE(asked.interruptible) << "its answer may be the only one with the tokens";
  EXPECT_EQ(asked.total_ms, limits::kTokenTotalMs);
  EXPECT_EQ(asked.body_bytes_max, limits::kAuthBodyBytesMax);
}

// Matrix A08.
TEST_F(AccountPollTest, WaitingDoesNotDrift) {
  const auto process = NewProcess();
  ReplyDeviceCode("ABCD-1234", 5, 1800);
  ASSERT_EQ(Verdict(process->account.Start(false)), "ok");
  for (int i = 0; i < 200; ++i) {
    clock_.Advance(5'000);
    ReplyError("authorization_pending");
    ASSERT_EQ(Poll(process.get()), "pending 5000") << i;
  }
  EXPECT_EQ(process->State(clock_), "pending");
}

// Matrix A09.
TEST_F(AccountPollTest, SlowDownIsForGoodAndForAllProcesses) {
  auto process = NewProcess();
  StartFlow(process.get());
  for (const int64_t interval : {10'000, 15'000, 20'000}) {
    ReplyError("slow_down");
    ASSERT_EQ(Poll(process.get()), "pending " + std::to_string(interval));
    process = NewProcess();
    clock_.Advance(interval - 1);
    ASSERT_EQ(Poll(process.get()), "pending 1");
    clock_.Advance(1);
  }
  ReplyError("authorization_pending");
  EXPECT_EQ(Poll(process.get()), "pending 20000");
  EXPECT_EQ(process->snapshot->pending->interval_seconds, 20);
}

// Matrix A11.
TEST_F(AccountPollTest, WhatEndsTheFlowEndsItForAll) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"access_denied", "access_denied"},
      {"authorization_denied", "access_denied"},
      {"forbidden", "access_denied"},
      {"expired_token", "expired"},
      {"invalid_grant", "expired invalid_grant"},
      {"invalid_client", "upstream client_not_accepted"},
  };
  for (const auto& [error, verdict] : cases) {
    const auto process = NewProcess();
    StartFlow(process.get());
    ReplyError(error);
    EXPECT_EQ(Poll(process.get()), verdict);
    EXPECT_EQ(process->State(clock_), "signed_out");
    EXPECT_FALSE(Exists("pending")) << error;
    clock_.Advance(60'000);
    EXPECT_EQ(Poll(process.get()), "no_pending_flow");
    EXPECT_EQ(Poll(NewProcess().get()), "no_pending_flow");
  }
}

TEST_F(AccountPollTest, ADeniedFlowLeavesTheCredential) {
  const auto process = NewProcess();
  SignIn(process.get());
  ReplyDeviceCode("WXYZ-9876");
  ASSERT_TRUE(process->account.Start(true).ok());
  clock_.Advance(5'000);
  ReplyError("access_denied");
  EXPECT_EQ(Poll(process.get()), "access_denied");
  EXPECT_EQ(process->State(clock_), "connected");
  EXPECT_EQ(Poll(process.get()), "no_pending_flow");
}

// Several programs wait for one approval; one of them polls first.
TEST_F(AccountPollTest, WhoPollsSecondIsConnectedAsWell) {
  const auto first = NewProcess();
  const auto second = NewProcess();
  StartFlow(first.get());
  second->account.Reload();
  ReplyTokens(1);
  EXPECT_EQ(Poll(first.get()), "connected");
  const size_t sent = http_.requests().size();
  EXPECT_EQ(Poll(second.get()), "connected");
  EXPECT_EQ(Poll(NewProcess().get()), "connected");
  const auto third = NewProcess();
  EXPECT_TRUE(third->account.Poll("ABCD-1234").value().connected);
  EXPECT_EQ(Verdict(third->account.Poll("WXYZ-9876")), "no_pending_flow");
  EXPECT_EQ(http_.requests().size(), sent);
}

// Matrix A12: either clock ends it.
TEST_F(AccountPollTest, ItRunsOutByTheWallClock) {
  const auto process = NewProcess();
  ReplyDeviceCode("ABCD-1234", 5, 900);
  ASSERT_EQ(Verdict(process->account.Start(false)), "ok");
  clock_.JumpWall(900'000);
  EXPECT_EQ(Poll(process.get()), "expired");
  EXPECT_FALSE(Exists("pending"));
  EXPECT_EQ(Poll(process.get()), "no_pending_flow");
}

// Matrix A12.
TEST_F(AccountPollTest, ItRunsOutByTheSteadyClockIfTheWallWasSetBack) {
  const auto process = NewProcess();
  ReplyDeviceCode("ABCD-1234", 5, 900);
  ASSERT_EQ(Verdict(process->account.Start(false)), "ok");
  clock_.Advance(899'999);
  clock_.JumpWall(-800'000);
  ReplyError("authorization_pending");
  EXPECT_EQ(Poll(process.get()), "pending 5000");
  clock_.Advance(1);
  EXPECT_EQ(Poll(process.get()), "expired");
}

TEST_F(AccountPollTest, WhatRunsOutDoesNotTakeAnothersFlowAlong) {
  const auto process = NewProcess();
  const auto other = NewProcess();
  StartFlow(process.get());
  clock_.Advance(900'000);
  files_.before_lock = [this, &other] {
    ReplyDeviceCode("NEWW-0001");
    EXPECT_EQ(Verdict(other->account.Start(false)), "ok");
  };
  EXPECT_EQ(Poll(process.get()), "no_pending_flow");
  EXPECT_TRUE(Exists("pending"));
}

TEST_F(AccountPollTest, AnotherBootsSteadyClockMeansNothing) {
  const auto process = NewProcess();
  StartFlow(process.get());
  PendingLogin pending = std::move(*process->store.LoadPending().value());
  pending.boot_id = "another-boot";
  pending.expires_steady_ms = 0;
  pending.next_poll_steady_ms = INT64_MAX;
  ASSERT_TRUE(process->store.SavePending(pending).ok());
  clock_.SetSteady(1'000);
  clock_.JumpWall(-7'200'000);
  ReplyError("authorization_pending");
  EXPECT_EQ(Poll(process.get()), "pending 5000")
      << "the wall clock may be wrong by hours";
  clock_.JumpWall(-500'000);
  EXPECT_EQ(Poll(process.get()), "pending 5000") << "by this boot's clock from now on";
}

TEST_F(AccountPollTest, AJumpOfTheWallDoesNotMakeAPersonWait) {
  const auto process = NewProcess();
  StartFlow(process.get());
  clock_.JumpWall(-86'400'000);
  ReplyError("authorization_pending");
  EXPECT_EQ(Poll(process.get()), "pending 5000");
}

// Matrix A13.
TEST_F(AccountPollTest, ALostConnectionLosesNothing) {
  const auto process = NewProcess();
  StartFlow(process.get());
  int64_t wait = 5'000;
  for (const ErrorCode code : {ErrorCode::kNetwork, ErrorCode::kTimeout,
                               ErrorCode::kTooLarge, ErrorCode::kProtocol}) {
    wait = std::min<int64_t>(wait * 2, 60'000);
    http_.Fail(code, true);
    EXPECT_EQ(Poll(process.get()), "pending " + std::to_string(wait));
    clock_.Advance(wait);
  }
  ReplyTokens(1);
  EXPECT_EQ(Poll(process.get()), "connected");
}

// Matrix A13: the next process goes on backing off, an answer ends it, and the interval
// stays.
TEST_F(AccountPollTest, LostPollsAreFewerAndFewerUntilAnAnswerComes) {
  auto process = NewProcess();
  StartFlow(process.get());
  for (const int64_t wait : {10'000, 20'000, 40'000, 60'000, 60'000}) {
    http_.Fail(ErrorCode::kTimeout, true);
    EXPECT_EQ(Poll(process.get()), "pending " + std::to_string(wait));
    process = NewProcess();
    clock_.Advance(wait - 1);
    EXPECT_EQ(Poll(process.get()), "pending 1");
    clock_.Advance(1);
  }
  ReplyError("authorization_pending");
  EXPECT_EQ(Poll(process.get()), "pending 5000");
  EXPECT_EQ(process->snapshot->pending->interval_seconds, 5);
  clock_.Advance(5'000);
  http_.Fail(ErrorCode::kTimeout, true);
  EXPECT_EQ(Poll(process.get()), "pending 10000") << "from the start again";
  clock_.Advance(900'000);
  EXPECT_EQ(Poll(process.get()), "expired") << "not for ever";
}

// Matrix A14: what a portal answers with 200 says nothing about the flow.
TEST_F(AccountPollTest, ASuccessThatIsNoneLosesNothing) {
  const auto process = NewProcess();
  StartFlow(process.get());
  for (const std::string_view body :
       {"<html>", "", R"({"access_token":"at-sEcReT-1)", R"({"status":"ok"})"}) {
    http_.Reply(200, std::string(body));
    EXPECT_EQ(Poll(process.get()), "pending 5000") << body;
    EXPECT_TRUE(Exists("pending"));
    clock_.Advance(5'000);
  }
  ReplyTokens(1);
  EXPECT_EQ(Poll(process.get()), "connected");
}

// Matrix A13.
TEST_F(AccountPollTest, WhatAPersonMustChangeIsSaidAndTheFlowGoesOn) {
  const auto process = NewProcess();
  StartFlow(process.get());
  http_.Fail(ErrorCode::kTls, false);
  EXPECT_EQ(Poll(process.get()), "tls");
  EXPECT_EQ(Poll(process.get()), "pending 5000");
  clock_.Advance(5'000);
  http_.Fail(ErrorCode::kProxy, false);
  EXPECT_EQ(Poll(process.get()), "proxy");
  clock_.Advance(5'000);
  ReplyTokens(1);
  EXPECT_EQ(Poll(process.get()), "connected");
}

// Matrix A14.
TEST_F(AccountPollTest, AnOutageIsWaitedFor) {
  const auto process = NewProcess();
  StartFlow(process.get());
  http_.Reply(502, "<html>", {{"content-type", "text/html"}});
  EXPECT_EQ(Poll(process.get()), "pending 5000");
  clock_.Advance(5'000);
  http_.Reply(429, "", {{"retry-after", "20"}});
  EXPECT_EQ(Poll(process.get()), "pending 20000");
  clock_.Advance(19'999);
  EXPECT_EQ(Poll(NewProcess().get()), "pending 1");
  clock_.Advance(1);
  http_.Reply(200, R"({"access_token":"at-sEcReT-1","expires_in":60,"id_token":")" +
                       JwtText(R"({"email":"a@b"})") + "\"}");
  EXPECT_EQ(Poll(process.get()), "connected");
}

// Without room for its result there is no exchange: the code is good for one.
TEST_F(AccountPollTest, AFullDiskKeepsTheFlowAndAsksNothing) {
  const auto process = NewProcess();
  StartFlow(process.get());
  FillDisk();
  EXPECT_EQ(Poll(process.get()), "store_io io");
  EXPECT_EQ(http_.requests().size(), 1u);
  EXPECT_TRUE(Exists("pending"));
  FreeDisk();
  ReplyTokens(1);
  EXPECT_EQ(Poll(process.get()), "connected");
}

TEST_F(AccountPollTest, AFlowReplacedMeanwhileIsTheNewOne) {
  const auto process = NewProcess();
  StartFlow(process.get());
  const auto other = NewProcess();
  ReplyDeviceCode("EFGH-5678");
  ASSERT_EQ(Verdict(other->account.Start(true)), "ok");
  EXPECT_EQ(Poll(process.get(), "ABCD-1234"), "invalid_request pending_id");
  EXPECT_EQ(Poll(process.get(), "EFGH-5678"), "pending 5000");
}

}  // namespace
}  // namespace xai
