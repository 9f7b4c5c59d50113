// When the broker renews by itself: hours of it, in a time that only the test moves.  The
// account and its files are real, the thread is not.
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "base/system_file_system.h"
#include "credentials/file_vault.h"
#include "runtime/token_broker.h"
#include "support/collecting_logger.h"
#include "support/fake_clock.h"
#include "support/manual_scheduler.h"
#include "support/scripted_random.h"
#include "support/temp_dir.h"

namespace xai {
namespace {

constexpr int64_t kSecond = 1'000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;

// A token endpoint that is up or down.
class FakeIssuer : public HttpClient {
 public:
  Result<HttpResponse> Fetch(const HttpRequest&, size_t, Interruptible,
                             bool* sent) override {
    ++posts;
    *sent = true;
    if (during) during();
    HttpResponse response;
    response.head.status = status;
    if (status == 200) {
      response.body = R"({"token_type":"Bearer","access_token":"at-)" +
                      std::to_string(posts) + R"(","refresh_token":"rt","expires_in":)" +
                      std::to_string(life_ms / kSecond) + "}";
    } else if (status == 400) {
      response.body = R"({"error":"invalid_grant"})";
    }
    return response;
  }

  int status = 200;
  int64_t life_ms = 6 * kHour;
  int posts = 0;
  std::function<void()> during;  // while the exchange is under way
};

// Runs tasks in turn, from the scheduler.
class InTurn : public AccountRunner {
 public:
  bool Run(Task task) override {
    if (refuses) return false;
    ++runs;
    scheduler->RunAfter(0, [this, task = std::move(task)] {
      if (const Then then = task(account, nullptr)) then();
    });
    return true;
  }
  bool Look(Task task) override { return Run(std::move(task)); }
  bool Tidy(Task task) override { return Run(std::move(task)); }

  Scheduler* scheduler = nullptr;
  Account* account = nullptr;
  bool refuses = false;
  int runs = 0;
};

class TokenRenewalTest : public testing::Test {
 protected:
  TokenRenewalTest()
      : scheduler_(&clock_),
        keys_(MakeKeyFileSource(&files_, (folder_.path() / "key").string(), &random_)),
        vault_(MakeFileVault(&files_, (folder_.path() / "state").string())),
        store_(vault_.get(), context_, keys_.get(), &random_),
        account_(
            config_, &store_,
            {&issuer_, &clock_, &random_, &log_, "boot", "machine", [] { return false; }},
            [this](std::shared_ptr<const AccountSnapshot> snapshot) {
              broker_->OnSnapshot(std::move(snapshot));
            }) {
    runner_.scheduler = &scheduler_;
    runner_.account = &account_;
    broker_ = std::make_unique<TokenBroker>(
        &runner_, &scheduler_, &clock_, &random_,
        [](const AccountSnapshot*, const AccountSnapshot&) {});
  }

  // Signed in by another process, and seen.
  void SignIn(int64_t left_ms, int64_t life_ms = 6 * kHour, bool refreshable = true) {
    CredentialRecord record;
    record.access_token = SecretString("at-0");
    if (refreshable) record.refresh_token = SecretString("rt");
    record.expires_at_ms = clock_.NowMs() + left_ms;
    record.issued_at_ms = record.expires_at_ms - life_ms;
    Result<StoreRoom> room = store_.ReserveCredential();
    ASSERT_TRUE(room.ok()) << room.error().detail;
    ASSERT_TRUE(store_.SaveCredential(record, room.value().get()).ok());
    account_.Reload();
  }

  // Asks once.  "none": no answer.
  std::string Ask() {
    auto told = std::make_shared<std::string>("none");
    broker_->Acquire(nullptr, [told](TokenSource::TokenResult token) {
      *told = token.ok() ? std::string(token.value()->bearer.Reveal())
                         : std::string(InfoOf(token.error().code).name);
    });
    scheduler_.RunDue();
    return *told;
  }
  // Asks every second for so long; how many were refused.
  int RefusedWithin(int64_t ms) {
    int refused = 0;
    for (int64_t passed = 0; passed < ms; passed += kSecond) {
      if (Ask().rfind("at-", 0) != 0) ++refused;
      scheduler_.Pass(kSecond);
    }
    return refused;
  }
  int PostsWithin(int64_t ms) {
    const int before = issuer_.posts;
    scheduler_.Pass(ms);
    return issuer_.posts - before;
  }

