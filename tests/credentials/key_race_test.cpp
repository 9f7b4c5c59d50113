// Two who need the key for the first time at the same moment must get the same one.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/system_file_system.h"
#include "credentials/key_source.h"
#include "support/scripted_random.h"
#include "support/temp_dir.h"

namespace xai {
namespace {

constexpr int kRounds = 50;
constexpr int kCreators = 4;

TEST(KeyFileRace, AllCreatorsGetTheKeyThatStays) {
  const TempDir folder;
  SystemFileSystem files;
  for (int round = 0; round < kRounds; ++round) {
    const std::string path = folder.path() / std::to_string(round) / "key";
    std::atomic<int> ready{0};
    std::vector<std::string> keys(kCreators);
    std::vector<std::thread> creators;
    for (int i = 0; i < kCreators; ++i) {
      creators.emplace_back([i, &files, &path, &ready, &keys] {
        ScriptedRandom random(static_cast<uint8_t>(32 * i));
        const auto source = MakeKeyFileSource(&files, path, &random);
        ++ready;
        while (ready < kCreators) std::this_thread::yield();
        const Result<SecretKey> key = source->Key({}, true);
        keys[static_cast<size_t>(i)] =
            key.ok() ? std::string(reinterpret_cast<const char*>(key.value().data()), 32)
                     : key.error().detail;
      });
    }
    for (std::thread& creator : creators) creator.join();
    const std::string kept = ReadFile(path);
    ASSERT_EQ(kept.size(), 32u);
    for (const std::string& key : keys) ASSERT_EQ(key, kept) << "round " << round;
  }
}

}  // namespace
}  // namespace xai
