// The kernel's events of a real folder, in a time that only the test moves.
#include "runtime/store_watch.h"

#include <sys/resource.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "runtime/network_fs.h"
#include "support/fake_clock.h"
#include "support/manual_fd_watcher.h"
#include "support/manual_scheduler.h"
#include "support/temp_dir.h"

namespace xai {
namespace {

namespace fs = std::filesystem;
using limits::kStoreLookMs;
using limits::kStoreRecheckMs;
using limits::kStoreRestMs;
using limits::kStoreSettleMs;

class StoreWatchTest : public testing::Test {
 protected:
  StoreWatchTest() : scheduler_(&clock_), state_(folder_.path() / "above" / "state") {
    fs::create_directories(state_);
  }

  void Start(const std::string& directory) {
    watch_.emplace(directory, kStoreLookMs, &scheduler_, &fds_,
                   [this](std::function<void()> attach, std::function<void()> done) {
                     if (refuses_) return false;
                     attach();
                     ++looks_;
                     done_ = std::move(done);
                     if (!holds_) scheduler_.RunAfter(0, std::exchange(done_, nullptr));
                     return true;
                   });
    watch_->Start();
  }
  // Past the first look, which comes with the start.
  void StartAndRest() {
    Start(state_.string());
    scheduler_.Pass(kStoreRestMs);
    ASSERT_EQ(looks_, 1);
    ASSERT_TRUE(fds_.watching());
  }

  // As the store does it: a temporary file takes the name.
  void Replace(const std::string& name) const {
    const fs::path temporary = state_ / ("." + name + ".tmp");
    std::ofstream(temporary) << "bytes";
    fs::rename(temporary, state_ / name);
  }
  // Lets so much time pass, in which the kernel's events are taken as they come.
  void Pass(int64_t ms) {
    for (int64_t passed = 0; passed < ms; passed += 10) {
      fds_.RunReadable();
      scheduler_.Pass(10);
    }
  }
  int LooksWithin(int64_t ms) {
    const int before = looks_;
    Pass(ms);
    return looks_ - before;
  }

