#include "abi/event_queue.h"

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "base/unique_fd.h"

namespace xai {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr size_t kWindow = 1000;
constexpr size_t kRecord = limits::kEventRecordBytes;

std::string Text(const llmp_event& event) {
  return {event.data, event.size};
}

// A queue with its callbacks on record.
class EventQueueTest : public testing::Test {
 protected:
  bool Push(uint64_t request, uint32_t kind, std::string_view data, uint32_t index = 0,
            int32_t status = 0) {
    return queue_.Push({request, kind, status, index, data});
  }
  bool PushText(uint64_t request, std::string_view data) {
    return Push(request, LLMP_EV_TEXT, data);
  }

  // One Wait() that does not wait.
  std::vector<llmp_event> Poll(uint32_t cap = 64) {
    std::vector<llmp_event> events(cap);
    const int32_t count = queue_.Wait(0, events.data(), cap);
    EXPECT_GE(count, 0);
    events.resize(static_cast<size_t>(std::max(count, 0)));
    return events;
  }

  int wakes_ = 0;
  std::vector<uint64_t> drained_;
  EventQueue queue_{0, kWindow, [this] { ++wakes_; },
                    [this](uint64_t request) { drained_.push_back(request); }};
};

bool Readable(int fd) {
  pollfd poll_fd = {fd, POLLIN, 0};
  return poll(&poll_fd, 1, 0) == 1;
}

TEST_F(EventQueueTest, HandsOutWhatWasPushedInOrder) {
  Push(7, LLMP_EV_START, "{}");
  PushText(7, "hello");
  Push(7, LLMP_EV_TOOL_CALL, "{\"id\":1}", 3);
  Push(7, LLMP_EV_END, "{\"ok\":false}", 0, LLMP_E_NETWORK);

  const std::vector<llmp_event> events = Poll();

  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[0].kind, LLMP_EV_START);
  EXPECT_EQ(Text(events[1]), "hello");
  EXPECT_EQ(events[2].index, 3u);
  EXPECT_EQ(events[3].status, LLMP_E_NETWORK);
  for (const llmp_event& event : events) {
    EXPECT_EQ(event.request, 7u);
    EXPECT_EQ(event.flags, 0u);
    EXPECT_EQ(event.reserved[0], 0u);
    EXPECT_EQ(event.reserved[1], 0u);
    EXPECT_EQ(event.data[event.size], '\0');
  }
}

TEST_F(EventQueueTest, DataIsNeverNull) {
  Push(1, LLMP_EV_USAGE, {});
  Push(1, LLMP_EV_USAGE, std::string_view(nullptr, 0));
  for (const llmp_event& event : Poll()) {
    ASSERT_NE(event.data, nullptr);
    EXPECT_EQ(event.size, 0u);
    EXPECT_EQ(*event.data, '\0');
  }
}

TEST_F(EventQueueTest, JoinsAdjacentBytesOfOnePart) {
  for (const uint32_t kind : {LLMP_EV_TEXT, LLMP_EV_REASONING, LLMP_EV_TOOL_ARGS}) {
    Push(1, kind, "one ", 2);
    Push(1, kind, "two ", 2);
    Push(1, kind, "", 2);
    Push(1, kind, "three", 2);
    const std::vector<llmp_event> events = Poll();
    ASSERT_EQ(events.size(), 1u) << kind;
    EXPECT_EQ(Text(events[0]), "one two three");
    EXPECT_EQ(events[0].data[events[0].size], '\0');
  }
}

TEST_F(EventQueueTest, DoesNotJoinAcrossRequestKindIndexOrAnotherEvent) {
  PushText(1, "a");
  PushText(2, "b");
  Push(2, LLMP_EV_REASONING, "c");
  Push(2, LLMP_EV_REASONING, "d", 1);
  Push(2, LLMP_EV_USAGE, "{}");
  Push(2, LLMP_EV_USAGE, "{}");
  Push(2, LLMP_EV_REASONING, "e", 1);
  EXPECT_EQ(Poll().size(), 7u);
}

TEST_F(EventQueueTest, DoesNotJoinToWhatWasHandedOut) {
  PushText(1, "a");
  const std::vector<llmp_event> first = Poll();
  PushText(1, "b");
  EXPECT_EQ(Text(first[0]), "a");
  EXPECT_EQ(Text(Poll()[0]), "b");
}

TEST_F(EventQueueTest, TimeIsThatOfTheFirstByte) {
  const auto now = [] {
    return static_cast<uint64_t>(steady_clock::now().time_since_epoch().count());
  };
  const uint64_t before = now();
  PushText(1, "a");
  const uint64_t after = now();
  PushText(1, "b");
  const std::vector<llmp_event> events = Poll();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_GE(events[0].time_ns, before);
  EXPECT_LE(events[0].time_ns, after);
}

