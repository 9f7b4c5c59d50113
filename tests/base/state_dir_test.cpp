#include "base/state_dir.h"

#include <cerrno>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <unistd.h>

#include "base/system_file_system.h"
#include "support/faulty_file_system.h"
#include "support/file_mode.h"
#include "support/scripted_random.h"
#include "support/temp_dir.h"

namespace xai {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kSomebodyElse = 65'534;

bool NoWait() {
  return false;
}

std::string Name(const Error& error) {
  return std::string(InfoOf(error.code).name) + " " + error.reason;
}

class StateDirTest : public testing::Test {
 protected:
  fs::path path() const { return folder_.path() / "state"; }
  fs::path File(const char* name) const { return path() / name; }

  StateDir Open() {
    Result<StateDir> opened = StateDir::Open(&files_, path());
    EXPECT_TRUE(opened.ok());
    return std::move(opened).value();
  }

  std::string OpenVerdict() {
    const Result<StateDir> opened = StateDir::Open(&files_, path());
    return opened.ok() ? "ok" : Name(opened.error());
  }

  // The content, "none", or the error.
  static std::string Read(const StateDir& directory, std::string_view name,
                          size_t bytes_max = 100) {
    const Result<std::optional<std::string>> bytes = directory.Read(name, bytes_max);
    if (!bytes.ok()) return Name(bytes.error());
    return bytes.value().value_or("none");
  }

  static std::vector<std::string> List(const StateDir& directory,
                                       std::string_view prefix = "") {
    std::vector<std::string> names = directory.List(prefix).value();
    std::erase_if(names, [](const std::string& n) { return n == "." || n == ".."; });
    return names;
  }