  TempDir folder_;
  FakeClock clock_;
  ManualScheduler scheduler_;
  ManualFdWatcher fds_;
  fs::path state_;
  int looks_ = 0;
  bool holds_ = false;
  bool refuses_ = false;
  std::function<void()> done_;
  std::optional<StoreWatch> watch_;
};

TEST_F(StoreWatchTest, LooksAtTheStartAndThenWaits) {
  Start(state_.string());
  EXPECT_EQ(looks_, 1);
  watch_->Start();
  Pass(kStoreRecheckMs / 2);
  EXPECT_EQ(looks_, 1);
  EXPECT_EQ(scheduler_.waiting(), 1u);
}

TEST_F(StoreWatchTest, AReplacedFileIsLookedAtWhenItHasSettled) {
  StartAndRest();
  for (const char* name : {"cred-12345678", "pending-12345678", "models-12345678"}) {
    Replace(name);
    ASSERT_TRUE(fds_.RunReadable());
    EXPECT_EQ(LooksWithin(kStoreSettleMs - 10), 0) << name;
    EXPECT_EQ(LooksWithin(10), 1) << name;
    EXPECT_EQ(LooksWithin(kStoreRecheckMs / 2), 0) << name;
  }
}

TEST_F(StoreWatchTest, ARemovedAndACopiedFileIsLookedAt) {
  Replace("cred-12345678");
  StartAndRest();
  fs::remove(state_ / "cred-12345678");
  EXPECT_EQ(LooksWithin(1'000), 1);
  std::ofstream(state_ / "cred-12345678") << "bytes";
  EXPECT_EQ(LooksWithin(1'000), 1);
  fs::rename(state_ / "cred-12345678", folder_.path() / "elsewhere");
  EXPECT_EQ(LooksWithin(1'000), 1);
}

TEST_F(StoreWatchTest, OneLookForAllThatASignInWrites) {
  StartAndRest();
  Replace("cred-12345678");
  ASSERT_TRUE(fds_.RunReadable());
  Pass(kStoreSettleMs / 2);
  Replace("models-12345678");
  std::ofstream(state_ / "pending-12345678") << "";
  fs::remove(state_ / "pending-12345678");
  EXPECT_EQ(LooksWithin(kStoreRecheckMs / 2), 1);
}

TEST_F(StoreWatchTest, TheLockAndTemporaryFilesAreNoReasonToLook) {
  StartAndRest();
  for (const char* name : {"lock-12345678", ".cred-12345678.tmp", ".key.7.tmp", "cred"}) {
    std::ofstream(state_ / name) << "bytes";
    fs::rename(state_ / name, state_ / ".other.tmp");
    fs::remove(state_ / ".other.tmp");
  }
  EXPECT_EQ(LooksWithin(kStoreRecheckMs / 2), 0);
}

TEST_F(StoreWatchTest, ReadingIsNoReasonToLook) {
  Replace("cred-12345678");
  StartAndRest();
  EXPECT_EQ(ReadFile(state_ / "cred-12345678"), "bytes");
  EXPECT_EQ(LooksWithin(kStoreRecheckMs / 2), 0);
}

TEST_F(StoreWatchTest, OneLookAtATimeAndOneMoreForWhatItMayHaveMissed) {
  StartAndRest();
  holds_ = true;
  Replace("cred-12345678");
  EXPECT_EQ(LooksWithin(1'000), 1);
  for (int i = 0; i < 20; ++i) Replace("cred-12345678");
  EXPECT_EQ(LooksWithin(10'000), 0) << "the one before is not over";
  holds_ = false;
  scheduler_.RunAfter(0, std::exchange(done_, nullptr));
  EXPECT_EQ(LooksWithin(10'000), 1);
}

TEST_F(StoreWatchTest, ABusyStoreIsLookedAtOnceInASecond) {
  StartAndRest();
  const size_t ran = scheduler_.ran();
  int looks = 0;
  for (int i = 0; i < 1'000; ++i) {
    Replace("cred-12345678");
    looks += LooksWithin(10);
  }
  EXPECT_GE(looks, 9);
  EXPECT_LE(looks, 11);
  EXPECT_LE(scheduler_.ran() - ran, 4u * 11);
}

TEST_F(StoreWatchTest, WithoutADirectoryItLooksNowAndThen) {
  fs::remove_all(state_);
  Start(state_.string());
  EXPECT_FALSE(fds_.watching());
  const int looks = LooksWithin(60'000);
  EXPECT_EQ(looks, 30);
  fs::create_directories(state_);
  EXPECT_EQ(LooksWithin(kStoreLookMs), 1);
  Pass(kStoreRestMs);
  ASSERT_TRUE(fds_.watching());
  Replace("cred-12345678");
  EXPECT_EQ(LooksWithin(1'000), 1);
}

// B34
TEST_F(StoreWatchTest, ADirectoryThatIsRemovedIsWaitedFor) {
  StartAndRest();
  fs::remove_all(state_);
  EXPECT_EQ(LooksWithin(1'000), 1);
  EXPECT_EQ(LooksWithin(10 * kStoreLookMs), 10);
  EXPECT_FALSE(fds_.watching());
  fs::create_directories(state_);
  EXPECT_EQ(LooksWithin(kStoreLookMs), 1);
  Pass(kStoreRestMs);
  ASSERT_TRUE(fds_.watching());
  EXPECT_EQ(LooksWithin(kStoreRecheckMs / 2), 0);
  Replace("cred-12345678");
  EXPECT_EQ(LooksWithin(1'000), 1);
}

TEST_F(StoreWatchTest, ADirectoryThatIsReplacedIsWatchedInstead) {
  StartAndRest();
  fs::rename(state_, folder_.path() / "old");
  fs::create_directories(state_);
  EXPECT_EQ(LooksWithin(1'000), 1);
  ASSERT_TRUE(fds_.watching());
  std::ofstream(folder_.path() / "old" / "cred-12345678") << "not ours any more";
  EXPECT_EQ(LooksWithin(10'000), 0);
  Replace("cred-12345678");
  EXPECT_EQ(LooksWithin(1'000), 1);
}

TEST_F(StoreWatchTest, AReplacedParentIsFoundAtTheNextCheck) {
  StartAndRest();
  fs::rename(folder_.path() / "above", folder_.path() / "old");
  fs::create_directories(state_);
  Replace("cred-12345678");
  EXPECT_EQ(LooksWithin(kStoreRecheckMs), 1);
  Pass(kStoreRestMs);
  Replace("cred-12345678");
  EXPECT_EQ(LooksWithin(1'000), 1);
}

TEST_F(StoreWatchTest, WithoutADescriptorItLooksNowAndThen) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "a watch without descriptors was not tested: the sanitizer needs some "
                  "of its own";
#endif
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none = {3, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  Start(state_.string());
  const bool watching = fds_.watching();
  const int looks = LooksWithin(10 * kStoreLookMs);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_FALSE(watching);
  EXPECT_EQ(looks, 10);
  Pass(kStoreLookMs + kStoreRestMs);
  EXPECT_TRUE(fds_.watching()) << "it is tried again";
}

TEST_F(StoreWatchTest, WhatIsNoDirectoryIsLookedAtNowAndThen) {
  Start("");
  EXPECT_EQ(LooksWithin(10 * kStoreLookMs), 10);
  EXPECT_FALSE(fds_.watching());
}

TEST_F(StoreWatchTest, ALookThatCannotBeginIsTriedAgain) {
  refuses_ = true;
  Start(state_.string());
  Pass(10 * kStoreLookMs);
  EXPECT_EQ(looks_, 0);
  EXPECT_LE(scheduler_.ran(), 11u);
  refuses_ = false;
  EXPECT_EQ(LooksWithin(kStoreLookMs), 1);
}

TEST_F(StoreWatchTest, WhatIsLostBeginsAnew) {
  holds_ = true;
  Start(state_.string());
  watch_->GiveUp();
  watch_->Start();
  EXPECT_EQ(looks_, 1) << "the look is under way";
  done_ = nullptr;  // and is lost
  holds_ = false;
  watch_->GiveUp();
  Pass(10 * kStoreRecheckMs);
  EXPECT_EQ(looks_, 1);
  watch_->Start();
  Pass(kStoreRestMs);
  EXPECT_EQ(looks_, 2);
  EXPECT_TRUE(fds_.watching());
}

TEST_F(StoreWatchTest, NetworkFileSystemsAreKnownByTheirType) {
  EXPECT_TRUE(IsNetworkFsType(0x6969)) << "NFS";
  EXPECT_TRUE(IsNetworkFsType(0xff534d42)) << "CIFS";
  EXPECT_TRUE(IsNetworkFsType(static_cast<int32_t>(0xfe534d42))) << "SMB2, with its sign";
  EXPECT_FALSE(IsNetworkFsType(0xef53)) << "ext4";
  EXPECT_FALSE(IsOnNetworkFs("/proc"));
  EXPECT_FALSE(IsOnNetworkFs((folder_.path() / "nothing").string()));
}

}  // namespace
}  // namespace xai
