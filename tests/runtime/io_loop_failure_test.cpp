// What becomes of a loop when a task throws.
#include <atomic>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/io_loop_fixture.h"

namespace xai {
namespace {

// Matrix D10.
TEST_F(IoLoopTest, OneFailingTaskDoesNotHurtTheOthers) {
  std::atomic<int> done{0};
  ASSERT_TRUE(loop_->Post([] { throw std::bad_alloc(); }));
  ASSERT_TRUE(loop_->Post([&] {
    loop_->RunAfter(0, [] { throw std::runtime_error("secret detail"); });
    loop_->RunAfter(0, [&done] { ++done; });
  }));
  EXPECT_TRUE(WaitFor([&done] { return done == 1; }));
  loop_->Stop();
  EXPECT_NE(log_.text().find("given up"), std::string::npos);
  EXPECT_EQ(log_.text().find("secret"), std::string::npos);
}

// Matrix D12.
TEST_F(IoLoopTest, AFailureIsToldOnceAfterIt) {
  std::atomic<int> failures{0};
  loop_->SetOnFailure([&failures] {
    ++failures;
    throw std::bad_alloc();  // and is not told of itself
  });
  const auto told = [&failures](int count) {
    return WaitFor([&failures, count] { return failures == count; });
  };
  ASSERT_TRUE(loop_->Post([] { throw std::bad_alloc(); }));
  EXPECT_TRUE(told(1));
  ASSERT_TRUE(
      loop_->Post([this] { loop_->RunAfter(0, [] { throw std::bad_alloc(); }); }));
  EXPECT_TRUE(told(2));
  loop_->Fail();
  EXPECT_TRUE(told(3));
  std::atomic<bool> done{false};
  ASSERT_TRUE(loop_->Post([&done] { done = true; }));
  EXPECT_TRUE(WaitFor([&done] { return done.load(); }));
  loop_->Stop();
  EXPECT_EQ(failures, 3);
}

TEST_F(IoLoopTest, AFailureThatComesWhileOneIsToldIsToldAsWell) {
  std::atomic<int> failures{0};
  loop_->SetOnFailure([this, &failures] {
    if (++failures == 1) loop_->Fail();
  });
  ASSERT_TRUE(loop_->Post([] { throw std::bad_alloc(); }));
  EXPECT_TRUE(WaitFor([&failures] { return failures == 2; }));
  loop_->Stop();
}

TEST_F(IoLoopTest, AFailureFromElsewhereComesAfterWhatWasPostedBefore) {
  std::atomic<int> ran{0};
  std::atomic<int> ran_before{-1};
  loop_->SetOnFailure([&] { ran_before = ran.load(); });
  std::atomic<bool> goes_on{false};
  Hold();
  // Taken by the loop together with the others, which are left when the failure comes.
  ASSERT_TRUE(loop_->Post([&] { EXPECT_TRUE(WaitFor([&] { return goes_on.load(); })); }));
  for (int i = 0; i < kManyTasks; ++i) {
    ASSERT_TRUE(loop_->Post([&ran] { ++ran; }));
  }
  Release();
  loop_->Fail();
  goes_on = true;
  EXPECT_TRUE(WaitFor([&] { return ran_before >= 0; }));
  EXPECT_EQ(ran_before, kManyTasks);
}

TEST_F(IoLoopTest, AFailureThatCannotBeToldIsNoOther) {
  class : public Logger {
    void Log(LogLevel, const std::string&) override { throw std::bad_alloc(); }
  } full;
  const std::unique_ptr<IoLoop> loop = IoLoop::Make({}, &full);
  std::atomic<bool> done{false};
  ASSERT_TRUE(loop->Post([] { throw std::bad_alloc(); }));
  ASSERT_TRUE(loop->Post([&done] { done = true; }));
  EXPECT_TRUE(WaitFor([&done] { return done.load(); }));
}

}  // namespace
}  // namespace xai