  TempDir folder_;
  SystemFileSystem files_;
  ScriptedRandom random_;
};

TEST_F(StateDirTest, IsMadeWithItsParents) {
  const fs::path deep = folder_.path() / "a" / "b" / "c";
  EXPECT_FALSE(StateDir::OpenExisting(&files_, deep).value());
  EXPECT_FALSE(fs::exists(folder_.path() / "a"));
  ASSERT_TRUE(StateDir::Open(&files_, deep).ok());
  for (const fs::path& made : {deep, deep.parent_path(), folder_.path() / "a"}) {
    EXPECT_EQ(ModeOf(made), 0700) << made;
  }
  ASSERT_TRUE(StateDir::Open(&files_, deep).ok()) << "again";
  ASSERT_TRUE(StateDir::Open(&files_, deep.string() + "/").ok());
  EXPECT_TRUE(StateDir::OpenExisting(&files_, deep).value());
}

TEST_F(StateDirTest, ReadsIntoAsMuchAsTheFileNeeds) {
  StateDir directory = Open();
  for (const size_t size : {0u, 10u, 4095u, 4096u, 4097u, 20'000u, 65'536u}) {
    std::string content(size, 'x');
    if (size > 0) content.back() = 'y';
    ASSERT_TRUE(directory.Replace("cred", content).ok());
    EXPECT_TRUE(Read(directory, "cred", 65'536) == content) << size;
    EXPECT_LE(directory.Read("cred", 65'536).value()->capacity(), 2 * size + 4096)
        << size;
    if (size == 0) continue;
    EXPECT_TRUE(Read(directory, "cred", size) == content) << size;
    EXPECT_EQ(Read(directory, "cred", size - 1), "store_corrupt size") << size;
  }
}

// Matrix B14.
TEST_F(StateDirTest, MayBeWrittenByItsOwnerAlone) {
  fs::create_directory(path());
  for (const unsigned mode : {0700u, 0755u, 0711u, 0750u, 01700u}) {
    SetMode(path(), mode);
    EXPECT_EQ(OpenVerdict(), "ok") << mode;
    EXPECT_EQ(ModeOf(path()), static_cast<int>(mode)) << "left as it is";
  }
  for (const unsigned mode : {0720u, 0702u, 0770u, 0777u, 01777u}) {
    SetMode(path(), mode);
    EXPECT_EQ(OpenVerdict(), "store_permission mode") << mode;
  }
}

TEST_F(StateDirTest, IsNobodyElses) {
  if (geteuid() != 0)
    GTEST_SKIP() << "files of another user were not tested: only root can give them away";
  StateDir directory = Open();
  ASSERT_TRUE(directory.Replace("cred", "x").ok());
  ASSERT_EQ(chown(File("cred").c_str(), kSomebodyElse, 0), 0);
  EXPECT_EQ(Read(directory, "cred"), "store_permission owner");
  ASSERT_EQ(chown(path().c_str(), kSomebodyElse, 0), 0);
  EXPECT_EQ(OpenVerdict(), "store_permission owner");
}

TEST_F(StateDirTest, OfAnotherUserNothingIsTaken) {
  FaultyFileSystem files;
  const StateDir directory = StateDir::Open(&files, path()).value();
  ASSERT_TRUE(directory.Replace("cred", "x").ok());
  files.is_anothers = true;
  EXPECT_EQ(Read(directory, "cred"), "store_permission owner");
  const Result<StateDir> opened = StateDir::Open(&files, path());
  EXPECT_EQ(opened.ok() ? "ok" : Name(opened.error()), "store_permission owner");
}

TEST_F(StateDirTest, IsARealDirectory) {
  fs::create_directory(folder_.path() / "elsewhere");
  fs::create_symlink(folder_.path() / "elsewhere", path());
  EXPECT_EQ(OpenVerdict(), "store_permission link");
  fs::remove(path());
  folder_.Write("state", "a file");
  EXPECT_EQ(OpenVerdict(), "store_permission link");
  EXPECT_TRUE(fs::is_empty(folder_.path() / "elsewhere"));
}

// Matrix B16.
TEST_F(StateDirTest, ModesDoNotDependOnTheUmask) {
  for (const unsigned mask : {0000u, 0022u, 0077u, 0277u, 0777u}) {
    const TempDir folder;
    const ScopedUmask scoped(mask);
    const fs::path deep = folder.path() / "a" / "state";
    const Result<StateDir> directory = StateDir::Open(&files_, deep);
    ASSERT_TRUE(directory.ok()) << mask;
    ASSERT_TRUE(directory.value().Replace("cred", "x").ok());
    ASSERT_TRUE(directory.value().CreateNew("key", "x", &random_).ok());
    ASSERT_TRUE(directory.value().Lock("lock", NoWait).ok());
    EXPECT_EQ(ModeOf(folder.path() / "a"), 0700) << mask;
    EXPECT_EQ(ModeOf(deep), 0700) << mask;
    for (const char* name : {"cred", "key", "lock"}) {
      EXPECT_EQ(ModeOf(deep / name), 0600) << name << " with " << mask;
    }
  }
}

TEST_F(StateDirTest, ReadsWhatWasWritten) {
  const StateDir directory = Open();
  EXPECT_EQ(Read(directory, "cred"), "none");
  ASSERT_TRUE(directory.Replace("cred", "old").ok());
  EXPECT_EQ(Read(directory, "cred"), "old");
  ASSERT_TRUE(directory.Replace("cred", "longer than before").ok());
  EXPECT_EQ(Read(directory, "cred"), "longer than before");
  ASSERT_TRUE(directory.Replace("cred", "").ok());
  EXPECT_EQ(Read(directory, "cred"), "");
  EXPECT_EQ(List(directory), std::vector<std::string>{"cred"}) << "nothing temporary";
}

TEST_F(StateDirTest, ReadingIsBounded) {
  const StateDir directory = Open();
  ASSERT_TRUE(directory.Replace("cred", std::string(100, 'x')).ok());
  EXPECT_EQ(Read(directory, "cred", 100).size(), 100u);
  EXPECT_EQ(Read(directory, "cred", 99), "store_corrupt size");
  EXPECT_EQ(Read(directory, "cred", 0), "store_corrupt size");
}

// Matrix B15.
TEST_F(StateDirTest, AWiderModeIsTightened) {
  const StateDir directory = Open();
  for (const unsigned mode : {0644u, 0660u, 0666u, 0700u, 0777u}) {
    folder_.Write("state/cred", "x");
    SetMode(File("cred"), mode);
    EXPECT_EQ(Read(directory, "cred"), "x");
    EXPECT_EQ(ModeOf(File("cred")), 0600) << mode;
  }
}

// Matrix B12.
TEST_F(StateDirTest, ReadsPlainFilesAlone) {
  const StateDir directory = Open();
  const fs::path target = folder_.Write("target", "theirs");
  fs::create_symlink(target, File("symlink"));
  fs::create_symlink(folder_.path() / "nothing", File("dangling"));
  fs::create_directory(File("folder"));
  MakeFifo(File("fifo"));
  for (const char* name : {"symlink", "dangling", "folder", "fifo"}) {
    EXPECT_EQ(Read(directory, name).substr(0, 17), "store_permission ") << name;
  }
  EXPECT_EQ(Read(directory, "none/such"), "none");
}

TEST_F(StateDirTest, AFileOfTwoNamesIsRefused) {
  const StateDir directory = Open();
  fs::create_hard_link(folder_.Write("target", "theirs"), File("hard"));
  EXPECT_EQ(Read(directory, "hard"), "store_permission link");
}

TEST_F(StateDirTest, ReplacingALinkLeavesItsTarget) {
  const StateDir directory = Open();
  const fs::path target = folder_.Write("target", "theirs");
  fs::create_symlink(target, File("a"));
  fs::create_hard_link(target, File("b"));
  ASSERT_TRUE(directory.Replace("a", "ours").ok());
  ASSERT_TRUE(directory.Replace("b", "ours").ok());
  EXPECT_EQ(ReadFile(target), "theirs");
  EXPECT_EQ(Read(directory, "a"), "ours");
  EXPECT_EQ(Read(directory, "b"), "ours");
}

// Matrix B13, B37.
TEST_F(StateDirTest, WhatLiesUnderTheTemporaryNameIsReplaced) {
  const StateDir directory = Open();
  const fs::path target = folder_.Write("target", "theirs");
  const fs::path temporary = File(".cred.tmp");
  const auto replace = [&directory] { return directory.Replace("cred", "x").ok(); };
  folder_.Write("state/.cred.tmp", "left by a crash");
  EXPECT_TRUE(replace());
  fs::create_symlink(target, temporary);
  EXPECT_TRUE(replace());
  fs::create_hard_link(target, temporary);
  EXPECT_TRUE(replace());
  MakeFifo(temporary);
  EXPECT_TRUE(replace());
  EXPECT_EQ(List(directory), std::vector<std::string>{"cred"});
  fs::create_directory(temporary);
  EXPECT_FALSE(replace()) << "a directory is somebody's intention";
  EXPECT_EQ(Read(directory, "cred"), "x");
  EXPECT_EQ(ReadFile(target), "theirs");
}

TEST_F(StateDirTest, AReservationIsRoomUntilItIsUsed) {
  const StateDir directory = Open();
  ASSERT_TRUE(directory.Replace("cred", "old").ok());
  {
    const Result<Reservation> unused = directory.Reserve("cred", 16'384);
    ASSERT_TRUE(unused.ok());
    EXPECT_EQ(fs::file_size(File(".cred.tmp")), 16'384u);
    EXPECT_EQ(ModeOf(File(".cred.tmp")), 0600);
  }
  EXPECT_EQ(List(directory), std::vector<std::string>{"cred"}) << "given back";
  EXPECT_EQ(Read(directory, "cred"), "old");

  Result<Reservation> room = directory.Reserve("cred", 16'384);
  ASSERT_TRUE(room.ok());
  Reservation moved = std::move(room).value();
  ASSERT_TRUE(moved.Commit("cred", "new").ok());
  EXPECT_EQ(Read(directory, "cred"), "new") << "no longer than its content";
}

// Matrix B33: two who believe that the lock is theirs.
TEST_F(StateDirTest, AReservationIsNotTakenFromAnother) {
  const StateDir directory = Open();
  const StateDir other = Open();
  Result<Reservation> room = directory.Reserve("cred", 100);
  ASSERT_TRUE(room.ok());
  EXPECT_EQ(Name(other.Reserve("cred", 100).error()), "store_locked ");
  EXPECT_EQ(Name(other.Replace("cred", "theirs").error()), "store_locked ");
  ASSERT_TRUE(room.value().Commit("cred", "ours").ok());
  EXPECT_EQ(Read(other, "cred"), "ours");
  EXPECT_TRUE(other.Replace("cred", "theirs").ok()) << "it is committed";
  {
    const Result<Reservation> unused = directory.Reserve("cred", 100);
    EXPECT_EQ(Name(other.Replace("cred", "x").error()), "store_locked ");
  }
  EXPECT_TRUE(other.Replace("cred", "x").ok()) << "it is given back";
}

TEST_F(StateDirTest, WhatHasTheTemporaryNameNowIsNotPublished) {
  const StateDir directory = Open();
  ASSERT_TRUE(directory.Replace("cred", "old").ok());
  {
    Result<Reservation> room = directory.Reserve("cred", 100);
    ASSERT_TRUE(room.ok());
    fs::remove(File(".cred.tmp"));
    folder_.Write("state/.cred.tmp", "theirs");
    EXPECT_EQ(Name(room.value().Commit("cred", "ours").error()), "store_io io");
  }
  EXPECT_EQ(Read(directory, "cred"), "old");
  EXPECT_TRUE(fs::exists(File(".cred.tmp"))) << "not ours to remove";
}

TEST_F(StateDirTest, WhatIsNotAllocatedIsNoRoom) {
  FaultyFileSystem files;
  const StateDir directory = StateDir::Open(&files, path()).value();
  files.allocate_error = ENOSPC;
  EXPECT_FALSE(directory.Reserve("cred", 10).ok());
  EXPECT_EQ(List(directory), std::vector<std::string>{});
}

TEST_F(StateDirTest, AFailedCommitLeavesTheOldFile) {
  const StateDir directory = Open();
  ASSERT_TRUE(directory.Replace("cred", "old").ok());
  Result<Reservation> room = directory.Reserve("cred", 100);
  fs::remove(File(".cred.tmp"));
  EXPECT_EQ(Name(room.value().Commit("cred", "new").error()), "store_io io");
  EXPECT_EQ(Read(directory, "cred"), "old");
}

TEST_F(StateDirTest, CreatingDoesNotReplace) {
  const StateDir directory = Open();
  EXPECT_TRUE(directory.CreateNew("key", "first", &random_).value());
  EXPECT_FALSE(directory.CreateNew("key", "second", &random_).value());
  EXPECT_EQ(Read(directory, "key"), "first");
  fs::create_symlink(folder_.path() / "nothing", File("link"));
  EXPECT_FALSE(directory.CreateNew("link", "x", &random_).value());
  EXPECT_FALSE(fs::exists(folder_.path() / "nothing"));
  EXPECT_EQ(List(directory), (std::vector<std::string>{"key", "link"}));

  Result<Reservation> room = directory.Reserve("key", 10);
  EXPECT_FALSE(room.value().CommitNew("key", "third").value());
  EXPECT_TRUE(directory.Reserve("other", 10).value().CommitNew("other", "x").value());
}

TEST_F(StateDirTest, ListsInOrder) {
  const StateDir directory = Open();
  for (const char* name : {"cred-b", "cred-a", "cred", "pending-a", "credit"}) {
    ASSERT_TRUE(directory.Replace(name, "").ok());
  }
  EXPECT_EQ(List(directory, "cred-"), (std::vector<std::string>{"cred-a", "cred-b"}));
  EXPECT_EQ(List(directory, "x"), std::vector<std::string>());
  EXPECT_EQ(List(directory).size(), 5u);
  EXPECT_EQ(List(directory).size(), 5u) << "a second time as well";
}

// A name that was removed and not flushed comes back after a power cut.
TEST_F(StateDirTest, ARemovalThatWasNotFlushedIsFlushedTheNextTime) {
  FaultyFileSystem files;
  const StateDir directory = StateDir::Open(&files, folder_.path() / "state").value();
  ASSERT_TRUE(directory.Replace("cred", "x").ok());
  files.sync_error = EIO;
  EXPECT_FALSE(directory.Remove("cred").ok());
  EXPECT_FALSE(directory.Remove("cred").ok()) << "it may still come back";
  files.sync_error = 0;
  EXPECT_FALSE(directory.Remove("cred").value());
}

TEST_F(StateDirTest, RemovesAndMovesAside) {
  const StateDir directory = Open();
  EXPECT_FALSE(directory.Remove("cred").value());
  EXPECT_TRUE(directory.MoveAside("cred", "aside").ok()) << "nothing to move";
  ASSERT_TRUE(directory.Replace("cred", "x").ok());
  ASSERT_TRUE(directory.MoveAside("cred", "aside").ok());
  EXPECT_EQ(Read(directory, "cred"), "none");
  EXPECT_EQ(Read(directory, "aside"), "x");
  EXPECT_TRUE(directory.Remove("aside").value());
  EXPECT_EQ(List(directory), std::vector<std::string>());
}

TEST_F(StateDirTest, ADescriptorOutlivesAReplacedDirectory) {
  const StateDir directory = Open();
  ASSERT_TRUE(directory.Replace("cred", "x").ok());
  fs::rename(path(), folder_.path() / "moved");
  fs::create_symlink("/etc", path());
  EXPECT_EQ(Read(directory, "passwd"), "none");
  EXPECT_EQ(Read(directory, "cred"), "x");
}

}  // namespace
}  // namespace xai
