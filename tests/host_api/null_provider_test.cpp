// The null object answers every call of the ABI, in the way of a real provider.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "llm_provider.hpp"

namespace xai::testing {
namespace {

using llmp::Json;

class NullProvider : public ::testing::Test {
 protected:
  std::int32_t Complete(std::uint64_t queue, std::uint64_t request) {
    return p_->complete(p_, queue, request, "{}", 2);
  }
  std::int32_t Wait(std::uint64_t queue, std::int32_t timeout_ms) {
    return p_->queue_wait(p_, queue, timeout_ms, events_, 8);
  }

  llmp::Provider provider_ = llmp::load("/no/such/folder", {"null-test", "1"});
  llmp_provider* p_ = provider_.get();
  llmp_event events_[8] = {};
};

bool IsReadable(int fd) {
  pollfd entry = {fd, POLLIN, 0};
  return ::poll(&entry, 1, 0) == 1;
}

TEST_F(NullProvider, EndsEachKindOfRequestOnceWithTheSameDocument) {
  const std::uint64_t queue = p_->queue_open(p_, LLMP_QUEUE_NOTIFY);
  ASSERT_NE(queue, 0u);
  EXPECT_EQ(p_->complete(p_, queue, 1, "{}", 2), LLMP_OK);
  EXPECT_EQ(p_->list_models(p_, queue, 2, "{}", 2), LLMP_OK);
  EXPECT_EQ(p_->onboarding_action(p_, queue, 3, "{}", 2), LLMP_OK);
  ASSERT_EQ(Wait(queue, 0), 3);
  const Json expected = Json::parse(provider_.info())->operator[]("error");
  for (std::uint64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(events_[i].request, i + 1);
    EXPECT_EQ(events_[i].kind, std::uint32_t{LLMP_EV_END});
    EXPECT_EQ(events_[i].status, LLMP_E_UNAVAILABLE);
    EXPECT_EQ(events_[i].data[events_[i].size], '\0');
    EXPECT_EQ(llmp::text(events_[i]), expected.dump());
  }
  EXPECT_EQ(Wait(queue, 0), 0);
  p_->queue_close(p_, queue);
}

TEST_F(NullProvider, SaysWhatToDo) {
  const Json document = Json::parse(provider_.info())->operator[]("error");
  EXPECT_EQ(document["ok"].literal(), "false");
  EXPECT_EQ(document["error"].str(), "backend_unavailable");
  EXPECT_EQ(document["retry"].literal(), "false");
  EXPECT_NE(document["hint"].str().find("API key"), std::string::npos);
  EXPECT_FALSE(document["detail"].str().empty());
}

TEST_F(NullProvider, RefusesMisuse) {
  const std::uint64_t queue = p_->queue_open(p_, 0);
  EXPECT_EQ(p_->complete(p_, queue, 1, nullptr, 0), LLMP_E_INVALID);
  EXPECT_EQ(Complete(queue, 0), LLMP_E_INVALID);
  EXPECT_EQ(Complete(queue + 1, 1), LLMP_E_INVALID);
  EXPECT_EQ(p_->queue_wait(p_, queue, 0, nullptr, 8), LLMP_E_INVALID);
  EXPECT_EQ(Complete(queue, 7), LLMP_OK);
  EXPECT_EQ(Complete(queue, 7), LLMP_E_INVALID);
  EXPECT_EQ(Wait(queue + 1, 0), LLMP_E_CLOSED);
  EXPECT_EQ(p_->queue_fd(p_, queue + 1), -1);
  p_->queue_wake(p_, queue + 1);
  p_->queue_close(p_, queue + 1);
  p_->cancel(p_, 99);
  EXPECT_EQ(p_->get_extension(p_, "llm.anything/1"), nullptr);
}

TEST_F(NullProvider, NeverGivesAQueueNumberTwice) {
  const std::uint64_t first = p_->queue_open(p_, 0);
  p_->queue_close(p_, first);
  EXPECT_NE(p_->queue_open(p_, 0), first);
  EXPECT_EQ(Wait(first, -1), LLMP_E_CLOSED);
}

TEST_F(NullProvider, FillsOnlyTheRoomThereIs) {
  const std::uint64_t queue = p_->queue_open(p_, 0);
  for (std::uint64_t i = 1; i <= 5; ++i) Complete(queue, i);
  EXPECT_EQ(p_->queue_wait(p_, queue, -1, events_, 2), 2);
  EXPECT_EQ(p_->queue_wait(p_, queue, -1, events_, 8), 3);
  EXPECT_EQ(events_[2].request, 5u);
}

TEST_F(NullProvider, WakesTheNextWaitOrTheRunningOne) {
  const std::uint64_t queue = p_->queue_open(p_, 0);
  p_->queue_wake(p_, queue);
  EXPECT_EQ(Wait(queue, -1), 0);
  std::thread waker([&] { p_->queue_wake(p_, queue); });
  EXPECT_EQ(Wait(queue, -1), 0);
  waker.join();
}

TEST_F(NullProvider, DescriptorIsReadableWhileThereAreEvents) {
  const std::uint64_t queue = p_->queue_open(p_, 0);
  const int fd = p_->queue_fd(p_, queue);
  ASSERT_GE(fd, 0);
  EXPECT_FALSE(IsReadable(fd));
  Complete(queue, 1);
  EXPECT_TRUE(IsReadable(fd));
  const int late = p_->queue_fd(p_, queue);
  EXPECT_TRUE(IsReadable(late));
  EXPECT_EQ(Wait(queue, 0), 1);
  EXPECT_FALSE(IsReadable(fd));
  EXPECT_FALSE(IsReadable(late));
  ::close(fd);
  Complete(queue, 2);
  EXPECT_TRUE(IsReadable(late));
  ::close(late);
  p_->queue_close(p_, queue);
}

TEST_F(NullProvider, RefusesToWorkInAForkedChild) {
  const std::uint64_t queue = p_->queue_open(p_, 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const bool refused = p_->queue_open(p_, 0) == 0 && Wait(queue, -1) == LLMP_E_FORKED &&
                         Complete(queue, 1) == LLMP_E_FORKED &&
                         p_->queue_fd(p_, queue) == -1;
    p_->destroy(p_);
    p_->queue_wake(p_, queue);
    ::_exit(refused ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(Complete(queue, 1), LLMP_OK);
}

TEST(NullProviderHost, IsWokenFromAThreadOfTheProvider) {
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t woken = 0;
  std::thread::id by;
  llmp::Host host = {"null-test", "1"};
  host.wake = [&](std::uint64_t queue) {
    const std::lock_guard<std::mutex> lock(mutex);
    woken = queue;
    by = std::this_thread::get_id();
    changed.notify_all();
  };
  const llmp::Provider provider = llmp::load("/no/such/folder", host);
  const llmp::Queue queue = provider.open_queue();
  std::unique_lock<std::mutex> lock(mutex);  // Held, as a careless host might.
  provider.get()->complete(provider.get(), queue.id(), 1, "{}", 2);
  ASSERT_TRUE(
      changed.wait_for(lock, std::chrono::seconds(10), [&] { return woken != 0; }));
  EXPECT_EQ(woken, queue.id());
  EXPECT_NE(by, std::this_thread::get_id());
}

TEST(NullProviderHost, IsNotNeeded) {
  llmp_provider* p = llmp::detail::NullProvider::make(nullptr, "{}", "{}");
  const std::uint64_t queue = p->queue_open(p, 0);
  EXPECT_EQ(p->complete(p, queue, 1, "{}", 2), LLMP_OK);
  p->destroy(p);
}

TEST(NullProviderThreads, ManyAtOnceLoseNothing) {
  const llmp::Provider provider = llmp::load("/no/such/folder", {"null-test", "1"});
  llmp_provider* p = provider.get();
  llmp::Queue queue = provider.open_queue();
  constexpr std::uint64_t kEach = 500;
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint64_t i = 1; i <= kEach; ++i) {
        p->complete(p, queue.id(), t * kEach + i, "{}", 2);
        p->cancel(p, t * kEach + i);
      }
    });
  }
  std::size_t ended = 0;
  while (ended < 3 * kEach) {
    const llmp::Batch batch = queue.wait(10000);
    ASSERT_GT(batch.size(), 0u);
    ended += batch.size();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(queue.wait(0).size(), 0u);
}

}  // namespace
}  // namespace xai::testing