TEST_F(EventQueueTest, RespectsCapAndServesTheRestFirst) {
  for (uint64_t request = 1; request <= 5; ++request) PushText(request, "x");
  const std::vector<llmp_event> first = Poll(2);
  ASSERT_EQ(first.size(), 2u);
  PushText(6, "later");
  const std::vector<llmp_event> rest = Poll(64);
  ASSERT_EQ(rest.size(), 3u);
  EXPECT_EQ(rest[0].request, 3u);
  EXPECT_EQ(Text(rest[2]), "x");
  const std::vector<llmp_event> last = Poll(64);
  ASSERT_EQ(last.size(), 1u);
  EXPECT_EQ(Text(last[0]), "later");
  EXPECT_TRUE(Poll().empty());
}

TEST_F(EventQueueTest, BytesStayUntilTheNextWait) {
  PushText(1, "kept");
  const std::vector<llmp_event> events = Poll();
  for (int i = 0; i < 1000; ++i) PushText(2, std::string(100, 'x'));
  EXPECT_EQ(Text(events[0]), "kept");
}

TEST_F(EventQueueTest, CapOfZeroTakesNothing) {
  EXPECT_EQ(queue_.Wait(0, nullptr, 0), 0);
  PushText(1, "a");
  EXPECT_EQ(queue_.Wait(-1, nullptr, 0), 0);
  EXPECT_EQ(queue_.Wait(-1, nullptr, 8), 0);
  EXPECT_EQ(Poll().size(), 1u);
}

TEST_F(EventQueueTest, WaitsAsLongAsAskedAndNoLonger) {
  llmp_event event;
  const auto start = steady_clock::now();
  EXPECT_EQ(queue_.Wait(50, &event, 1), 0);
  const auto took = steady_clock::now() - start;
  EXPECT_GE(took, milliseconds(50));
  EXPECT_LT(took, milliseconds(5000));
}

TEST_F(EventQueueTest, SaysWhenAnEmptyQueueIsNotAnyMore) {
  PushText(1, "a");
  PushText(2, "b");
  EXPECT_EQ(wakes_, 1);
  Poll(1);
  PushText(3, "c");
  EXPECT_EQ(wakes_, 1) << "one event was still waiting";
  Poll(1);
  Poll(1);
  PushText(4, "d");
  EXPECT_EQ(wakes_, 2);
}

TEST_F(EventQueueTest, KnowsItsFlags) {
  EXPECT_FALSE(queue_.notify());
  EXPECT_TRUE(EventQueue(LLMP_QUEUE_NOTIFY, 1, nullptr, nullptr).notify());
}

TEST_F(EventQueueTest, WindowIsFullPastItsSizeAndOpensAtHalf) {
  EXPECT_TRUE(PushText(1, std::string(kWindow - kRecord, 'x'))) << "at the bound";
  EXPECT_FALSE(PushText(1, "y")) << "one past it";
  EXPECT_FALSE(PushText(1, "")) << "still past it";
  EXPECT_TRUE(PushText(2, "another request has its own window"));
  EXPECT_TRUE(drained_.empty());
  Poll();
  EXPECT_THAT(drained_, testing::ElementsAre(1));
  EXPECT_TRUE(PushText(1, "z"));
}

// Matrix C37.
TEST_F(EventQueueTest, TinyEventsFillTheWindowByWhatTheyCost) {
  const auto push = [this](uint32_t number) {
    return Push(1, number % 2 == 0 ? LLMP_EV_TEXT : LLMP_EV_REASONING, "x");
  };
  constexpr uint32_t kRoom = kWindow / (kRecord + 1);
  for (uint32_t i = 0; i < kRoom; ++i) EXPECT_TRUE(push(i)) << i;
  EXPECT_FALSE(push(kRoom)) << "one past it";
  while (drained_.empty()) ASSERT_EQ(Poll(1).size(), 1u);
  // Half is read, and no more is counted of what was.
  EXPECT_EQ(Poll().size(), kWindow / 2 / (kRecord + 1));
  for (uint32_t i = 0; i < kRoom; ++i) EXPECT_TRUE(push(i)) << i;
  EXPECT_FALSE(push(kRoom));
}

TEST_F(EventQueueTest, WhatIsJoinedCountsAsOneEvent) {
  for (size_t i = 0; i < kWindow - kRecord; ++i) EXPECT_TRUE(PushText(1, "x")) << i;
  EXPECT_FALSE(PushText(1, "x"));
  EXPECT_EQ(Poll().size(), 1u);
  EXPECT_THAT(drained_, testing::ElementsAre(1));
}

TEST_F(EventQueueTest, WindowOpensOnceWhenHalfIsRead) {
  for (uint32_t index = 0; index < 4; ++index) {
    Push(1, LLMP_EV_TOOL_ARGS, std::string(400, 'x'), index);
  }
  Poll(2);
  EXPECT_TRUE(drained_.empty()) << "more than 800 bytes left";
  Poll(1);
  EXPECT_THAT(drained_, testing::ElementsAre(1)) << "not 500 left";
  Poll(1);
  EXPECT_EQ(drained_.size(), 1u);
}

TEST_F(EventQueueTest, RequestIsForgottenWithItsEnd) {
  PushText(1, std::string(kWindow + 1, 'x'));
  Push(1, LLMP_EV_END, "{}");
  Poll();
  drained_.clear();
  // Counts from 0 again: nothing was kept of the first.
  EXPECT_TRUE(PushText(1, std::string(kWindow - kRecord, 'x')));
}

