// Sending again: after a fault that may pass, with another token, on the other lane.
#include "base/limits.h"
#include "grok/completion_course.h"

namespace xai {
namespace {

class CompletionRetryTest : public testing::Test, protected CompletionCourse {
 protected:
  // Whether another attempt comes; the token for it is given.
  bool IsSentAgainWithin(int64_t ms) {
    const size_t before = sent();
    world.scheduler.Pass(ms);
    if (world.tokens.waiting() > 0) world.GiveToken();
    return sent() > before;
  }
  void Succeed() {
    Accept();
    (void)Text("a");
    Finish();
    world.transport.Done();
    ExpectSuccess();
  }
};

constexpr int64_t kPauseMaxMs = 2'000;

TEST_F(CompletionRetryTest, ALostConnectionIsTriedAgain) {
  Send();
  LoseConnection();
  EXPECT_FALSE(IsSentAgainWithin(499)) << "not at once";
  EXPECT_TRUE(IsSentAgainWithin(kPauseMaxMs));
  EXPECT_EQ(world.transport.requests[0].body, world.transport.requests[1].body);
  Succeed();
  EXPECT_EQ(sink.starts.size(), 1u);
}

struct Loss {
  bool sent;
  int64_t after_ms;
  bool again;
};

// Matrix C13.
TEST(CompletionRetryCountTest, WhatMayHaveBeenAnsweredIsNotPaidTwice) {
  const Loss losses[] = {
      {true, 0, true},
      {true, limits::kResendWithinMs, true},
      {true, limits::kResendWithinMs + 1, false},
      {true, 240'000, false},
      {false, 240'000, true},
  };
  for (const Loss& loss : losses) {
    SCOPED_TRACE(std::to_string(loss.after_ms));
    CompletionCourse course;
    course.Send();
    course.world.scheduler.Pass(3'000);  // until there was a connection
    if (loss.sent) course.world.transport.Take();
    course.world.scheduler.Pass(loss.after_ms);
    course.LoseConnection();
    if (!loss.again) {
      course.ExpectFailure("network");
      EXPECT_EQ(course.sent(), 1u);
      continue;
    }
    course.world.scheduler.Pass(kPauseMaxMs);
    EXPECT_EQ(course.world.tokens.waiting(), 1u);
    course.completion->Cancel();
    course.ExpectFailure("cancelled");
  }
}

TEST_F(CompletionRetryTest, WhatWasRefusedIsNotWhatIsLost) {
  Send();
  world.transport.Take();
  world.scheduler.Pass(10'000);
  Refuse(403, kStaleBody);
  world.GiveToken("token-2");
  LoseConnection();  // or rather there was none
  EXPECT_TRUE(IsSentAgainWithin(kPauseMaxMs));
  Succeed();
}

TEST(CompletionRetryCountTest, AtMostAsOftenAsAskedFor) {
  for (int count = 0; count <= 2; ++count) {
    CompletionCourse course;
    course.Send("\"max_retries\":" + std::to_string(count));
    for (int i = 0; i < count; ++i) {
      course.LoseConnection();
      EXPECT_TRUE(course.sink.ends.empty());
      course.world.scheduler.Pass(kPauseMaxMs);
      course.world.GiveToken();
    }
    course.LoseConnection();
    course.ExpectFailure("network");
    EXPECT_EQ(course.sent(), static_cast<size_t>(count) + 1);
  }
}

struct Refusal {
  int status;
  const char* retry_after;  // null: none
  const char* should_retry;
  int64_t again_after_ms;  // 0: never
  const char* error;       // if never
};

TEST(CompletionRetryCountTest, OnlyWhatXaiAsksForWithinBounds) {
  const Refusal refusals[] = {
      {429, "0", "", 500, ""},
      {429, "30", "", 30'000, ""},
      {429, "31", "", 0, "rate_limited"},
      {429, nullptr, "", 0, "rate_limited"},
      {429, "1", "false", 0, "rate_limited"},
      {429, "1", "true", 1'000, ""},
      {503, "2", "", 2'000, ""},
      {503, nullptr, "", 0, "overloaded"},
      {503, "2", "false", 0, "overloaded"},
      {500, "1", "", 0, "upstream"},
      {500, "1", "true", 0, "upstream"},
      {404, "1", "", 0, "model_unavailable"},
  };
  for (const Refusal& one : refusals) {
    SCOPED_TRACE(std::to_string(one.status) +
                 (one.retry_after == nullptr ? "-" : one.retry_after) + one.should_retry);
    CompletionCourse course;
    course.Send();
    std::vector<HttpHeader> headers;
    if (one.retry_after != nullptr) headers.push_back({"retry-after", one.retry_after});
    if (*one.should_retry != '\0') {
      headers.push_back({"x-should-retry", one.should_retry});
    }
    course.Refuse(one.status, "", headers);
    if (one.again_after_ms == 0) {
      course.ExpectFailure(one.error);
      EXPECT_EQ(course.sent(), 1u);
      continue;
    }
    course.world.scheduler.Pass(one.again_after_ms - 1);
    EXPECT_EQ(course.world.tokens.waiting(), 0u);
    course.world.scheduler.Pass(kPauseMaxMs);
    EXPECT_EQ(course.world.tokens.waiting(), 1u);
    course.completion->Cancel();
    course.ExpectFailure("cancelled");
  }
}

TEST(CompletionRetryCountTest, NobodyWaitsLongerThanTheRequestMayTake) {
  for (const int64_t timeout_ms : {5'000, 20'000, 20'001}) {
    CompletionCourse course;
    course.Send("\"timeout_ms\":" + std::to_string(timeout_ms));
    course.Refuse(429, R"({"error":"slow"})", {{"retry-after", "20"}});
    if (timeout_ms > 20'000) {
      course.world.scheduler.Pass(20'000);
      EXPECT_EQ(course.world.tokens.waiting(), 1u);
      course.completion->Cancel();
      course.ExpectFailure("cancelled");
      continue;
    }
    course.ExpectFailure("rate_limited");
    EXPECT_EQ(course.End()["http_status"].Integer(), 429);
    EXPECT_EQ(course.End()["retry_after_ms"].Integer(), 20'000);
  }
}

TEST(CompletionRetryCountTest, NorLongerThanIsLeftOfIt) {
  CompletionCourse course;
  course.Send("\"timeout_ms\":5000");
  course.world.scheduler.Pass(4'600);
  course.LoseConnection();
  course.ExpectFailure("network");
}

// Matrix C30.
TEST_F(CompletionRetryTest, APageWithoutAnEndIsNotWaitedFor) {
  Send();
  world.transport.Head(500, {{"content-type", "text/html"}});
  EXPECT_TRUE(world.transport.Body("<html>" + std::string(60'000, 'x')));
  EXPECT_FALSE(world.transport.Body(std::string(60'000, 'x'))) << "enough is known";
  EXPECT_FALSE(world.transport.Body(std::string(60'000, 'x')));
  EXPECT_TRUE(sink.ends.empty()) << "not from within a call";
  world.scheduler.RunDue();
  EXPECT_TRUE(Sent().cancelled);
  ExpectFailure("upstream");
}

TEST_F(CompletionRetryTest, APageThatEndsAtTheBoundEndsOnce) {
  Send();
  world.transport.Head(500, {{"content-type", "text/html"}});
  (void)world.transport.Body("<html>" + std::string(65'536, 'x'));
  world.transport.Done();
  EXPECT_FALSE(Sent().cancelled);
  ExpectFailure("upstream");
}

TEST_F(CompletionRetryTest, NothingIsSentAgainOnceAnAnswerHasBegun) {
  Send();
  Accept();
  LoseConnection();
  ExpectFailure("truncated");
  EXPECT_EQ(sent(), 1u);
}

TEST_F(CompletionRetryTest, OurOwnPauseIsNoSilenceOfXai) {
  world.config.first_byte_ms = 1'000;
  Send();
  Refuse(503, "", {{"retry-after", "30"}});
  const size_t before = world.scheduler.ran();
  EXPECT_TRUE(IsSentAgainWithin(30'000));
  EXPECT_LE(world.scheduler.ran() - before, 60u) << "it does not spin";
  Succeed();
}

// Matrix A37.
TEST_F(CompletionRetryTest, AStaleTokenIsRenewedOnce) {
  Send();
  Refuse(403, kStaleBody);
  ASSERT_EQ(world.tokens.waiting(), 1u);
  EXPECT_EQ(world.tokens.rejected, (std::vector<std::string>{"none", "token-1"}));
  world.GiveToken("token-2");
  ASSERT_EQ(sent(), 2u);
  EXPECT_EQ(Sent().bearer, "token-2");
  EXPECT_EQ(Sent().body, world.transport.requests[0].body);
  Succeed();
}

TEST_F(CompletionRetryTest, ATokenThatStaysRefusedIsXaisFault) {
  Send();
  Refuse(401, R"({"detail":"Not authenticated"})");
  world.GiveToken("token-2");
  Refuse(401, R"({"detail":"Not authenticated"})");
  ExpectFailure("upstream", "token_not_accepted");
  EXPECT_EQ(End()["http_status"].Integer(), 401);
  EXPECT_EQ(world.tokens.rejected.size(), 2u);
  EXPECT_EQ(sent(), 2u);
}

TEST_F(CompletionRetryTest, ARenewalThatFailsEndsIt) {
  Send();
  Refuse(401, "");
  world.tokens.Fail(Error::Make(ErrorCode::kReauthRequired, "gone", "grant_revoked"));
  ExpectFailure("reauth_required", "grant_revoked");
}

// Matrix A39.
TEST_F(CompletionRetryTest, NoOtherRefusalTouchesTheToken) {
  for (const char* body :
       {R"({"code":"permission-denied","error":"no"})", "I can't help with that.",
        R"({"error":"You ran out of credits."})"}) {
    CompletionCourse course;
    course.Send();
    course.Refuse(403, body);
    EXPECT_EQ(course.world.tokens.rejected.size(), 1u) << body;
    EXPECT_EQ(course.sink.ends.size(), 1u);
  }
}

struct Mint {
  int64_t age_ms;
  int64_t life_ms;
  bool fresh;
};

// Matrix A40, H09.
TEST(CompletionFreshMintTest, AYoungTokenIsNotAtFault) {
  const int64_t hour = ApiWorld::kHourMs;
  const Mint mints[] = {
      {0, 6 * hour, true},
      {119'999, 6 * hour, true},
      {120'000, 6 * hour, false},
      {24'999, 100'000, true},
      {25'000, 100'000, false},
      {-119'999, 6 * hour, true},  // of a process whose clock was ahead
      {-120'000, 6 * hour, false},
      {-10 * 8'766 * hour, 6 * hour, false},  // H02: set back by years, nobody knows
  };
  for (const Mint& mint : mints) {
    SCOPED_TRACE(std::to_string(mint.age_ms));
    CompletionCourse course;
    course.Start();
    ApiWorld& world = course.world;
    world.tokens.Give("young", world.clock.NowMs() - mint.age_ms, mint.life_ms);
    course.Refuse(403, CompletionCourse::kStaleBody);
    EXPECT_EQ(world.tokens.waiting(), mint.fresh ? 0u : 1u);
    world.scheduler.Pass(1'000);
    if (mint.fresh) {
      // Asked for again, since somebody may have signed out: the same one.
      ASSERT_EQ(world.tokens.waiting(), 1u);
      world.tokens.Give("young", world.clock.NowMs() - mint.age_ms, mint.life_ms);
    }
    EXPECT_EQ(course.sent(), mint.fresh ? 2u : 1u);
    if (mint.fresh) {
      EXPECT_EQ(course.Sent().bearer, "young");
      course.Refuse(403, CompletionCourse::kStaleBody);
      course.ExpectFailure("upstream", "token_not_accepted");
      EXPECT_EQ(world.tokens.rejected, (std::vector<std::string>{"none", "none"}))
          << "never renewed";
    } else {
      course.completion->Cancel();
      course.ExpectFailure("cancelled");
    }
  }
}

constexpr const char* kWrongLane =
    R"("Multi Agent requests are not allowed on chat completions")";

TEST_F(CompletionRetryTest, TheWrongLaneIsLeftOnceAndRemembered) {
  Send("", "grok-9");
  Refuse(400, kWrongLane);
  world.GiveToken();
  ASSERT_EQ(sent(), 2u);
  EXPECT_EQ(Sent().url, "https://api.x.ai/v1/responses");
  EXPECT_EQ(world.learned.at("grok-9").lane, Lane::kResponses);
  Accept();
  (void)Event(R"({"type":"response.completed","response":{"status":"completed"}})");
  world.transport.Done();
  ExpectSuccess();
  EXPECT_EQ(End()["lane"].String(), "responses");
  EXPECT_EQ(sink.starts.size(), 1u);

  CollectingSink next;
  std::unique_ptr<JsonDocument> request =
      MustParse(R"({"model":"grok-9","messages":[{"role":"user","content":"hi"}]})");
  RequestOptions options;
  options.model = "grok-9";
  completion = std::make_unique<Completion>(world.services, std::move(request), options,
                                            &next, [] {});
  completion->Start();
  EXPECT_NE(next.starts[0].find("\"responses\""), std::string::npos);
  world.GiveToken();
  EXPECT_EQ(Sent().url, "https://api.x.ai/v1/responses");
  Refuse(400, kWrongLane);
  EXPECT_EQ(next.ends.size(), 1u) << "there is no third lane";
  EXPECT_EQ(sent(), 3u);
}

// Matrix C36.
TEST_F(CompletionRetryTest, AProxyThatWantsASignInIsNotXai) {
  world.config.proxied = true;
  Send();
  Refuse(407, "<html>");
  ExpectFailure("proxy", "proxy_auth");
  EXPECT_EQ(sent(), 1u);
}

TEST_F(CompletionRetryTest, WithoutAProxyTheSameIsAFaultOfXais) {
  Send();
  Refuse(407, "<html>");
  ExpectFailure("upstream");
  EXPECT_EQ(sent(), 1u);
}

}  // namespace
}  // namespace xai
