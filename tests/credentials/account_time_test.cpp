// Clocks that jump, machines that sleep, and years that pass: Account against time.
#include <memory>
#include <string>
#include <vector>

#include "base/limits.h"
#include "credentials/account_fixture.h"

namespace xai {
namespace {

constexpr int64_t kSecond = 1'000;
constexpr int64_t kHour = 3'600 * kSecond;
constexpr int64_t kTenYears = int64_t{87'660} * kHour;

class AccountTimeTest : public AccountTest {
 protected:
  AccountTimeTest() : process_(NewProcess()) { SignIn(process_.get()); }

  std::string Refresh(When when = When::kIfStale,
                      const xai::AccessToken* rejected = nullptr) {
    return Verdict(process_->account.Refresh(when, rejected));
  }
  // How many were sent since the sign-in.
  size_t Sent() const { return http_.requests().size() - 2; }
  void AskForAnHour() {
    for (int i = 0; i < 360; ++i) {
      clock_.Advance(10 * kSecond);
      ASSERT_EQ(Refresh(), "ok") << i;
    }
  }

  std::unique_ptr<Process> process_;
};

// Matrix H01.
TEST_F(AccountTimeTest, AWallClockSetAheadCostsOneRenewal) {
  clock_.JumpWall(kTenYears);
  EXPECT_EQ(process_->State(clock_), "expired");
  ReplyTokens(2);
  EXPECT_EQ(Refresh(), "ok");
  EXPECT_EQ(process_->State(clock_), "connected");
  AskForAnHour();
  EXPECT_EQ(Sent(), 1u);
}

// Matrix H01.
TEST_F(AccountTimeTest, AWallClockSetAheadIsNoReasonToHammer) {
  clock_.JumpWall(kTenYears);
  for (int i = 0; i < 4; ++i) http_.Reply(503, "");
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(Refresh(), "upstream transient");
    clock_.Advance(kSecond);
  }
  EXPECT_EQ(Sent(), 4u) << "after 0, 5, 15 and 35 seconds";
}

// Matrix H02.
TEST_F(AccountTimeTest, AWallClockSetBackLeavesItToTheServer) {
  clock_.Advance(7 * kHour);
  clock_.JumpWall(-kTenYears);
  EXPECT_EQ(process_->State(clock_), "connected") << "as far as anybody can tell";
  EXPECT_EQ(Refresh(), "ok");
  EXPECT_EQ(Sent(), 0u);
  const auto rejected = process_->snapshot->access;
  EXPECT_FALSE(IsFreshlyMinted(*rejected, clock_)) << "its refusal is believed";
  ReplyTokens(2);
  EXPECT_EQ(Refresh(When::kIfStale, rejected.get()), "ok");
  EXPECT_EQ(process_->Bearer(), AccessToken(2));
  AskForAnHour();
  EXPECT_EQ(Sent(), 1u);
}

// Matrix H03.
TEST_F(AccountTimeTest, AStepDuringARenewalMovesNoTimer) {
  clock_.Advance(kLifeMs - limits::kRefreshAheadMs);
  for (const int64_t step : {-kHour, kHour / 2}) {
    http_.Reply(503, "", {{"retry-after", "60"}});
    http_.During([this, step] { clock_.JumpWall(step); });
    EXPECT_EQ(Refresh(), "upstream transient");
    clock_.JumpWall(-step);
    clock_.Advance(60 * kSecond - 1);
    EXPECT_EQ(Refresh(), "upstream transient");
    clock_.Advance(1);
  }
  EXPECT_EQ(Sent(), 2u);
  ReplyTokens(2);
  http_.During([this] { clock_.JumpWall(kHour); });
  const int64_t asked_at = clock_.NowMs();
  EXPECT_EQ(Refresh(), "ok");
  EXPECT_EQ(process_->snapshot->access->expires_at_ms, asked_at + kLifeMs)
      << "counted from before it was asked for";
}

// Matrix H03.
TEST_F(AccountTimeTest, AStepDuringAPollMovesNeitherTimerNorEnd) {
  StartFlow(process_.get());
  for (const int64_t step : {-kHour, kHour}) {
    ReplyError("authorization_pending");
    http_.During([this, step] { clock_.JumpWall(step); });
    EXPECT_EQ(process_->account.Poll({}).value().retry_after_ms, 5'000);
    clock_.JumpWall(-step);
    clock_.Advance(4'999);
    EXPECT_EQ(process_->account.Poll({}).value().retry_after_ms, 1);
    clock_.Advance(1);
  }
  clock_.JumpWall(-kHour);
  clock_.Advance(900 * kSecond);
  EXPECT_EQ(Verdict(process_->account.Poll({})), "expired");
}

// Matrix H04.
TEST_F(AccountTimeTest, ARenewalThatSleptIsNotPresentedAgainAtOnce) {
  clock_.Advance(kLifeMs - limits::kRefreshAheadMs);
  http_.Fail(ErrorCode::kTimeout, true);
  http_.During([this] { clock_.Advance(8 * kHour); });
  EXPECT_EQ(Refresh(), "timeout");
  EXPECT_EQ(Sent(), 1u);
  EXPECT_NE(ReadFile(File("lock")), "") << "its outcome is not known";
  EXPECT_EQ(process_->State(clock_), "expired");
  EXPECT_EQ(Refresh(), "timeout") << "nor before the pause is over";
  EXPECT_EQ(Sent(), 1u);
  clock_.Advance(limits::kRefreshBackoffMinMs);
  ReplyError("invalid_grant");
  EXPECT_EQ(Refresh(), "reauth_required refresh_interrupted");
  EXPECT_EQ(Sent(), 2u);
}

// Matrix H04.
TEST_F(AccountTimeTest, AnAnswerThatSleptIsCountedFromBefore) {
  clock_.Advance(kLifeMs - limits::kRefreshAheadMs);
  ReplyTokens(2);
  http_.During([this] { clock_.Advance(8 * kHour); });
  EXPECT_EQ(Refresh(), "ok");
  EXPECT_EQ(process_->State(clock_), "expired");
  ReplyTokens(3);
  EXPECT_EQ(Refresh(), "ok");
  EXPECT_EQ(process_->State(clock_), "connected");
  EXPECT_EQ(process_->Bearer(), AccessToken(3));
}

// Matrix H05.
TEST_F(AccountTimeTest, ManyThatWakeRenewOnce) {
  std::vector<std::unique_ptr<Process>> woken;
  for (int i = 0; i < 50; ++i) {
    woken.push_back(NewProcess());
    woken.back()->account.Reload();
  }
  clock_.Advance(8 * kHour);
  ReplyTokens(2);
  for (const auto& process : woken) {
    EXPECT_EQ(Verdict(process->account.Refresh(When::kIfStale, nullptr)), "ok");
    EXPECT_EQ(process->Bearer(), AccessToken(2));
  }
  EXPECT_EQ(Sent(), 1u);
}

// Matrix H08.
TEST_F(AccountTimeTest, NoYearIsTooLate) {
  const int64_t years[] = {2'147'483'646, 2'147'483'648, 4'294'967'295, 4'294'967'297,
                           253'402'300'799};
  int n = 1;
  for (const int64_t seconds : years) {
    clock_.JumpWall(seconds * kSecond - clock_.NowMs());
    SignIn(process_.get(), ++n);
    const auto other = NewProcess();
    other->account.Reload();
    EXPECT_EQ(other->State(clock_), "connected") << seconds;
    EXPECT_EQ(other->snapshot->access->expires_at_ms, clock_.NowMs() + kLifeMs);
    EXPECT_EQ(other->snapshot->updated_at_ms, clock_.NowMs());
    ReplyDeviceCode("EFGH-5678", 5, 900);
    ASSERT_EQ(Verdict(other->account.Start(true)), "ok");
    EXPECT_EQ(other->snapshot->pending->expires_at_ms, clock_.NowMs() + 900 * kSecond);
    EXPECT_TRUE(other->account.Cancel().value());
  }
}

// Matrix H09.
TEST_F(AccountTimeTest, AMintIsFreshWhateverTheWallClockDoesNext) {
  for (const int64_t step : {-300 * kSecond, 300 * kSecond, -kTenYears, kTenYears}) {
    ReplyTokens(2);
    ASSERT_EQ(Refresh(When::kAlways), "ok");
    clock_.JumpWall(step);
    clock_.Advance(limits::kFreshMintMs - 1);
    const auto token = process_->snapshot->access;
    EXPECT_TRUE(IsFreshlyMinted(*token, clock_)) << step;
    clock_.Advance(1);
    EXPECT_FALSE(IsFreshlyMinted(*token, clock_)) << step;
    clock_.JumpWall(-step);
  }
}

// Matrix H09: of a token that another process minted only the wall clock tells the age.
TEST_F(AccountTimeTest, AnotherProcessesMintIsFreshOnBothSides) {
  const auto other = NewProcess();
  other->account.Reload();
  const auto token = other->snapshot->access;
  EXPECT_FALSE(token->minted_steady_ms.has_value());
  for (const int64_t age : {int64_t{0}, limits::kFreshMintMs - 1, limits::kFreshMintMs}) {
    clock_.JumpWall(age);
    EXPECT_EQ(IsFreshlyMinted(*token, clock_), age < limits::kFreshMintMs) << age;
    clock_.JumpWall(-2 * age);
    EXPECT_EQ(IsFreshlyMinted(*token, clock_), age < limits::kFreshMintMs) << -age;
    clock_.JumpWall(age);
  }
}

// Matrix H10: each token is used until 45 minutes before its end, so that 30 days take
// 137.
TEST_F(AccountTimeTest, AMonthTakesOneRenewalForEachToken) {
  int n = 1;
  for (int quarter = 0; quarter < 30 * 24 * 4; ++quarter) {
    clock_.Advance(kHour / 4);
    const auto& token = *process_->snapshot->access;
    if (token.expires_at_ms - clock_.NowMs() <= RefreshAheadMs(token)) ReplyTokens(++n);
    ASSERT_EQ(Refresh(), "ok") << quarter;
    ASSERT_EQ(process_->Bearer(), AccessToken(n));
  }
  EXPECT_EQ(Sent(), 137u);
  for (size_t i = 2; i < http_.requests().size(); ++i) {
    const std::string token = "refresh_token=" + RefreshToken(static_cast<int>(i) - 1);
    EXPECT_NE(http_.requests()[i].body.find(token + "&"), std::string::npos)
        << "each one presented once, in turn: " << i;
  }
  EXPECT_EQ(process_->State(clock_), "connected");
}

// Matrix A29.
TEST_F(AccountTimeTest, AnHourWithoutTheServerIsAskedSeldom) {
  clock_.Advance(kLifeMs - limits::kRefreshAheadMs);
  for (int i = 0; i < 63; ++i) http_.Reply(503, "");
  const int64_t end = clock_.NowMs() + kHour;
  while (clock_.NowMs() < end) {
    const bool good = clock_.NowMs() < process_->snapshot->access->expires_at_ms;
    EXPECT_EQ(process_->State(clock_), good ? "expiring" : "expired");
    EXPECT_EQ(process_->Bearer(), AccessToken(1)) << "which goes on working";
    EXPECT_EQ(Refresh(), "upstream transient");
    clock_.Advance(kSecond);
  }
  EXPECT_EQ(Sent(), 63u) << "after 0, 5, 15, 35, 75 seconds, then once a minute";
}

}  // namespace
}  // namespace xai
