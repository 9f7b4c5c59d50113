// Refresh tokens that were sent and not answered: R10 and R11 of docs/login.md.
#include <fstream>
#include <string>

#include "base/limits.h"
#include "credentials/account_fixture.h"

namespace xai {
namespace {

class AccountUnansweredTest : public AccountTest {
 protected:
  AccountUnansweredTest() : process_(NewProcess()) { SignIn(process_.get()); }

  std::string Refresh(When when = When::kAlways) { return Refresh(process_.get(), when); }
  static std::string Refresh(Process* process, When when,
                             const xai::AccessToken* rejected = nullptr) {
    return Verdict(process->account.Refresh(when, rejected));
  }
  size_t Sent() const { return http_.requests().size() - 2; }

  // What a process leaves that dies between sending a token and writing the result.
  void LeaveNote() {
    Process* process = process_.get();
    Result<StoreLock> lock = process->store.Lock([] { return false; });
    ASSERT_TRUE(lock.ok());
    const SecretString token = SecretString(RefreshToken(1));
    ASSERT_TRUE(
        lock.value()->WriteNote(process->store.FingerprintOf(token).value()).ok());
  }

  std::unique_ptr<Process> process_;
};

// Matrix A30.
TEST_F(AccountUnansweredTest, IsPresentedOnceMore) {
  http_.Fail(ErrorCode::kTimeout, true);
  ReplyTokens(2);
  EXPECT_EQ(Refresh(), "ok");
  EXPECT_EQ(Sent(), 2u);
  EXPECT_EQ(http_.requests()[2].body, http_.requests()[3].body);
  EXPECT_EQ(process_->Bearer(), AccessToken(2));
  EXPECT_EQ(ReadFile(File("lock")), "");
}

// Matrix A32.
TEST_F(AccountUnansweredTest, AnAnswerThatCannotBeReadIsNone) {
  for (const std::string_view body :
       {"", R"({"access_token":"at-sE)", "<html>", R"({"token_type":"Bearer"})"}) {
    http_.Reply(200, std::string(body));
    ReplyTokens(2);
    EXPECT_EQ(Refresh(), "ok") << body;
  }
}

TEST_F(AccountUnansweredTest, WhatWasNeverSentIsNotUnanswered) {
  http_.Fail(ErrorCode::kNetwork, false);
  EXPECT_EQ(Refresh(), "network");
  EXPECT_EQ(Sent(), 1u);
  EXPECT_EQ(ReadFile(File("lock")), "");
  ReplyTokens(2);
  EXPECT_EQ(Refresh(), "ok");
}

// Matrix A30.
TEST_F(AccountUnansweredTest, NotLaterThanTenSeconds) {
  http_.Fail(ErrorCode::kTimeout, true);
  http_.During([this] { clock_.Advance(limits::kRepresentWithinMs); });
  EXPECT_EQ(Refresh(), "timeout");
  EXPECT_EQ(Sent(), 1u);
}

TEST_F(AccountUnansweredTest, JustWithinTenSeconds) {
  http_.Fail(ErrorCode::kTimeout, true);
  http_.During([this] { clock_.Advance(limits::kRepresentWithinMs - 1); });
  ReplyTokens(2);
  EXPECT_EQ(Refresh(), "ok");
}

TEST_F(AccountUnansweredTest, NotWhileClosing) {
  http_.Fail(ErrorCode::kTimeout, true);
  http_.During([this] { process_->closing = true; });
  EXPECT_EQ(Refresh(), "timeout");
  EXPECT_EQ(Sent(), 1u);
  EXPECT_EQ(ReadFile(File("lock")).size(), 16u) << "the next one is told";
}

// Matrix A30.
TEST_F(AccountUnansweredTest, ThenItRestsUntilItIsNeeded) {
  clock_.Advance(kLifeMs - limits::kRefreshAheadMs);
  http_.Fail(ErrorCode::kTimeout, true);
  http_.Fail(ErrorCode::kNetwork, true);
  EXPECT_EQ(Refresh(When::kIfStale), "network");
  EXPECT_EQ(Sent(), 2u);
  EXPECT_EQ(process_->State(clock_), "expiring");
  const int64_t left = limits::kRefreshAheadMs;
  for (int64_t passed = 0; passed < left - 60'000; passed += 60'000) {
    clock_.Advance(60'000);
    ASSERT_EQ(Refresh(When::kIfStale), "network");
  }
  clock_.Advance(59'999);
  EXPECT_EQ(Refresh(When::kIfStale), "network");
  EXPECT_EQ(Sent(), 2u);
  clock_.Advance(1);
  http_.Fail(ErrorCode::kTimeout, true);
  EXPECT_EQ(Refresh(When::kIfStale), "timeout") << "once, not twice";
  EXPECT_EQ(Sent(), 3u);
  clock_.Advance(60'000);
  ReplyTokens(2);
  EXPECT_EQ(Refresh(When::kIfStale), "ok");
  EXPECT_EQ(process_->Bearer(), AccessToken(2));
}

// Matrix A30: programs that live for a moment are no reason to try again and again.
TEST_F(AccountUnansweredTest, ItRestsInTheNextProcessAsWell) {
  clock_.Advance(kLifeMs - limits::kRefreshAheadMs);
  http_.Fail(ErrorCode::kTimeout, true);
  http_.Fail(ErrorCode::kTimeout, true);
  ASSERT_EQ(Refresh(When::kIfStale), "timeout");
  const auto next = NewProcess();
  EXPECT_EQ(Refresh(next.get(), When::kIfStale), "timeout");
  EXPECT_EQ(next->State(clock_), "expiring") << "the access token still serves";
  EXPECT_EQ(Sent(), 2u);
  clock_.Advance(limits::kRefreshAheadMs);
  ReplyTokens(2);
  EXPECT_EQ(Refresh(next.get(), When::kIfStale), "ok") << "there is nothing to lose now";
}

TEST_F(AccountUnansweredTest, InTheNextProcessARefusedAccessTokenIsNeed) {
  http_.Fail(ErrorCode::kTimeout, true);
  http_.Fail(ErrorCode::kTimeout, true);
  ASSERT_EQ(Refresh(), "timeout");
  const auto next = NewProcess();
  const auto rejected = process_->snapshot->access;
  ReplyTokens(2);
  EXPECT_EQ(Refresh(next.get(), When::kIfStale, rejected.get()), "ok");
}

TEST_F(AccountUnansweredTest, AnOutageSaysNothingOfTheFirstTime) {
  clock_.Advance(kLifeMs - limits::kRefreshAheadMs);
  http_.Fail(ErrorCode::kTimeout, true);
  http_.Reply(503, "<html>");
  EXPECT_EQ(Refresh(When::kIfStale), "upstream transient");
  EXPECT_NE(ReadFile(File("lock")), "") << "it may be spent";
  clock_.Advance(limits::kRefreshBackoffMaxMs);
  EXPECT_EQ(Refresh(When::kIfStale), "upstream transient");
  EXPECT_EQ(Sent(), 2u) << "the access token is good, and the other one rests";
  clock_.Advance(limits::kRefreshAheadMs);
  ReplyError("invalid_grant");
  EXPECT_EQ(Refresh(When::kIfStale), "reauth_required refresh_interrupted");
}

TEST_F(AccountUnansweredTest, ARefusedAccessTokenIsNeed) {
  const auto rejected = process_->snapshot->access;
  http_.Fail(ErrorCode::kTimeout, true);
  http_.Fail(ErrorCode::kTimeout, true);
  EXPECT_EQ(Refresh(process_.get(), When::kIfStale, rejected.get()), "timeout");
  EXPECT_EQ(Refresh(process_.get(), When::kIfStale, rejected.get()), "timeout")
      << "not at once";
  EXPECT_EQ(Sent(), 2u);
  clock_.Advance(5'000);
  ReplyTokens(2);
  EXPECT_EQ(Refresh(process_.get(), When::kIfStale, rejected.get()), "ok");
}

TEST_F(AccountUnansweredTest, IfItWasSpentThePersonIsToldWhy) {
  http_.Fail(ErrorCode::kTimeout, true);
  ReplyError("invalid_grant");
  EXPECT_EQ(Refresh(), "reauth_required refresh_interrupted");
  EXPECT_EQ(process_->snapshot->dead_reason, "refresh_interrupted");
  EXPECT_EQ(Refresh(), "reauth_required refresh_interrupted");
  EXPECT_EQ(Sent(), 2u);
}

// Matrix G04.
TEST_F(AccountUnansweredTest, AnInterruptedProcessesTokenIsPresentedOnce) {
  LeaveNote();
  ReplyTokens(2);
  EXPECT_EQ(Refresh(), "ok");
  EXPECT_EQ(Sent(), 1u);
  EXPECT_EQ(ReadFile(File("lock")), "");
}

TEST_F(AccountUnansweredTest, AnInterruptedProcessesTokenIsNotPresentedTwice) {
  LeaveNote();
  http_.Fail(ErrorCode::kTimeout, true);
  EXPECT_EQ(Refresh(), "timeout");
  EXPECT_EQ(Sent(), 1u);
}

TEST_F(AccountUnansweredTest, WhatAnInterruptedProcessSpentIsToldAsSuch) {
  LeaveNote();
  ReplyError("invalid_grant");
  EXPECT_EQ(Refresh(), "reauth_required refresh_interrupted");
  EXPECT_EQ(ReadFile(File("lock")), "");
}

TEST_F(AccountUnansweredTest, ANoteOfAnotherTokenIsNothing) {
  LeaveNote();
  ReplyTokens(2);
  ASSERT_EQ(Refresh(), "ok");
  LeaveNote();  // names the first token still
  ReplyError("invalid_grant");
  EXPECT_EQ(Refresh(), "reauth_required grant_revoked");
}

// Matrix E15.
TEST_F(AccountUnansweredTest, ANoteThatIsGarbageIsNothing) {
  const std::string garbage[] = {std::string(1, '\0'), std::string(100'000, '!'),
                                 "\xFF\xFE {\"\": [", std::string(16, 'f')};
  int number = 2;
  for (const std::string& note : garbage) {
    std::ofstream(File("lock"), std::ios::binary | std::ios::trunc) << note;
    ReplyTokens(number++);
    EXPECT_EQ(Refresh(), "ok");
    EXPECT_EQ(ReadFile(File("lock")), "");
  }
  EXPECT_EQ(Sent(), 4u) << "each was sent once";
}

TEST_F(AccountUnansweredTest, TheTokenItselfIsNeverWrittenDown) {
  http_.Fail(ErrorCode::kTimeout, true);
  http_.During([this] {
    const std::string note = ReadFile(File("lock"));
    EXPECT_EQ(note.size(), 16u) << "before it is sent";
    EXPECT_EQ(note.find_first_not_of("0123456789abcdef"), std::string::npos) << note;
  });
  ReplyTokens(2);
  EXPECT_EQ(Refresh(), "ok");
}

}  // namespace
}  // namespace xai
