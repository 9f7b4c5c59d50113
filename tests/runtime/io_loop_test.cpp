#include "runtime/io_loop_fixture.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "support/process_state.h"

namespace xai {
namespace {

TEST_F(IoLoopTest, HasNoThreadBeforeItsFirstTask) {
  const size_t threads = CountThreads();
  { const std::unique_ptr<IoLoop> idle = IoLoop::Make({}, &log_); }
  EXPECT_EQ(CountThreads(), threads);
}

TEST_F(IoLoopTest, RunsTasksOfManyThreadsOneAtATime) {
  constexpr int kThreads = 8;
  constexpr int kTasks = 500;
  std::vector<std::vector<int>> order(kThreads);  // loop thread only
  std::atomic<int> done{0};
  std::atomic<int> inside{0};
  std::atomic<bool> alone{true};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kTasks; ++i) {
        EXPECT_TRUE(loop_->Post([&, thread, i] {
          if (inside.fetch_add(1) != 0) alone = false;
          order[static_cast<size_t>(thread)].push_back(i);
          inside.fetch_sub(1);
          done.fetch_add(1);
        }));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(WaitFor([&done] { return done == kThreads * kTasks; }));
  loop_->Stop();
  EXPECT_TRUE(alone);
  for (const std::vector<int>& one : order) {
    ASSERT_EQ(one.size(), static_cast<size_t>(kTasks));
    EXPECT_TRUE(std::is_sorted(one.begin(), one.end())) << "each thread's in its order";
  }
}

TEST_F(IoLoopTest, ATaskMayPostAnother) {
  std::atomic<bool> done{false};
  ASSERT_TRUE(
      loop_->Post([this, &done] { EXPECT_TRUE(loop_->Post([&done] { done = true; })); }));
  EXPECT_TRUE(WaitFor([&done] { return done.load(); }));
}

TEST_F(IoLoopTest, RunsTimersInOrderOfTheirTime) {
  std::vector<int> order;
  std::atomic<bool> done{false};
  ASSERT_TRUE(loop_->Post([&] {
    EXPECT_NE(loop_->RunAfter(60, [&] { done = true; }), 0u);
    loop_->RunAfter(40, [&] { order.push_back(3); });
    loop_->RunAfter(0, [&] { order.push_back(1); });
    loop_->RunAfter(-5, [&] { order.push_back(2); });
    EXPECT_TRUE(order.empty()) << "never before it returns";
  }));
  EXPECT_TRUE(WaitFor([&done] { return done.load(); }));
  loop_->Stop();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST_F(IoLoopTest, ACancelledTimerDoesNotRun) {
  std::atomic<bool> done{false};
  bool ran = false;
  ASSERT_TRUE(loop_->Post([&] {
    const Scheduler::TimerId victim = loop_->RunAfter(10, [&] { ran = true; });
    loop_->RunAfter(0, [this, victim] { loop_->CancelTimer(victim); });
    const Scheduler::TimerId over = loop_->RunAfter(0, [] {});
    loop_->RunAfter(30, [&, over] {
      loop_->CancelTimer(over);  // has run
      loop_->CancelTimer(12'345);
      loop_->CancelTimer(0);
      done = true;
    });
  }));
  EXPECT_TRUE(WaitFor([&done] { return done.load(); }));
  loop_->Stop();
  EXPECT_FALSE(ran);
}

TEST_F(IoLoopTest, ATimerThatRepeatsWithoutDelayLeavesRoom) {
  std::atomic<bool> posted{false};
  std::atomic<int> rounds{0};
  std::function<void()> again = [&] {
    ++rounds;
    if (!posted) loop_->RunAfter(0, again);
  };
  ASSERT_TRUE(loop_->Post([&] { loop_->RunAfter(0, again); }));
  EXPECT_TRUE(WaitFor([&rounds] { return rounds > 10; }));
  ASSERT_TRUE(loop_->Post([&] { posted = true; }));
  EXPECT_TRUE(WaitFor([&posted] { return posted.load(); }));
  loop_->Stop();
}

TEST_F(IoLoopTest, ManyTasksLeaveRoom) {
  std::atomic<int> ran{0};
  std::atomic<int> before_timer{0};
  Hold();
  ASSERT_TRUE(
      loop_->Post([&] { loop_->RunAfter(0, [&] { before_timer = ran.load(); }); }));
  for (int i = 0; i < kManyTasks; ++i) {
    ASSERT_TRUE(loop_->Post([&ran] { ++ran; }));
  }
  Release();
  EXPECT_TRUE(WaitFor([&ran] { return ran == kManyTasks; }));
  EXPECT_GT(before_timer, 0);
  EXPECT_LT(before_timer, kManyTasks / 2) << "it was due before most of them";
}

// While some are left the loop does not sleep, and does not look at the inbox either.
TEST_F(IoLoopTest, WhatIsPostedWhileTasksAreLeftIsNotForgotten) {
  std::atomic<int> ran{0};
  Hold();
  for (int i = 0; i < kManyTasks; ++i) {
    ASSERT_TRUE(loop_->Post([&] { EXPECT_TRUE(loop_->Post([&ran] { ++ran; })); }));
  }
  Release();
  EXPECT_TRUE(WaitFor([&ran] { return ran == kManyTasks; }));
}

TEST_F(IoLoopTest, StopRunsWhatWasPostedAndDropsWhatIsTimed) {
  int ran = 0;
  bool timed = false;
  Hold();
  ASSERT_TRUE(
      loop_->Post([&] { loop_->RunAfter(3'600'000, [&timed] { timed = true; }); }));
  for (int i = 0; i < kManyTasks; ++i) {
    ASSERT_TRUE(loop_->Post([&ran] { ++ran; }));
  }
  Release();
  loop_->Stop();
  EXPECT_EQ(ran, kManyTasks);
  EXPECT_FALSE(timed);
  EXPECT_FALSE(loop_->Post([] { FAIL() << "it has stopped"; }));
  loop_->Stop();
}

TEST_F(IoLoopTest, StopWithoutATask) {
  loop_->Stop();
  EXPECT_FALSE(loop_->Post([] {}));
}

TEST_F(IoLoopTest, TellsWhatCanBeReadUntilItIsToldNotTo) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const UniqueFd out(ends[0]);
  const UniqueFd in(ends[1]);
  std::atomic<int> told{0};
  std::atomic<bool> unwatched{false};
  ASSERT_TRUE(loop_->Post([&] {
    loop_->WatchFd(out.get(), [&] {
      char byte = 0;
      if (read(out.get(), &byte, 1) == 1) ++told;
      if (byte != 'z') return;
      loop_->UnwatchFd();
      unwatched = true;
    });
  }));
  ASSERT_EQ(write(in.get(), "a", 1), 1);
  EXPECT_TRUE(WaitFor([&told] { return told == 1; }));
  ASSERT_EQ(write(in.get(), "bcz", 3), 3);
  EXPECT_TRUE(WaitFor([&unwatched] { return unwatched.load(); }));
  EXPECT_EQ(told, 4);
  ASSERT_EQ(write(in.get(), "never", 5), 5);
  // The loop has been round again since, and waits as before.
  std::atomic<int> rounds{0};
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(loop_->Post([&rounds] { ++rounds; }));
    EXPECT_TRUE(WaitFor([&rounds, i] { return rounds == i; }));
  }
  EXPECT_EQ(told, 4);
}

// Matrix D20.
TEST_F(IoLoopTest, ItsThreadTakesNoSignals) {
  std::atomic<int> blocked{-1};
  ASSERT_TRUE(loop_->Post([&blocked] {
    sigset_t mask;
    sigemptyset(&mask);
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    int all = 1;
    for (const int signal : {SIGINT, SIGTERM, SIGCHLD, SIGPIPE, SIGUSR1, SIGALRM}) {
      if (sigismember(&mask, signal) != 1) all = 0;
    }
    blocked = all;
  }));
  EXPECT_TRUE(WaitFor([&blocked] { return blocked >= 0; }));
  EXPECT_EQ(blocked, 1);
}

}  // namespace
}  // namespace xai
