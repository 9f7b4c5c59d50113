// A completion that ends early: for want of an answer in time, or because the host says
// so.
#include "grok/completion_course.h"

namespace xai {
namespace {

class CompletionTimeTest : public testing::Test, protected CompletionCourse {
 protected:
  CompletionTimeTest() {
    world.config.first_byte_ms = 10'000;
    world.config.idle_ms = 4'000;
    world.config.content_idle_ms = 9'000;
  }

  // Fails if it ends before so much time has passed, or not right then.
  void ExpectTimeoutAfter(int64_t ms, std::string_view reason) {
    world.scheduler.Pass(ms - 1);
    EXPECT_TRUE(sink.ends.empty());
    world.scheduler.Pass(1);
    EXPECT_EQ(sink.ends.size(), 1u);
    EXPECT_FALSE(world.transport.open());
    ExpectFailure("timeout", reason);
  }
};

TEST_F(CompletionTimeTest, WaitsForTheFirstByteOnlySoLong) {
  Send();
  ExpectTimeoutAfter(10'000, "first_byte");
  EXPECT_TRUE(Sent().cancelled);
  EXPECT_EQ(sent(), 1u) << "xAI may have done the work: not sent again";
}

TEST_F(CompletionTimeTest, TheWaitForATokenCounts) {
  Start();
  ExpectTimeoutAfter(10'000, "first_byte");
  world.GiveToken();
  EXPECT_EQ(sent(), 0u);
}

TEST_F(CompletionTimeTest, SilenceAfterTheHeadCounts) {
  Send();
  world.scheduler.Pass(9'000);
  Accept();
  ExpectTimeoutAfter(4'000, "idle");
}

TEST_F(CompletionTimeTest, AnyByteEndsTheSilence) {
  Send();
  Accept();
  for (int i = 0; i < 2; ++i) {
    world.scheduler.Pass(3'999);
    (void)world.transport.Body(": ping\n\n");
  }
  (void)Text("a");
  ExpectTimeoutAfter(4'000, "idle");
  EXPECT_EQ(End()["bytes_delivered"].Integer(), 1);
}

// Matrix C19.
TEST_F(CompletionTimeTest, NearlyFiveMinutesOfSilenceAreWaitedFor) {
  world.config = ApiConfig();
  Send();
  world.scheduler.Pass(290'000);
  Accept();
  world.scheduler.Pass(290'000);
  (void)Text("a");
  world.scheduler.Pass(290'000);
  Finish();
  world.transport.Done();
  ExpectSuccess();
}

// Matrix C18.
TEST_F(CompletionTimeTest, SignsOfLifeAreNoContent) {
  Send();
  Accept();
  (void)Text("a");
  for (int i = 0; i < 8; ++i) {
    world.scheduler.Pass(1'000);
    (void)Event(R"({"choices":[{"delta":{}}]})");
  }
  EXPECT_TRUE(sink.ends.empty());
  ExpectTimeoutAfter(1'000, "content_idle");
}

TEST_F(CompletionTimeTest, ContentEndsTheWaitForIt) {
  Send();
  Accept();
  for (int i = 0; i < 20; ++i) {
    world.scheduler.Pass(3'000);
    (void)Text("a");
  }
  EXPECT_TRUE(sink.ends.empty());
  completion->Cancel();
  ExpectFailure("cancelled");
}

TEST_F(CompletionTimeTest, TheWholeRequestHasABound) {
  Send(R"("timeout_ms":12000)");
  Accept();
  for (int i = 0; i < 11; ++i) {
    world.scheduler.Pass(1'000);
    (void)Text("a");
  }
  ExpectTimeoutAfter(1'000, "total");
}

TEST_F(CompletionTimeTest, TheBoundHoldsAcrossAttempts) {
  Send(R"("timeout_ms":25000)");
  Refuse(503, "", {{"retry-after", "20"}});
  world.scheduler.Pass(20'000);
  world.GiveToken();
  EXPECT_EQ(sent(), 2u);
  ExpectTimeoutAfter(5'000, "total");
}

TEST_F(CompletionTimeTest, TheBoundHoldsAcrossAPause) {
  Send(R"("timeout_ms":5000)");
  Refuse(503, "", {{"retry-after", "4"}});
  ExpectTimeoutAfter(5'000, "total");
  EXPECT_EQ(sent(), 1u);
}

TEST_F(CompletionTimeTest, ASlowHostIsNotXaisSilence) {
  Send();
  Accept();
  sink.pause = true;
  EXPECT_FALSE(Text("a"));
  world.scheduler.Pass(60'000);
  EXPECT_TRUE(sink.ends.empty());
  completion->Resume();
  ExpectTimeoutAfter(4'000, "idle");
}

TEST_F(CompletionTimeTest, ASlowHostStillHasItsOwnBound) {
  Send(R"("timeout_ms":30000)");
  Accept();
  sink.pause = true;
  EXPECT_FALSE(Text("a"));
  ExpectTimeoutAfter(30'000, "total");
}

TEST_F(CompletionTimeTest, CollectingHasTheSameBounds) {
  Send(R"("stream":false)");
  Accept("application/json");
  (void)world.transport.Body("{");
  ExpectTimeoutAfter(4'000, "idle");
}

// Cancelling in each phase: one END, nothing sent afterwards, everything let go.

class CompletionCancelTest : public testing::Test, protected CompletionCourse {
 protected:
  void ExpectCancelled() {
    const size_t before = sent();
    const std::string told = sink.log;
    completion->Cancel();
    EXPECT_EQ(sink.log, told + "E");
    completion->Cancel();
    world.scheduler.Pass(120'000);
    EXPECT_EQ(sent(), before);
    ExpectFailure("cancelled");
  }
};

TEST_F(CompletionCancelTest, WhileItWaitsForAToken) {
  Start();
  ExpectCancelled();
  world.GiveToken();
  EXPECT_EQ(sent(), 0u);
}

TEST_F(CompletionCancelTest, BeforeTheHead) {
  Send();
  ExpectCancelled();
  EXPECT_TRUE(Sent().cancelled);
}

TEST_F(CompletionCancelTest, WithinTheAnswer) {
  Send();
  Accept();
  (void)Text("abc");
  ExpectCancelled();
  EXPECT_TRUE(Sent().cancelled);
  EXPECT_EQ(End()["bytes_delivered"].Integer(), 3);
}

TEST_F(CompletionCancelTest, WhilePaused) {
  Send();
  Accept();
  sink.pause = true;
  (void)Text("a");
  ExpectCancelled();
}

TEST_F(CompletionCancelTest, WhileCollecting) {
  Send(R"("stream":false)");
  Accept("application/json");
  (void)world.transport.Body("{");
  ExpectCancelled();
}

TEST_F(CompletionCancelTest, BetweenTwoAttempts) {
  Send();
  LoseConnection();
  ExpectCancelled();
}

TEST_F(CompletionCancelTest, WhenTheNextAttemptIsDueAnyway) {
  Send();
  LoseConnection();
  world.clock.Advance(60'000);
  ExpectCancelled();
  EXPECT_EQ(world.tokens.rejected.size(), 1u);
}

TEST_F(CompletionCancelTest, WhileTheTokenIsRenewed) {
  Send();
  Refuse(401, "");
  ExpectCancelled();
}

TEST_F(CompletionCancelTest, WhileAYoungTokenRests) {
  Start();
  world.tokens.Give("young", world.clock.NowMs(), ApiWorld::kHourMs);
  Refuse(401, "");
  ExpectCancelled();
}

// Matrix C38.
TEST_F(CompletionCancelTest, AfterTheEndItChangesNothing) {
  Send();
  Accept();
  (void)Text("a");
  Finish();
  completion->Cancel();
  EXPECT_EQ(sink.log, "STE");
  EXPECT_TRUE(Sent().cancelled);
  ExpectSuccess();
}

TEST_F(CompletionCancelTest, DestroyingItTellsNothing) {
  Send();
  Accept();
  completion.reset();
  EXPECT_TRUE(Sent().cancelled);
  EXPECT_EQ(world.scheduler.waiting(), 0u);
  EXPECT_EQ(sink.log, "S");
}

}  // namespace
}  // namespace xai
