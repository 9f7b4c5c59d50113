// Ends without memory, and at the end: of requests, queues and the backend itself.
#include "abi/backend.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "runtime/process.h"
#include "support/no_memory.h"
#include "support/temp_dir.h"
#include "support/wait_for.h"

namespace {

// How many wakes the host has got, and the thread of the last one.
std::atomic<int> g_wakes{0};
std::atomic<std::thread::id> g_waker;
// The first wake lasts until then.
std::atomic<bool> g_wake_may_end{true};
// On this thread the loop's wake-up lasts until the host has got a wake.
thread_local bool g_wakes_slowly = false;

}  // namespace

// In the place of glibc's.
extern "C" int eventfd_write(int fd, eventfd_t value) {
  const bool written = write(fd, &value, sizeof value) == sizeof value;
  if (g_wakes_slowly) xai::WaitFor([] { return g_wakes > 0; });
  return written ? 0 : -1;
}

namespace xai {
namespace {

constexpr const char* kStatus = R"({"action":"status"})";

class BackendEndTest : public testing::Test {
 protected:
  BackendEndTest() {
    EXPECT_TRUE(InitProcess().ok());
    g_wakes = 0;
    g_wake_may_end = true;
    host_.struct_size = sizeof(host_);
    host_.name = "test";
    host_.version = "1";
    host_.wake = [](const llmp_host*, uint64_t) {
      g_waker = std::this_thread::get_id();
      if (++g_wakes > 1) return;
      EXPECT_TRUE(WaitFor([] { return g_wake_may_end.load(); }));
    };
  }
  ~BackendEndTest() override { g_wake_may_end = true; }

  void Make(const std::string& config) {
    backend_ = Backend::Make(&host_, config);
    ASSERT_NE(backend_, nullptr);
    first_ = backend_->OpenQueue(0);
    second_ = backend_->OpenQueue(0);
  }

  int32_t Begin(uint64_t queue, uint64_t request) {
    return backend_->Begin(Backend::Call::kOnboard, queue, request, kStatus);
  }

  // A backend whose thread stands still within the END of one request, so that those of
  // the others are still to come.
  void MakeStandingStill() {
    Make("a wrong configuration ends each request");
    g_wake_may_end = false;
    ASSERT_EQ(Begin(first_, 1), LLMP_OK);
    ASSERT_TRUE(WaitFor([] { return g_wakes == 1; }));
    ASSERT_EQ(Begin(second_, 2), LLMP_OK);
  }

  TempDir folder_;
  llmp_host host_ = {};
  std::unique_ptr<Backend> backend_;
  uint64_t first_ = 0;
  uint64_t second_ = 0;
};

// Matrix D12: however the two threads run, the host's is not the one that tells it.
TEST_F(BackendEndTest, WhatTheLoopHasLostEndsOnTheLoopsThread) {
  Make("{\"state_dir\":\"" + (folder_.path() / "state").string() + "\",\"key_file\":\"" +
       (folder_.path() / "key").string() + "\"}");
  const std::shared_ptr<EventQueue> queue = backend_->FindQueue(first_);
  llmp_event event;
  ASSERT_EQ(Begin(first_, 1), LLMP_OK);
  ASSERT_EQ(queue->Wait(20'000, &event, 1), 1);
  ASSERT_TRUE(WaitFor([] { return g_wakes == 1; })) << "the loop runs";
  g_wakes = 0;
  {
    const NoMemoryElsewhere none;
    g_wakes_slowly = true;
    EXPECT_EQ(Begin(first_, 2), LLMP_OK);
    g_wakes_slowly = false;
  }
  EXPECT_NE(g_waker.load(), std::this_thread::get_id());
  ASSERT_EQ(queue->Wait(20'000, &event, 1), 1);
  EXPECT_EQ(event.request, 2u);
  EXPECT_EQ(event.kind, LLMP_EV_END);
  EXPECT_EQ(event.status, LLMP_E_NO_MEMORY);
}

TEST_F(BackendEndTest, ItsDestructionTellsNobodyAndWakesNobody) {
  MakeStandingStill();
  const std::shared_ptr<EventQueue> queue = backend_->FindQueue(second_);
  llmp_event event;
  std::thread destroyer([this] { backend_.reset(); });
  EXPECT_TRUE(WaitFor([&] { return queue->Wait(0, &event, 1) == LLMP_E_CLOSED; }));
  g_wake_may_end = true;
  destroyer.join();
  EXPECT_EQ(g_wakes, 1) << "the second request has ended unheard";
}

// Matrix D11.
TEST_F(BackendEndTest, AQueueIsClosedWithoutMemory) {
  MakeStandingStill();
  const std::shared_ptr<EventQueue> queue = backend_->FindQueue(second_);
  {
    const NoMemory none;
    backend_->CloseQueue(second_);
  }
  llmp_event event;
  EXPECT_EQ(queue->Wait(0, &event, 1), LLMP_E_CLOSED);
  EXPECT_EQ(backend_->FindQueue(second_), nullptr);
  g_wake_may_end = true;
}

}  // namespace
}  // namespace xai