  TempDir folder_;
  FakeClock clock_;
  ManualScheduler scheduler_;
  ScriptedRandom random_;
  CollectingLogger log_;
  OAuthConfig config_{"https://auth.x.ai", "client-1", "openid", "test-referrer"};
  SealContext context_{"https://auth.x.ai", "client-1", "default"};
  SystemFileSystem files_;
  std::unique_ptr<KeySource> keys_;
  std::unique_ptr<Vault> vault_;
  FakeIssuer issuer_;
  InTurn runner_;
  Store store_;
  Account account_;
  std::unique_ptr<TokenBroker> broker_;
};

TEST_F(TokenRenewalTest, RenewsAheadOfTimeThoughNobodyAsks) {
  SignIn(6 * kHour);
  EXPECT_EQ(PostsWithin(6 * kHour - limits::kRefreshAheadMs - 1), 0);
  EXPECT_EQ(PostsWithin(limits::kRefreshJitterMs + 1), 1);
  EXPECT_EQ(broker_->snapshot()->access->bearer.Reveal(), "at-1");
  // And so on: a day of it, at one renewal in five and a quarter hours.
  EXPECT_EQ(PostsWithin(24 * kHour), 4);
  EXPECT_EQ(Ask(), "at-5");
}

TEST_F(TokenRenewalTest, AShortLifeIsNotRenewedAllTheTime) {
  issuer_.life_ms = 4 * kSecond;
  SignIn(4 * kSecond, 4 * kSecond);
  scheduler_.Pass(10 * kSecond);
  // Three quarters of the life, and at most a sixteenth of chance.
  const int posts = PostsWithin(3 * 60 * kSecond);
  EXPECT_GE(posts, 180 * 1'000 / 3'260);
  EXPECT_LE(posts, 60);
  EXPECT_EQ(RefusedWithin(kMinute), 0);
}

TEST_F(TokenRenewalTest, AnIdleProviderWakesOnceInAMinute) {
  SignIn(6 * kHour);
  const size_t ran = scheduler_.ran();
  scheduler_.Pass(kHour);
  EXPECT_LE(scheduler_.ran() - ran, 60u);
}

TEST_F(TokenRenewalTest, NothingIsRenewedUnaskedInTheFirstSeconds) {
  SignIn(-kHour);
  EXPECT_EQ(PostsWithin(limits::kRenewalStartMs - 1), 0);
  EXPECT_EQ(PostsWithin(kMinute), 1);
}

TEST_F(TokenRenewalTest, WhoAsksNeedNotWaitForTheTimer) {
  SignIn(-kHour);
  EXPECT_EQ(Ask(), "at-1");
  EXPECT_EQ(PostsWithin(kHour), 0);
}

// The account would not renew twice; but it takes its time for each who asks.
TEST_F(TokenRenewalTest, HoweverManyWaitTheAccountIsAskedOnce) {
  SignIn(-kHour);
  int served = 0;
  for (int i = 0; i < 100; ++i) {
    broker_->Acquire(nullptr, [&served](const TokenSource::TokenResult& token) {
      if (token.ok()) ++served;
    });
  }
  scheduler_.RunDue();
  EXPECT_EQ(served, 100);
  EXPECT_EQ(runner_.runs, 1);
  EXPECT_EQ(issuer_.posts, 1);
}

TEST_F(TokenRenewalTest, WhatAnotherProcessRenewedIsNotRenewedAgain) {
  SignIn(6 * kHour);
  scheduler_.Pass(6 * kHour - limits::kRefreshAheadMs - 1);
  SignIn(6 * kHour);
  EXPECT_EQ(PostsWithin(5 * kHour), 0);
}

TEST_F(TokenRenewalTest, WhatCannotBeRenewedIsNotTried) {
  SignIn(kHour, 6 * kHour, false);
  EXPECT_EQ(scheduler_.waiting(), 0u);
  EXPECT_EQ(PostsWithin(24 * kHour), 0);
  EXPECT_EQ(Ask(), "reauth_required");
}

TEST_F(TokenRenewalTest, ADeadGrantArmsNothing) {
  SignIn(kHour);
  issuer_.status = 400;
  EXPECT_EQ(PostsWithin(24 * kHour), 1);
  EXPECT_EQ(scheduler_.waiting(), 0u);
  EXPECT_EQ(Ask(), "reauth_required");
  EXPECT_EQ(issuer_.posts, 1);
}

