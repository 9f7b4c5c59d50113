// Many producers, one waiter, and everything else that may happen at the same time.
#include "abi/event_queue.h"

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <poll.h>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "support/wait_for.h"

namespace xai {
namespace {

constexpr uint64_t kProducers = 4;
constexpr int kRequestsEach = 25;
constexpr int kTextsEach = 60;

// Pauses a producer as the I/O loop pauses a transfer.
class Gate {
 public:
  void Open(uint64_t request) {
    const std::lock_guard<std::mutex> lock(mutex_);
    opened_[request] = true;
  }
  bool Take(uint64_t request) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = opened_.find(request);
    if (found == opened_.end() || !found->second) return false;
    found->second = false;
    return true;
  }

 private:
  std::mutex mutex_;
  std::map<uint64_t, bool> opened_;
};

std::string TextOf(uint64_t request, int i) {
  return std::to_string(request) + ":" + std::to_string(i) + " ";
}

std::string WholeText(uint64_t request) {
  std::string whole;
  for (int i = 0; i < kTextsEach; ++i) whole += TextOf(request, i);
  return whole;
}

void Produce(EventQueue* queue, Gate* gate, uint64_t first_request,
             std::atomic<bool>* stuck) {
  for (int r = 0; r < kRequestsEach; ++r) {
    const uint64_t request = first_request + static_cast<uint64_t>(r);
    queue->Push({request, LLMP_EV_START, 0, 0, "{}"});
    for (int i = 0; i < kTextsEach; ++i) {
      const std::string text = TextOf(request, i);
      if (queue->Push({request, LLMP_EV_TEXT, 0, 0, text})) continue;
      if (!WaitFor([&] { return gate->Take(request); })) *stuck = true;
    }
    queue->Push({request, LLMP_EV_END, LLMP_OK, 0, "{\"ok\":true}"});
  }
}

struct Received {
  std::map<uint64_t, std::string> texts;
  std::map<uint64_t, int> ends;
  bool after_end = false;

  void Take(const llmp_event& event) {
    after_end = after_end || ends.count(event.request) != 0;
    if (event.kind == LLMP_EV_TEXT) {
      texts[event.request] += std::string(event.data, event.size);
    }
    if (event.kind == LLMP_EV_END) ++ends[event.request];
  }
};

void ExpectEverything(const Received& received) {
  EXPECT_FALSE(received.after_end);
  EXPECT_EQ(received.ends.size(), kProducers * kRequestsEach);
  for (const auto& [request, count] : received.ends) {
    EXPECT_EQ(count, 1) << request;
    EXPECT_EQ(received.texts.at(request), WholeText(request)) << request;
  }
}

// `wait` fills events and returns their number, as Wait() does.
template <typename WaitFunction>
void RunStress(EventQueue* queue, Gate* gate, WaitFunction wait) {
  std::atomic<bool> stuck{false};
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (uint64_t p = 0; p < kProducers; ++p) {
    threads.emplace_back(Produce, queue, gate, 1 + p * 1000, &stuck);
  }
  threads.emplace_back([&] {
    while (!done) {
      queue->Wake();
      const UniqueFd fd(queue->DupFd());
      std::this_thread::yield();
    }
  });
  Received received;
  const auto deadline = std::chrono::steady_clock::now() + kTestDeadline;
  std::vector<llmp_event> events(16);
  while (received.ends.size() < kProducers * kRequestsEach &&
         std::chrono::steady_clock::now() < deadline) {
    const int32_t count = wait(events.data(), static_cast<uint32_t>(events.size()));
    ASSERT_GE(count, 0);
    for (int32_t i = 0; i < count; ++i) received.Take(events[static_cast<size_t>(i)]);
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(stuck);
  ExpectEverything(received);
}

TEST(EventQueueStress, WaiterThatBlocksGetsEverythingOnce) {
  Gate gate;
  EventQueue queue(0, 200, nullptr, [&](uint64_t request) { gate.Open(request); });
  RunStress(&queue, &gate, [&](llmp_event* events, uint32_t cap) {
    return queue.Wait(1000, events, cap);
  });
}

TEST(EventQueueStress, WaiterThatPollsTheDescriptorGetsEverythingOnce) {
  Gate gate;
  std::atomic<int> wakes{0};
  EventQueue queue(
      0, 200, [&] { ++wakes; }, [&](uint64_t request) { gate.Open(request); });
  const UniqueFd fd(queue.DupFd());
  bool more = false;
  RunStress(&queue, &gate, [&](llmp_event* events, uint32_t cap) {
    // Only the descriptor says that there is something, and only 0 that there is not.
    pollfd poll_fd = {fd.get(), POLLIN, 0};
    if (!more && poll(&poll_fd, 1, 1000) == 0) return 0;
    const int32_t count = queue.Wait(0, events, cap);
    more = count != 0;
    return count;
  });
  EXPECT_GT(wakes, 0);
}

}  // namespace
}  // namespace xai
