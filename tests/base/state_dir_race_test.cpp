// Readers do not lock: what they see of a file that is being replaced.
#include <atomic>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "base/state_dir.h"
#include "base/system_file_system.h"
#include "support/temp_dir.h"

namespace xai {
namespace {

// Matrix G05.
TEST(StateDirRaceTest, AReaderSeesTheOldFileOrTheNewOne) {
  constexpr int kReads = 20'000;
  const TempDir folder;
  SystemFileSystem files;
  const Result<StateDir> opened =
      StateDir::Open(&files, (folder.path() / "state").string());
  ASSERT_TRUE(opened.ok());
  const StateDir& directory = opened.value();
  const std::string old_bytes(1'000, 'o');
  const std::string new_bytes(2'000, 'n');
  ASSERT_TRUE(directory.Replace("cred-1", old_bytes).ok());

  std::atomic<bool> over{false};
  int replaced = 0;
  std::thread writer([&] {
    for (; !over; ++replaced) {
      const std::string& bytes = replaced % 2 == 0 ? new_bytes : old_bytes;
      EXPECT_TRUE(directory.Replace("cred-1", bytes).ok());
    }
  });
  int bad = 0;
  std::string why;
  for (int i = 0; i < kReads; ++i) {
    const Result<std::optional<std::string>> read = directory.Read("cred-1", 4'096);
    if (read.ok() && read.value() &&
        (*read.value() == old_bytes || *read.value() == new_bytes)) {
      continue;
    }
    ++bad;
    why = read.ok() ? "torn" : read.error().detail;
  }
  over = true;
  writer.join();
  EXPECT_EQ(bad, 0) << why;
  EXPECT_GT(replaced, 0);
}

}  // namespace
}  // namespace xai