TEST_F(TokenRenewalTest, NobodySignedInArmsNothing) {
  account_.Reload();
  EXPECT_EQ(scheduler_.waiting(), 0u);
  EXPECT_EQ(Ask(), "not_connected");
  EXPECT_EQ(scheduler_.waiting(), 0u);
}

// Matrix N14.
TEST_F(TokenRenewalTest, AnOutageOfFortyMinutesIsNotNoticed) {
  SignIn(limits::kRefreshAheadMs + 2 * kMinute);
  issuer_.status = 503;
  EXPECT_EQ(RefusedWithin(40 * kMinute), 0);
  EXPECT_LE(issuer_.posts, 70 * 40 / 60);
  EXPECT_GE(issuer_.posts, 20) << "it is tried again and again";
  issuer_.status = 200;
  EXPECT_EQ(RefusedWithin(2 * kMinute), 0);
  EXPECT_NE(Ask(), "at-0");
}

// Matrix A29.
TEST_F(TokenRenewalTest, AnOutageOfAnHourCostsFewRequests) {
  SignIn(2 * kHour, 24 * kHour);
  issuer_.status = 503;
  EXPECT_EQ(RefusedWithin(75 * kMinute), 0) << "it is too early";
  const int before = issuer_.posts;
  EXPECT_EQ(RefusedWithin(45 * kMinute), 0) << "the token is still good";
  EXPECT_EQ(RefusedWithin(15 * kMinute), 15 * 60);
  EXPECT_LE(issuer_.posts - before, 70);
}

TEST_F(TokenRenewalTest, AnOutageIsOverForAnIdleProviderToo) {
  SignIn(limits::kRefreshAheadMs);
  issuer_.status = 503;
  const int posts = PostsWithin(kHour);
  EXPECT_LE(posts, 70);
  EXPECT_GE(posts, 30);
  issuer_.status = 200;
  EXPECT_EQ(PostsWithin(2 * kMinute), 1);
}

TEST_F(TokenRenewalTest, AFailedRenewalIsNothingToThoseWithAGoodToken) {
  SignIn(kMinute);
  issuer_.status = 503;
  std::string told = "none";
  issuer_.during = [&] {
    broker_->Acquire(nullptr, [&told](TokenSource::TokenResult token) {
      told = token.ok() ? std::string(token.value()->bearer.Reveal())
                        : std::string(InfoOf(token.error().code).name);
    });
  };
  EXPECT_EQ(Ask(), "at-0");
  EXPECT_EQ(issuer_.posts, 1);
  EXPECT_EQ(told, "at-0");
}

// Matrix H01.
TEST_F(TokenRenewalTest, AClockThatJumpsAheadRenewsOnce) {
  SignIn(5 * kHour);
  scheduler_.Pass(kMinute);
  clock_.JumpWall(10 * 365 * 24 * kHour);
  EXPECT_EQ(RefusedWithin(kHour), 0);
  EXPECT_EQ(issuer_.posts, 1);
  EXPECT_EQ(Ask(), "at-1");
}

// Matrix H01.
TEST_F(TokenRenewalTest, AClockThatJumpsAllTheTimeRenewsTwiceAMinuteAtMost) {
  SignIn(5 * kHour);
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    clock_.JumpWall(24 * kHour);
    refused += RefusedWithin(kSecond);
    clock_.JumpWall(kHour);
    refused += RefusedWithin(kSecond);
  }
  EXPECT_EQ(refused, 0);
  EXPECT_LE(issuer_.posts, 600 / 30 + 1);
  EXPECT_GE(issuer_.posts, 10);
}

// Matrix H02.
TEST_F(TokenRenewalTest, AClockThatIsSetBackIsNoReasonToRenew) {
  SignIn(5 * kHour);
  clock_.JumpWall(-10 * 365 * 24 * kHour);
  const size_t ran = scheduler_.ran();
  EXPECT_EQ(PostsWithin(10 * kHour), 0);
  EXPECT_LE(scheduler_.ran() - ran, 601u);
}

TEST_F(TokenRenewalTest, WithoutAThreadItIsTriedNowAndThen) {
  SignIn(-kHour);
  runner_.refuses = true;
  const size_t ran = scheduler_.ran();
  scheduler_.Pass(kHour);
  EXPECT_LE(scheduler_.ran() - ran, 2u * 3'600 / 5);
  EXPECT_EQ(Ask(), "no_memory");
}

}  // namespace
}  // namespace xai
