// Timers that the loop finds no memory for.
#include "runtime/io_loop.h"

#include <atomic>
#include <new>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/process.h"
#include "support/collecting_logger.h"
#include "support/no_memory.h"
#include "support/wait_for.h"

namespace xai {
namespace {

// Matrix D12: nobody has its number, so nobody could cancel it.
TEST(IoLoopMemoryTest, ATimerThatWasNotSetDoesNotRun) {
  ASSERT_TRUE(InitProcess().ok());
  CollectingLogger log;
  const std::unique_ptr<IoLoop> loop = IoLoop::Make({}, &log);
  std::vector<size_t> ran;
  size_t failures = 0;
  std::atomic<bool> done{false};
  ASSERT_TRUE(loop->Post([&] {
    const auto was_set = [&](size_t number) {
      const OneFailure failure(number);
      try {
        loop->RunAfter(0, [&ran, number] { ran.push_back(number); });
        return true;
      } catch (const std::bad_alloc&) {
        return false;
      }
    };
    while (!was_set(failures + 1)) ++failures;
    loop->RunAfter(0, [&done] { done = true; });
  }));
  EXPECT_TRUE(WaitFor([&done] { return done.load(); }));
  loop->Stop();
  EXPECT_GE(failures, 2u) << "its time and its task each need memory";
  EXPECT_EQ(ran, std::vector<size_t>{failures + 1});
}

}  // namespace
}  // namespace xai
