// Many requests of one provider, one renewal.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "e2e/plugin_stage.h"
#include "support/wait_for.h"

namespace xai {
namespace {

constexpr const char* kStatus = R"({"action":"status"})";

// A connection each, and what else is open.
bool RaiseDescriptorLimit(rlim_t wanted) {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max < wanted) return false;
  if (limit.rlim_cur >= wanted) return true;
  limit.rlim_cur = wanted;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

// Runs the task in so many threads, which begin together.
void AtOnce(int count, const std::function<void()>& task) {
  std::atomic<bool> go{false};
  std::vector<std::thread> threads;
  threads.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&] {
      go.wait(false);
      task();
    });
  }
  go = true;
  go.notify_all();
  for (std::thread& thread : threads) thread.join();
}

// How many of so many requests at once went well.
int AskAtOnce(const llmp::Provider& provider, int count) {
  std::atomic<int> good{0};
  AtOnce(count, [&] {
    llmp::Stream stream = provider.complete(ChatRequest("hello"));
    const Answer answer = ReadAnswer(&stream);
    if (answer.status == LLMP_OK) {
      ++good;
    } else {
      ADD_FAILURE() << answer.document.dump();
    }
  });
  return good;
}

// Matrix G02.
TEST(SingleFlightTest, AThousandThreadsAtTheExpiryRenewOnce) {
  constexpr int kThreads = 1'000;
  if (!RaiseDescriptorLimit(4 * kThreads)) {
    GTEST_SKIP() << "a thousand requests at once were not tested: too few descriptors";
  }
  const PluginStage stage;
  stage.sim().Post("settings", R"({"access_ttl":2})");
  stage.SignIn();
  ASSERT_TRUE(WaitFor(
      [&] { return Onboard(stage.Load(), kStatus)["state"].str() == "expired"; }));
  stage.sim().Post("settings", R"({"access_ttl":3600})");
  const int64_t before = stage.sim().Stat("refreshes");
  const llmp::Provider provider = stage.Load();
  EXPECT_EQ(AskAtOnce(provider, kThreads), kThreads);
  EXPECT_EQ(stage.sim().Stat("refreshes"), before + 1);
  EXPECT_EQ(stage.sim().Stat("refresh_failures"), 0);
}

// Matrix A41.
TEST(SingleFlightTest, TwoHundredWhoAreRefusedRenewOnce) {
  const PluginStage stage({"--access-ttl", "24"});
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  // A token is at fault only from a quarter of its life on; in the last it is renewed.
  ASSERT_TRUE(WaitFor([&] {
    return Onboard(provider, kStatus)["expires_in_seconds"].integer().value_or(99) < 17;
  }));
  stage.sim().Post("settings", R"({"access_ttl":3600})");
  stage.sim().Post("expire-access", "{}");
  EXPECT_EQ(AskAtOnce(provider, 200), 200);
  EXPECT_EQ(stage.sim().Stat("refreshes"), 1);
  EXPECT_EQ(stage.sim().Stat("refresh_failures"), 0);
}

// Matrix G12.
TEST(SingleFlightTest, AStreamGoesOnWhenItsTokenRotates) {
  const PluginStage stage({"--chunk-delay-ms", "20"});
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  llmp::Stream stream = provider.complete(ChatRequest("[words:200]"));
  ASSERT_TRUE(WaitForText(&stream));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Onboard(provider, R"({"action":"refresh"})")["status"].str(), "refreshed");
  }
  stage.sim().Post("expire-access", "{}");
  EXPECT_FALSE(stream.ended());
  const Answer answer = ReadAnswer(&stream);
  EXPECT_EQ(answer.status, LLMP_OK) << answer.document.dump();
  EXPECT_EQ(answer.document["finish_reason"].str(), "stop");
  EXPECT_EQ(stage.sim().Stat("refreshes"), 3);
}

