#include "runtime/process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace xai {
namespace {

// What `answer` is in a fork of this process, which does nothing else.
template <typename Answer>
int InChild(Answer answer) {
  const pid_t child = fork();
  if (child == 0) _exit(answer());
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

TEST(ProcessTest, StartsOnceHoweverManyAsk) {
  std::vector<std::thread> threads;
  std::vector<int> ok(8, 0);
  for (int& one : ok) {
    threads.emplace_back([&one] { one = InitProcess().ok() ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ok, std::vector<int>(8, 1));
}

TEST(ProcessTest, CountsForks) {
  ASSERT_TRUE(InitProcess().ok());
  EXPECT_EQ(ForkCount(), 0u);
  EXPECT_EQ(InChild([] { return static_cast<int>(ForkCount()); }), 1);
  EXPECT_EQ(InChild([] { return InChild([] { return static_cast<int>(ForkCount()); }); }),
            2);
  EXPECT_EQ(ForkCount(), 0u);
}

TEST(ProcessTest, KnowsItsLibraries) {
  const LibraryVersions versions = FoundVersions();
  EXPECT_FALSE(versions.libcurl.empty());
  EXPECT_FALSE(versions.tls.empty());
  EXPECT_FALSE(versions.libsodium.empty());
}

}  // namespace
}  // namespace xai
