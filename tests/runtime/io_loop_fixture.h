// A loop, and its thread in the test's hand.
#ifndef XAI_TESTS_RUNTIME_IO_LOOP_FIXTURE_H_
#define XAI_TESTS_RUNTIME_IO_LOOP_FIXTURE_H_

#include <atomic>
#include <memory>

#include <gtest/gtest.h>

#include "runtime/io_loop.h"
#include "runtime/process.h"
#include "support/collecting_logger.h"
#include "support/wait_for.h"

namespace xai {

// More tasks than the loop runs before it looks after everything else.
inline constexpr int kManyTasks = 100;

class IoLoopTest : public testing::Test {
 protected:
  IoLoopTest() {
    EXPECT_TRUE(InitProcess().ok());
    loop_ = IoLoop::Make({}, &log_);
  }

  // The loop does nothing more until Release().
  void Hold() {
    ASSERT_TRUE(loop_->Post([this] {
      held_ = true;
      EXPECT_TRUE(WaitFor([this] { return !held_; }));
    }));
    ASSERT_TRUE(WaitFor([this] { return held_.load(); }));
  }
  void Release() { held_ = false; }

  CollectingLogger log_;
  std::atomic<bool> held_{false};
  std::unique_ptr<IoLoop> loop_;
};

}  // namespace xai

#endif  // XAI_TESTS_RUNTIME_IO_LOOP_FIXTURE_H_