// Matrix G10.
TEST(SingleFlightTest, StatusDoesNotWaitForARenewal) {
  const PluginStage stage;
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  ASSERT_EQ(Onboard(provider, kStatus)["state"].str(), "connected");
  const auto requests = [&stage] {
    const auto list = llmp::Json::parse(stage.sim().Get("requests"));
    return list ? list->size() : 0;
  };
  stage.sim().Post("scene",
                   R"({"path":"/oauth2/token","status":503,"body":"","delay_ms":8000})");
  llmp::Stream refresh = provider.onboarding_action(R"({"action":"refresh"})");
  ASSERT_TRUE(WaitFor([&] { return stage.sim().Stat("scenes") == 1; }));
  const auto before = requests();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Onboard(provider, kStatus)["state"].str(), "connected");
  }
  EXPECT_EQ(refresh.next(0), nullptr) << "the renewal was over before the status";
  EXPECT_EQ(requests(), before) << "status has used the network";
  refresh.finish();
}

// Holds the lock of the stage's sign-in, as another process would.
class LockHolder {
 public:
  explicit LockHolder(const std::filesystem::path& state_dir) {
    for (const auto& entry : std::filesystem::directory_iterator(state_dir)) {
      if (entry.path().filename().string().rfind("lock-", 0) != 0) continue;
      fd_ = open(entry.path().c_str(), O_RDWR | O_CLOEXEC);
    }
    EXPECT_EQ(flock(fd_, LOCK_EX), 0);
  }
  ~LockHolder() { Free(); }
  void Free() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

// Matrix G10: not even the first one, of a provider that has just been made.
TEST(SingleFlightTest, StatusDoesNotWaitForTheLock) {
  const PluginStage stage;
  stage.SignIn();
  LockHolder other(stage.state_dir());
  const llmp::Provider provider = stage.Load();
  llmp::Stream logout = provider.onboarding_action(R"({"action":"logout"})");
  const llmp::Json status = Onboard(provider, kStatus);
  EXPECT_EQ(status["state"].str(), "connected");
  EXPECT_GT(status["models_count"].integer().value_or(0), 0) << status.dump();
  EXPECT_NE(status["default_model_id"].str(), "") << status.dump();
  EXPECT_EQ(logout.next(0), nullptr) << "the sign-out was over before the status";
  other.Free();
  logout.finish();
  EXPECT_EQ(Onboard(provider, kStatus)["state"].str(), "signed_out");
}

// What the document says of its models holds together.
void ExpectConsistent(const llmp::Json& document) {
  if (!document["ok"].is_true()) {
    // In the middle of a sign-out the token is revoked and not yet removed.
    const std::string name = document["error"].str() + document["reason"].str();
    EXPECT_TRUE(name == "not_connected" || name == "upstreamtoken_not_accepted")
        << document.dump();
    return;
  }
  const int64_t count = document["count"].integer().value_or(-1);
  EXPECT_GT(count, 0) << document.dump();
  EXPECT_EQ(static_cast<int64_t>(document["models"].size()), count);
  EXPECT_EQ(static_cast<int64_t>(document["available_models"].size()), count);
}

// Matrix G10, G11.
TEST(SingleFlightTest, ModelsHoldTogetherWhileTheAccountChanges) {
  const PluginStage stage;
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  std::atomic<bool> over{false};
  std::atomic<int> asked{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (!over) {
        llmp::Stream models = provider.list_models(R"({"force":true})");
        ExpectConsistent(
            llmp::Json::parse(models.finish().document()).value_or(llmp::Json()));
        const llmp::Json status = Onboard(provider, kStatus);
        EXPECT_TRUE(status["ok"].is_true()) << status.dump();
        if (!status["connected"].is_true()) {
          EXPECT_EQ(status["available_models"].size(), 0U) << status.dump();
        }
        ++asked;
      }
    });
  }
  for (int round = 0; round < 5; ++round) {
    Onboard(provider, R"({"action":"refresh"})");
    const int before = asked;
    EXPECT_TRUE(WaitFor([&] { return asked > before + 4; }));
    Onboard(round % 2 == 0 ? provider : stage.Load(), R"({"action":"logout"})");
    stage.SignIn();
  }
  over = true;
  for (std::thread& thread : threads) thread.join();
  llmp::Stream models = provider.list_models();
  EXPECT_EQ(models.finish().status(), LLMP_OK) << models.document();
}

}  // namespace
}  // namespace xai
