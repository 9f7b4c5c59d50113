// What the queue allocates, and what it does when it cannot.
#include "abi/event_queue.h"

#include <cstdint>
#include <new>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "base/texts.h"
#include "support/no_memory.h"

namespace xai {
namespace {

class EventQueueMemory : public testing::Test {
 protected:
  int32_t Poll() { return queue_.Wait(0, events_, 64); }
  void ExpectNoMemoryEnd() {
    ASSERT_EQ(Poll(), 1);
    EXPECT_EQ(events_[0].kind, LLMP_EV_END);
    EXPECT_EQ(events_[0].status, LLMP_E_NO_MEMORY);
  }
  std::string Text(int i) const { return {events_[i].data, events_[i].size}; }

  // As much as no arena holds yet, so that it must allocate.
  const std::string large_ = std::string(1 << 20, 'x');
  llmp_event events_[64];
  EventQueue queue_{0, 1000, nullptr, nullptr};
};

TEST_F(EventQueueMemory, SteadyStateAllocatesNothing) {
  const std::string text(100, 'x');
  const auto round = [&] {
    for (uint32_t i = 0; i < 20; ++i) queue_.Push({1, LLMP_EV_TEXT, 0, i, text});
    for (uint32_t i = 0; i < 20; ++i) queue_.Push({1, LLMP_EV_TEXT, 0, 7, text});
    int32_t total = 0;
    while (const int32_t count = Poll()) total += count;
    EXPECT_EQ(total, 21);
  };
  for (int i = 0; i < 4; ++i) round();  // both arenas grow, the request is known
  const size_t before = AllocationsHere().count;
  for (int i = 0; i < 1000; ++i) round();
  EXPECT_EQ(AllocationsHere().count, before);
}

TEST_F(EventQueueMemory, GivesBackWhatABurstTook) {
  // Two bursts fill both arenas.  Had they kept the memory, a third would need none.
  for (int i = 0; i < 3; ++i) {
    const size_t before = AllocationsHere().bytes;
    queue_.Push({1, LLMP_EV_TEXT, 0, 0, large_});
    EXPECT_GE(AllocationsHere().bytes - before, large_.size());
    ASSERT_EQ(Poll(), 1);
    ASSERT_EQ(Poll(), 0) << "idle from here";
  }
}

TEST_F(EventQueueMemory, KeepsWhatOneWindowNeeds) {
  const std::string window(limits::kQueueBytesKept / 2, 'x');
  for (int i = 0; i < 2; ++i) {
    queue_.Push({1, LLMP_EV_TEXT, 0, 0, window});
    ASSERT_EQ(Poll(), 1);
    ASSERT_EQ(Poll(), 0);
  }
  const NoMemory none;
  queue_.Push({1, LLMP_EV_TEXT, 0, 0, window});
}

// Matrix D11.
TEST_F(EventQueueMemory, PushWithoutMemoryTakesNothing) {
  queue_.Push({1, LLMP_EV_TEXT, 0, 0, "before "});
  {
    const NoMemory none;
    EXPECT_THROW(queue_.Push({1, LLMP_EV_TEXT, 0, 0, large_}), std::bad_alloc);
    EXPECT_THROW(queue_.Push({1, LLMP_EV_USAGE, 0, 0, large_}), std::bad_alloc);
  }
  queue_.Push({1, LLMP_EV_TEXT, 0, 0, "after"});
  ASSERT_EQ(Poll(), 1);
  EXPECT_EQ(Text(0), "before after");
}

// Matrix D11.
TEST_F(EventQueueMemory, EndArrivesWithoutMemory) {
  queue_.Push({1, LLMP_EV_TEXT, 0, 0, "text"});
  queue_.Push({2, LLMP_EV_TEXT, 0, 0, "text"});
  {
    const NoMemory none;
    queue_.Push({1, LLMP_EV_END, LLMP_OK, 0, large_});
    queue_.Push({2, LLMP_EV_END, LLMP_OK, 0, large_});
  }
  // One at a time, so that the last two wait for a call of their own.
  std::vector<uint64_t> ended;
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(queue_.Wait(0, events_, 1), 1);
    if (events_[0].kind != LLMP_EV_END) continue;
    ended.push_back(events_[0].request);
    EXPECT_EQ(events_[0].status, LLMP_E_NO_MEMORY);
    EXPECT_NE(Text(0).find("\"error\":\"no_memory\""), std::string::npos);
    EXPECT_NE(Text(0).find(hint::kNoMemory), std::string::npos);
    EXPECT_EQ(events_[0].data[events_[0].size], '\0');
    EXPECT_NE(events_[0].time_ns, 0u);
  }
  EXPECT_EQ(ended.size(), 2u);
  EXPECT_NE(ended[0], ended[1]);
  EXPECT_EQ(Poll(), 0);
}

TEST_F(EventQueueMemory, EndArrivesThoughTheStartFoundNoRoom) {
  {
    const NoMemory only_small(1000);
    EXPECT_THROW(queue_.Push({1, LLMP_EV_START, 0, 0, large_}), std::bad_alloc);
    queue_.Push({1, LLMP_EV_END, LLMP_E_NO_MEMORY, 0, large_});
  }
  ExpectNoMemoryEnd();
}

TEST_F(EventQueueMemory, EndOfAnExpectedRequestArrivesThoughNothingElseDid) {
  queue_.Expect(1);
  {
    const NoMemory none;
    queue_.Push({1, LLMP_EV_END, LLMP_OK, 0, large_});
  }
  ExpectNoMemoryEnd();
}

TEST_F(EventQueueMemory, WhatIsNoLongerExpectedHasNoRoom) {
  queue_.Expect(1);
  queue_.ForgetExpected(1);
  const NoMemory none;
  EXPECT_THROW(queue_.Push({1, LLMP_EV_END, LLMP_OK, 0, large_}), std::bad_alloc);
}

TEST_F(EventQueueMemory, WaitNeedsNoMemoryToReportWhatWasDrained) {
  std::vector<uint64_t> drained;
  drained.reserve(64);
  EventQueue queue(0, 10, nullptr, [&](uint64_t request) { drained.push_back(request); });
  for (uint64_t request = 1; request <= 50; ++request) {
    queue.Push({request, LLMP_EV_TEXT, 0, 0, "more than the window"});
  }
  const NoMemory none;
  const int32_t count = queue.Wait(0, events_, 64);
  EXPECT_EQ(count, 50);
  EXPECT_EQ(drained.size(), 50u);
}

TEST_F(EventQueueMemory, EndOfAnUnknownRequestSaysThatItWasNotTaken) {
  const NoMemory none;
  EXPECT_THROW(queue_.Push({9, LLMP_EV_END, LLMP_OK, 0, large_}), std::bad_alloc);
}

}  // namespace
}  // namespace xai
