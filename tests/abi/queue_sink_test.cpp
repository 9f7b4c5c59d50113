#include "abi/queue_sink.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error_json.h"

namespace xai {
namespace {

class QueueSinkTest : public testing::Test {
 protected:
  // What waits in the queue.
  std::vector<llmp_event> Take() {
    std::vector<llmp_event> events(16);
    const int32_t count =
        queue_->Wait(0, events.data(), static_cast<uint32_t>(events.size()));
    EXPECT_GE(count, 0);
    events.resize(static_cast<size_t>(count < 0 ? 0 : count));
    return events;
  }

  std::shared_ptr<EventQueue> queue_ =
      std::make_shared<EventQueue>(0, 400, nullptr, nullptr);
  int ends_ = 0;
  WakeBatch wakes_;
  QueueSink sink_{queue_, 77, &wakes_, [this] { ++ends_; }};
};

TEST_F(QueueSinkTest, PutsEachPieceIntoItsEvent) {
  ToolCall call;
  call.id = "c\"1";
  call.name = "f";
  call.arguments = "not told here";
  Usage usage;
  usage.input_tokens = 3;
  sink_.OnStart("{\"s\":1}");
  EXPECT_TRUE(sink_.OnReasoning("r"));
  EXPECT_TRUE(sink_.OnText("t"));
  EXPECT_TRUE(sink_.OnToolCall(2, call));
  EXPECT_TRUE(sink_.OnToolArguments(2, "{}"));
  EXPECT_TRUE(sink_.OnUsage(usage));
  EXPECT_EQ(ends_, 0);
  sink_.OnEnd(nullptr, "{\"ok\":true}");
  EXPECT_EQ(ends_, 1);

  struct Expected {
    uint32_t kind;
    uint32_t index;
    const char* data;
  };
  const std::vector<Expected> expected = {
      {LLMP_EV_START, 0, "{\"s\":1}"},
      {LLMP_EV_REASONING, 0, "r"},
      {LLMP_EV_TEXT, 0, "t"},
      {LLMP_EV_TOOL_CALL, 2, R"({"id":"c\"1","name":"f"})"},
      {LLMP_EV_TOOL_ARGS, 2, "{}"},
      {LLMP_EV_USAGE, 0, R"({"input_tokens":3})"},
      {LLMP_EV_END, 0, "{\"ok\":true}"},
  };
  const std::vector<llmp_event> events = Take();
  ASSERT_EQ(events.size(), expected.size());
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].request, 77u);
    EXPECT_EQ(events[i].kind, expected[i].kind) << i;
    EXPECT_EQ(events[i].index, expected[i].index) << i;
    EXPECT_STREQ(events[i].data, expected[i].data) << i;
    EXPECT_EQ(events[i].status, LLMP_OK);
  }
}

TEST_F(QueueSinkTest, AnErrorBecomesTheStatus) {
  const Error error = Error::Make(ErrorCode::kRateLimited, "slow down");
  sink_.OnEnd(&error, "{\"ok\":false}");
  const std::vector<llmp_event> events = Take();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].status, LLMP_E_RATE_LIMIT);
}

TEST_F(QueueSinkTest, TheNumberIsFreeBeforeTheEndIsSeen) {
  bool seen = false;
  QueueSink sink(queue_, 78, &wakes_, [&] { seen = !Take().empty(); });
  sink.OnEnd(nullptr, "{}");
  EXPECT_FALSE(seen);
  EXPECT_EQ(Take().size(), 1u);
}

// Matrix D12.
TEST_F(QueueSinkTest, ARequestThatNobodyEndsEndsAllTheSame) {
  {
    QueueSink lost(queue_, 78, &wakes_, [this] { ++ends_; });
    lost.OnTaken();
    EXPECT_TRUE(lost.OnText("t"));
  }
  EXPECT_EQ(ends_, 1);
  const std::vector<llmp_event> events = Take();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].kind, LLMP_EV_END);
  EXPECT_EQ(events[1].status, LLMP_E_NO_MEMORY);
  EXPECT_STREQ(events[1].data, std::string(kNoMemoryDocument).c_str());
}

TEST_F(QueueSinkTest, ARequestThatWasNotBegunHasNoEnd) {
  {
    const QueueSink refused(queue_, 78, &wakes_, [this] { ++ends_; });
  }
  EXPECT_EQ(ends_, 0);
  EXPECT_TRUE(Take().empty());
}

TEST_F(QueueSinkTest, AFullWindowAsksForAPause) {
  EXPECT_TRUE(sink_.OnText(std::string(300, 'a')));
  EXPECT_FALSE(sink_.OnText(std::string(300, 'b')));
  EXPECT_EQ(Take().size(), 1u);
  EXPECT_TRUE(sink_.OnText("a"));
}

TEST_F(QueueSinkTest, WakesOnceForAllThatCame) {
  int woken = 0;
  const auto queue = std::make_shared<EventQueue>(
      0, 64, [&woken] { ++woken; }, nullptr);
  for (int round = 1; round <= 3; ++round) {
    QueueSink first(queue, 1, &wakes_, [] {});
    QueueSink second(queue, 2, &wakes_, [] {});
    EXPECT_TRUE(first.OnText("a"));
    EXPECT_TRUE(second.OnText("b"));
    first.OnEnd(nullptr, "{}");
    second.OnEnd(nullptr, "{}");
    EXPECT_EQ(woken, round - 1);
    wakes_.Flush();
    EXPECT_EQ(woken, round);
    llmp_event events[8];
    EXPECT_EQ(queue->Wait(0, events, 8), 4);
  }
  wakes_.Flush();
  EXPECT_EQ(woken, 3) << "there was nothing";
}

TEST_F(QueueSinkTest, WithoutABatchEachEventWakes) {
  int woken = 0;
  const auto queue = std::make_shared<EventQueue>(
      0, 64, [&woken] { ++woken; }, nullptr);
  QueueSink sink(queue, 1, nullptr, [] {});
  EXPECT_TRUE(sink.OnText("a"));
  EXPECT_EQ(woken, 1);
  sink.OnEnd(nullptr, "{}");
}

TEST_F(QueueSinkTest, AfterTheQueueIsClosedNothingHappens) {
  queue_->Close();
  sink_.OnStart("{}");
  (void)sink_.OnText("a");
  sink_.OnEnd(nullptr, "{}");
  EXPECT_EQ(ends_, 1);
}

}  // namespace
}  // namespace xai
