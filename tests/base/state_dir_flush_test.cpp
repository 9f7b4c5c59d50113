// What is flushed, and when: a name outlives a power cut only if its folder was flushed.
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/state_dir.h"
#include "base/system_file_system.h"
#include "support/temp_dir.h"

namespace xai {
namespace {

namespace fs = std::filesystem;

// The real one, and what was renamed and flushed, in order.
class WatchedFileSystem : public SystemFileSystem {
 public:
  std::vector<std::string> calls;

  int Sync(int fd) override {
    calls.push_back("flush " +
                    fs::read_symlink("/proc/self/fd/" + std::to_string(fd)).string());
    return SystemFileSystem::Sync(fd);
  }
  int Rename(int dir_fd, const std::string& from, const std::string& to,
             OnExisting on_existing) override {
    calls.push_back("rename to " + to);
    return SystemFileSystem::Rename(dir_fd, from, to, on_existing);
  }
};

class StateDirFlushTest : public testing::Test {
 protected:
  StateDirFlushTest() { fs::create_directories(path()); }

  fs::path path() const { return fs::canonical(folder_.path()) / "parent" / "state"; }
  StateDir Open() { return StateDir::Open(&files_, path()).value(); }
  std::vector<std::string> FlushesFrom(const fs::path& first) {
    std::vector<std::string> flushes;
    for (fs::path path = first; path != path.root_path(); path = path.parent_path()) {
      flushes.push_back("flush " + path.string());
    }
    flushes.push_back("flush /");
    return flushes;
  }

  TempDir folder_;
  WatchedFileSystem files_;
};

TEST_F(StateDirFlushTest, TheBytesAreFlushedBeforeTheName) {
  const StateDir directory = Open();
  Result<Reservation> room = directory.Reserve("cred", 10);
  ASSERT_TRUE(room.ok());
  files_.calls.clear();
  ASSERT_TRUE(room.value().Commit("cred", "x").ok());
  ASSERT_FALSE(files_.calls.empty());
  EXPECT_EQ(files_.calls[0], "flush " + (path() / ".cred.tmp").string());
}

TEST_F(StateDirFlushTest, ANewNameIsFlushedWithItsDirectory) {
  ASSERT_TRUE(Open().Replace("cred", "x").ok());
  ASSERT_GE(files_.calls.size(), 2u);
  const std::vector<std::string> last(files_.calls.end() - 2, files_.calls.end());
  EXPECT_EQ(last,
            (std::vector<std::string>{"rename to cred", "flush " + path().string()}));
}

// Somebody else may have made them a moment ago.
TEST_F(StateDirFlushTest, AFirstFileFlushesAllThatLiesAbove) {
  const StateDir directory = Open();
  files_.calls.clear();
  Result<Reservation> room = directory.Reserve("cred", 10);
  ASSERT_TRUE(room.ok());
  std::vector<std::string> expected = FlushesFrom(path());
  expected.push_back("flush " + (path() / ".cred.tmp").string());
  EXPECT_EQ(files_.calls, expected);
}

TEST_F(StateDirFlushTest, ARemovalIsFlushed) {
  const StateDir directory = Open();
  ASSERT_TRUE(directory.Replace("cred", "x").ok());
  files_.calls.clear();
  ASSERT_TRUE(directory.Remove("cred").value());
  EXPECT_EQ(files_.calls, std::vector<std::string>{"flush " + path().string()});
}

}  // namespace
}  // namespace xai
