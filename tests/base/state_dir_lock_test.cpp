// The lock of state_dir.h between processes and threads.
#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/state_dir.h"
#include "support/faulty_file_system.h"
#include "support/file_mode.h"
#include "support/temp_dir.h"
#include "support/wait_for.h"

namespace xai {
namespace {

namespace fs = std::filesystem;

bool NoWait() {
  return false;
}

class FileLockTest : public testing::Test {
 protected:
  StateDir Open() const { return StateDir::Open(&files_, folder_.path()).value(); }
  std::string TryLock() const {
    const Result<FileLock> lock = Open().Lock("lock", NoWait);
    return lock.ok() ? "ok" : std::string(InfoOf(lock.error().code).name);
  }

  TempDir folder_;
  mutable FaultyFileSystem files_;
};

TEST_F(FileLockTest, IsHeldByOneAndFreedAtTheEnd) {
  {
    const Result<FileLock> held = Open().Lock("lock", NoWait);
    ASSERT_TRUE(held.ok());
    EXPECT_EQ(TryLock(), "store_locked");
  }
  EXPECT_EQ(TryLock(), "ok");
  EXPECT_TRUE(fs::exists(folder_.path() / "lock")) << "never removed";
}

TEST_F(FileLockTest, IsWaitedForUntilTheDeadline) {
  const Result<FileLock> held = Open().Lock("lock", NoWait);
  int asked = 0;
  const Result<FileLock> waited = Open().Lock("lock", [&asked] { return ++asked < 3; });
  ASSERT_FALSE(waited.ok());
  EXPECT_EQ(waited.error().code, ErrorCode::kStoreLocked);
  EXPECT_EQ(asked, 3);
}

TEST_F(FileLockTest, PassesToWhoeverWaits) {
  std::atomic<bool> waiting{false};
  std::atomic<bool> got{false};
  std::thread waiter;
  {
    const Result<FileLock> held = Open().Lock("lock", NoWait);
    waiter = std::thread([&] {
      got = Open()
                .Lock("lock",
                      [&waiting] {
                        waiting = true;
                        return true;
                      })
                .ok();
    });
    EXPECT_TRUE(WaitFor([&waiting] { return waiting.load(); }));
    EXPECT_FALSE(got);
  }
  waiter.join();
  EXPECT_TRUE(got);
}

// Matrix B31.
TEST_F(FileLockTest, DiesWithItsHolder) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const Result<FileLock> held = Open().Lock("lock", NoWait);
    const char answer = held.ok() ? 'y' : 'n';
    if (write(ready[1], &answer, 1) != 1) _exit(1);
    for (;;) pause();
  }
  ASSERT_GT(child, 0);
  char answer = 0;
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  EXPECT_EQ(TryLock(), "store_locked");
  kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(TryLock(), "ok");
  close(ready[0]);
  close(ready[1]);
}

// A child of the host's that was forked meanwhile has the descriptors too.
TEST_F(FileLockTest, AndARoomEndWithTheirHolderWhoeverWasForked) {
  pid_t child = -1;
  {
    const Result<FileLock> held = Open().Lock("lock", NoWait);
    Result<Reservation> room = Open().Reserve("cred", 10);
    Result<Reservation> unused = Open().Reserve("other", 10);
    ASSERT_TRUE(held.ok() && room.ok() && unused.ok());
    child = fork();
    if (child == 0) {
      for (;;) pause();
    }
    ASSERT_GT(child, 0);
    ASSERT_TRUE(room.value().Commit("cred", "x").ok());
  }
  EXPECT_EQ(TryLock(), "ok");
  EXPECT_TRUE(Open().Replace("cred", "y").ok());
  EXPECT_TRUE(Open().Replace("other", "y").ok());
  kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
}

// Matrix B33: a lock on a file that is gone protects nothing.
TEST_F(FileLockTest, IsThatOfTheFileUnderTheName) {
  const Result<FileLock> held = Open().Lock("lock", NoWait);
  ASSERT_TRUE(held.ok());
  fs::remove(folder_.path() / "lock");
  const Result<FileLock> other = Open().Lock("lock", NoWait);
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(TryLock(), "store_locked");
}

// Matrix B33: removed, or replaced, between its opening and its locking.
TEST_F(FileLockTest, OfAFileThatIsNotThereAnyMoreIsNone) {
  files_.before_lock = [this] { fs::remove(folder_.path() / "lock"); };
  {
    const Result<FileLock> held = Open().Lock("lock", NoWait);
    ASSERT_TRUE(held.ok());
    EXPECT_EQ(TryLock(), "store_locked") << "it is that of the new file";
  }
  std::optional<FileLock> others;
  files_.before_lock = [this, &others] {
    fs::remove(folder_.path() / "lock");
    others = Open().Lock("lock", NoWait).value();
  };
  EXPECT_EQ(TryLock(), "store_locked");
  others.reset();
  EXPECT_EQ(TryLock(), "ok");
}

TEST_F(FileLockTest, KeepsANote) {
  Result<FileLock> lock = Open().Lock("lock", NoWait);
  ASSERT_TRUE(lock.ok());
  EXPECT_EQ(lock.value().ReadNote().value(), "");
  ASSERT_TRUE(lock.value().WriteNote("0123456789abcdef").ok());
  EXPECT_EQ(lock.value().ReadNote().value(), "0123456789abcdef");
  ASSERT_TRUE(lock.value().WriteNote("short").ok());
  EXPECT_EQ(lock.value().ReadNote().value(), "short");
  { const FileLock released = std::move(lock).value(); }
  Result<FileLock> next = Open().Lock("lock", NoWait);
  EXPECT_EQ(next.value().ReadNote().value(), "short") << "for whoever comes next";
  ASSERT_TRUE(next.value().WriteNote("").ok());
  EXPECT_EQ(next.value().ReadNote().value(), "");
}

// Matrix E15.
TEST_F(FileLockTest, OfAHugeNoteTheBeginningIsRead) {
  const fs::path lock = folder_.Write("lock", "garbage\xFF\n");
  fs::resize_file(lock, uintmax_t{1} << 30);  // all of it holes
  Result<FileLock> held = Open().Lock("lock", NoWait);
  ASSERT_TRUE(held.ok());
  const Result<std::string> note = held.value().ReadNote();
  ASSERT_TRUE(note.ok());
  EXPECT_LE(note.value().size(), 4096u);
  EXPECT_EQ(note.value().substr(0, 7), "garbage");
  ASSERT_TRUE(held.value().WriteNote("short").ok());
  EXPECT_EQ(fs::file_size(lock), 5u);
}

TEST_F(FileLockTest, TakesPlainFilesAlone) {
  const fs::path lock = folder_.path() / "lock";
  const fs::path target = folder_.Write("target", "theirs");
  fs::create_symlink(target, lock);
  EXPECT_EQ(TryLock(), "store_permission");
  fs::remove(lock);
  fs::create_hard_link(target, lock);
  EXPECT_EQ(TryLock(), "store_permission");
  fs::remove(lock);
  MakeFifo(lock);
  EXPECT_EQ(TryLock(), "store_permission");
  fs::remove(lock);
  fs::create_directory(lock);
  EXPECT_EQ(TryLock(), "store_io");
  EXPECT_EQ(ReadFile(target), "theirs");
}

}  // namespace
}  // namespace xai