TEST_F(EventQueueTest, EventsOfTheProviderHaveNoWindow) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(Push(0, LLMP_EV_LOG, std::string(kWindow, 'x')));
  }
  EXPECT_EQ(Poll().size(), 10u);
}

TEST_F(EventQueueTest, WakeEndsTheNextWaitOnce) {
  queue_.Wake();
  queue_.Wake();
  llmp_event event;
  EXPECT_EQ(queue_.Wait(-1, &event, 1), 0);
  PushText(1, "a");
  EXPECT_EQ(queue_.Wait(-1, &event, 1), 1);
}

TEST_F(EventQueueTest, WakeEndsTheNextWaitEvenWithEvents) {
  PushText(1, "a");
  queue_.Wake();
  EXPECT_TRUE(Poll().empty());
  EXPECT_EQ(Poll().size(), 1u);
}

TEST_F(EventQueueTest, WakeEndsARunningWait) {
  llmp_event event;
  std::thread other([this] { queue_.Wake(); });
  EXPECT_EQ(queue_.Wait(-1, &event, 1), 0);
  other.join();
}

TEST_F(EventQueueTest, PushEndsARunningWait) {
  llmp_event event;
  std::thread other([this] { PushText(1, "a"); });
  EXPECT_EQ(queue_.Wait(-1, &event, 1), 1);
  other.join();
  EXPECT_EQ(Text(event), "a");
}

TEST_F(EventQueueTest, CloseEndsARunningWaitAndEverythingElse) {
  llmp_event event;
  std::thread other([this] { queue_.Close(); });
  EXPECT_EQ(queue_.Wait(-1, &event, 1), LLMP_E_CLOSED);
  other.join();
  EXPECT_TRUE(PushText(1, std::string(2 * kWindow, 'x')));
  EXPECT_EQ(queue_.Wait(0, &event, 1), LLMP_E_CLOSED);
  EXPECT_EQ(queue_.DupFd(), -1);
  EXPECT_EQ(wakes_, 0);
}

TEST_F(EventQueueTest, DescriptorIsReadableWhileThereAreEvents) {
  const UniqueFd fd(queue_.DupFd());
  ASSERT_TRUE(fd.valid());
  EXPECT_FALSE(Readable(fd.get()));
  PushText(1, "a");
  PushText(2, "b");
  EXPECT_TRUE(Readable(fd.get()));
  Poll(1);
  EXPECT_TRUE(Readable(fd.get())) << "one is left";
  Poll(1);
  EXPECT_FALSE(Readable(fd.get()));
  PushText(1, "c");
  EXPECT_TRUE(Readable(fd.get()));
}

TEST_F(EventQueueTest, DescriptorMadeLateIsReadableAtOnce) {
  PushText(1, "a");
  const UniqueFd fd(queue_.DupFd());
  EXPECT_TRUE(Readable(fd.get()));
}

TEST_F(EventQueueTest, DescriptorClosesOnExecAndDoesNotBlock) {
  const UniqueFd fd(queue_.DupFd());
  EXPECT_GT(fd.get(), STDERR_FILENO);
  EXPECT_TRUE((fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
  EXPECT_TRUE((fcntl(fd.get(), F_GETFL) & O_NONBLOCK) != 0);
}

TEST_F(EventQueueTest, HostMayReadTheByte) {
  const UniqueFd fd(queue_.DupFd());
  char bytes[8];
  for (int round = 0; round < 3; ++round) {
    PushText(1, "a");
    EXPECT_EQ(read(fd.get(), bytes, sizeof bytes), 1);
    EXPECT_EQ(Poll().size(), 1u);
    EXPECT_TRUE(Poll().empty());
    EXPECT_FALSE(Readable(fd.get()));
  }
}

TEST_F(EventQueueTest, HostMayCloseOrShutDownItsDescriptor) {
  { const UniqueFd closed(queue_.DupFd()); }
  PushText(1, "a");
  EXPECT_EQ(Poll().size(), 1u);
  const UniqueFd fd(queue_.DupFd());
  shutdown(fd.get(), SHUT_RDWR);
  PushText(1, "b");
  EXPECT_EQ(Poll().size(), 1u);
}

TEST_F(EventQueueTest, SecondDescriptorIsReadableThoughTheFirstWasRead) {
  PushText(1, "a");
  const UniqueFd first(queue_.DupFd());
  char byte;
  ASSERT_EQ(read(first.get(), &byte, 1), 1);
  const UniqueFd second(queue_.DupFd());
  EXPECT_TRUE(Readable(second.get()));
}

TEST_F(EventQueueTest, WakeWithEventsLeavesTheDescriptorReadable) {
  const UniqueFd fd(queue_.DupFd());
  PushText(1, "a");
  char byte;
  ASSERT_EQ(read(fd.get(), &byte, 1), 1);
  queue_.Wake();
  EXPECT_TRUE(Poll().empty()) << "the host stops polling here";
  EXPECT_TRUE(Readable(fd.get())) << "and is told again";
}

}  // namespace
}  // namespace xai
