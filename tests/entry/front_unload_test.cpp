// The backend goes with its last provider; the front stays.
#include <string>

#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "entry/front_driver.h"
#include "support/process_state.h"

namespace xai {
namespace {

constexpr char kBackend[] = "/fake_good.so";
constexpr int kRounds = 50;

std::string GoodConfig() {
  return ConfigFor(std::string(XAI_FIXTURES) + kBackend);
}

TEST(FrontUnload, BackendIsUnmappedEachTimeAndNothingIsLeft) {
  const llmp_entry* entry = LoadFront(XAI_FRONT);
  ASSERT_NE(entry, nullptr);
  const std::string config = GoodConfig();
  const TestHost host;
  const size_t fds = CountOpenFds();
  const size_t threads = CountThreads();
  for (int round = 0; round < kRounds; ++round) {
    llmp_provider* provider =
        entry->create(LLMP_ABI_MAJOR, &host, config.data(), config.size());
    ASSERT_EQ(provider->state, uint32_t{LLMP_READY});
    ASSERT_TRUE(IsMapped(kBackend));
    ASSERT_EQ(Ask(provider, &llmp_provider::complete, 1).status, LLMP_OK);
    provider->destroy(provider);
    ASSERT_FALSE(IsMapped(kBackend)) << "round " << round;
  }
  EXPECT_EQ(CountOpenFds(), fds);
  EXPECT_EQ(CountThreads(), threads);
}

TEST(FrontUnload, BackendStaysWhileOneOfTwoProvidersLives) {
  const llmp_entry* entry = LoadFront(XAI_FRONT);
  const std::string config = GoodConfig();
  const TestHost host;
  const auto create = [&] {
    return entry->create(LLMP_ABI_MAJOR, &host, config.data(), config.size());
  };
  llmp_provider* one = create();
  llmp_provider* two = create();
  one->destroy(one);
  EXPECT_TRUE(IsMapped(kBackend));
  EXPECT_EQ(Ask(two, &llmp_provider::complete, 1).status, LLMP_OK);
  two->destroy(two);
  EXPECT_FALSE(IsMapped(kBackend));
}

TEST(FrontUnload, RefusedBackendIsUnmapped) {
  const llmp_entry* entry = LoadFront(XAI_FRONT);
  const TestHost host;
  for (const char* name : {"/fake_fails.so", "/fake_wrong_magic.so", "/fake_throws.so",
                           "/fake_version_0_2_0.so", "/fake_no_memory.so"}) {
    const std::string config = ConfigFor(std::string(XAI_FIXTURES) + name);
    llmp_provider* provider =
        entry->create(LLMP_ABI_MAJOR, &host, config.data(), config.size());
    if (provider != nullptr) provider->destroy(provider);
    EXPECT_FALSE(IsMapped(name));
  }
}

// Matrix D14.
TEST(FrontUnload, EarlyDlcloseIsHarmless) {
  void* handle = dlopen(XAI_FRONT, RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(handle, nullptr);
  const auto entry_point =
      reinterpret_cast<const llmp_entry* (*)()>(dlsym(handle, "llmp_entry_point"));
  const llmp_entry* entry = entry_point();
  const TestHost host;
  const std::string missing = ConfigFor("/nowhere/backend.so");
  const std::string good = GoodConfig();
  llmp_provider* null_object =
      entry->create(LLMP_ABI_MAJOR, &host, missing.data(), missing.size());
  llmp_provider* provider =
      entry->create(LLMP_ABI_MAJOR, &host, good.data(), good.size());
  // As often as anyone has opened it.
  while (dlclose(handle) == 0 && dlopen(XAI_FRONT, RTLD_NOW | RTLD_NOLOAD) == nullptr) {
  }
  dlclose(handle);
  EXPECT_EQ(Ask(null_object, &llmp_provider::complete, 1).status, LLMP_E_UNAVAILABLE);
  EXPECT_EQ(Ask(provider, &llmp_provider::complete, 1).status, LLMP_OK);
  null_object->destroy(null_object);
  provider->destroy(provider);
  EXPECT_TRUE(IsMapped("/xai_grok.so"));
  EXPECT_FALSE(IsMapped(kBackend));
}

TEST(FrontUnload, DestroyInAForkedChildDoesNothing) {
  const llmp_entry* entry = LoadFront(XAI_FRONT);
  const TestHost host;
  const std::string config = GoodConfig();
  llmp_provider* provider =
      entry->create(LLMP_ABI_MAJOR, &host, config.data(), config.size());
  const pid_t child = fork();
  if (child == 0) {
    provider->destroy(provider);
    _exit(IsMapped(kBackend) && host.logged.empty() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  provider->destroy(provider);
  EXPECT_FALSE(IsMapped(kBackend));
}

}  // namespace
}  // namespace xai
