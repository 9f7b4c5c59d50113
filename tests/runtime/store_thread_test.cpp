#include "runtime/store_thread.h"

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/collecting_logger.h"
#include "support/process_state.h"
#include "support/wait_for.h"

namespace xai {
namespace {

class StoreThreadTest : public testing::Test {
 protected:
  CollectingLogger log_;
  std::unique_ptr<StoreThread> thread_ = std::make_unique<StoreThread>(&log_);
};

TEST_F(StoreThreadTest, StartsWithTheFirstTaskAndEndsWithItself) {
  const size_t before = CountThreads();
  EXPECT_FALSE(thread_->busy());
  EXPECT_EQ(CountThreads(), before);
  std::atomic<bool> done{false};
  ASSERT_TRUE(thread_->Post([&done] { done = true; }));
  EXPECT_TRUE(WaitFor([&done] { return done.load(); }));
  EXPECT_EQ(CountThreads(), before + 1);
  thread_.reset();
  EXPECT_TRUE(WaitFor([before] { return CountThreads() == before; }));
}

TEST_F(StoreThreadTest, RunsTasksInTurn) {
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(thread_->Post([&order, i] { order.push_back(i); }));
  }
  EXPECT_TRUE(WaitFor([this] { return !thread_->busy(); }));
  ASSERT_EQ(order.size(), 100u);
  for (size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], static_cast<int>(i));
}

TEST_F(StoreThreadTest, ALookRunsInTurnAndIsNotBusy) {
  std::atomic<bool> go_on{false};
  std::atomic<bool> looking{false};
  std::vector<int> order;
  ASSERT_TRUE(thread_->PostLook([&] {
    looking = true;
    EXPECT_TRUE(WaitFor([&go_on] { return go_on.load(); }));
    order.push_back(1);
  }));
  EXPECT_TRUE(WaitFor([&looking] { return looking.load(); }));
  EXPECT_FALSE(thread_->busy());
  ASSERT_TRUE(thread_->Post([&order] { order.push_back(2); }));
  EXPECT_TRUE(thread_->busy());
  go_on = true;
  EXPECT_TRUE(WaitFor([this] { return !thread_->busy(); }));
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST_F(StoreThreadTest, TakesTasksOfManyThreads) {
  std::atomic<int> ran{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) EXPECT_TRUE(thread_->Post([&ran] { ++ran; }));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(WaitFor([&ran] { return ran == 800; }));
}

TEST_F(StoreThreadTest, StoppingDropsWhatWaitsAndRunsTheLast) {
  std::atomic<bool> inside{false};
  std::atomic<bool> finished{false};
  std::atomic<int> dropped{0};
  std::atomic<int> last{0};
  ASSERT_TRUE(thread_->Post([&] {
    inside = true;
    // A transaction that ends early because it is told to.
    EXPECT_TRUE(WaitFor([this] { return thread_->stopping(); }));
    finished = true;
  }));
  EXPECT_TRUE(WaitFor([&inside] { return inside.load(); }));
  EXPECT_TRUE(thread_->busy());
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(thread_->Post([&dropped] { ++dropped; }));
  }
  thread_->BeginStop([&] {
    EXPECT_TRUE(finished);
    ++last;
  });
  thread_->BeginStop([&last] { last = 100; });
  EXPECT_FALSE(thread_->Post([&dropped] { ++dropped; }));
  thread_->Join();
  EXPECT_EQ(last, 1);
  EXPECT_EQ(dropped, 0);
}

TEST_F(StoreThreadTest, TidyingUpIsNotBusyAndNotDropped) {
  std::atomic<bool> inside{false};
  std::vector<int> order;
  ASSERT_TRUE(thread_->PostLook([&] {
    inside = true;
    EXPECT_TRUE(WaitFor([this] { return thread_->stopping(); }));
  }));
  EXPECT_TRUE(WaitFor([&inside] { return inside.load(); }));
  ASSERT_TRUE(thread_->PostLook([&order] { order.push_back(0); }));
  ASSERT_TRUE(thread_->PostTidy([&order] { order.push_back(1); }));
  EXPECT_FALSE(thread_->busy());
  ASSERT_TRUE(thread_->Post([&order] { order.push_back(0); }));
  ASSERT_TRUE(thread_->PostTidy([&order] { order.push_back(2); }));
  thread_->BeginStop([&order] { order.push_back(3); });
  EXPECT_FALSE(thread_->PostTidy([&order] { order.push_back(0); }));
  thread_->Join();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST_F(StoreThreadTest, WithoutATaskThereIsNothingToFinish) {
  std::atomic<bool> last{false};
  thread_->BeginStop([&last] { last = true; });
  thread_->Join();
  EXPECT_FALSE(last);
  EXPECT_FALSE(thread_->Post([] {}));
}

TEST_F(StoreThreadTest, AFailureIsToldWhenItsTaskIsGone) {
  auto task = std::make_shared<char>();
  const std::weak_ptr<char> held = task;
  std::atomic<bool> told{false};
  thread_->SetOnFailure([&] { told = held.expired(); });
  ASSERT_TRUE(thread_->Post([task = std::move(task)] { throw std::bad_alloc(); }));
  EXPECT_TRUE(WaitFor([&told] { return told.load(); }));
}

// It is tried again, and nobody waits for it.
TEST_F(StoreThreadTest, AFailureOfTheIdleWorkIsNotTold) {
  constexpr int kTimes = 3;
  std::atomic<int> ran{0};
  std::atomic<int> told{0};
  thread_->SetIdle(
      {[&ran] { return ran < kTimes ? std::optional<int64_t>(0) : std::nullopt; },
       [&ran] {
         ++ran;
         throw std::bad_alloc();
       }});
  thread_->SetOnFailure([&told] { ++told; });
  ASSERT_TRUE(thread_->Post([] {}));
  EXPECT_TRUE(WaitFor([&ran] { return ran == kTimes; }));
  thread_.reset();
  EXPECT_EQ(told, 0);
}

TEST_F(StoreThreadTest, AFailingTaskIsSurvived) {
  std::atomic<bool> done{false};
  ASSERT_TRUE(thread_->Post([] { throw std::runtime_error("secret detail"); }));
  ASSERT_TRUE(thread_->Post([&done] { done = true; }));
  EXPECT_TRUE(WaitFor([&done] { return done.load(); }));
  EXPECT_NE(log_.text().find("given up"), std::string::npos);
  EXPECT_EQ(log_.text().find("secret"), std::string::npos);
}

}  // namespace
}  // namespace xai
