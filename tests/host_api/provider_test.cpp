// Provider, Queue and Stream over a real library.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "host_api/plugin_folder.h"

namespace xai::testing {
namespace {

using llmp::Json;

class ProviderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_.WriteManifest(FixtureManifest("echo").dump());
    folder_.PutLibrary("echo_plugin");
    provider_.emplace(llmp::load(folder_.path(), {"provider-test", "1"}));
    ASSERT_TRUE(provider_->ready());
  }

  void SignIn() {
    provider_->onboarding_action(R"({"action":"start"})").finish();
    ASSERT_EQ(provider_->onboarding_action(R"({"action":"poll"})").finish().status(),
              LLMP_OK);
  }

  static std::string Say(const std::string& text) {
    const Json message = Json::object().set("role", "user").set("content", text);
    return Json::object()
        .set("model", "echo/plain")
        .set("messages", Json::array().push_back(message))
        .dump();
  }

  PluginFolder folder_;
  std::optional<llmp::Provider> provider_;
};

TEST_F(ProviderTest, AStreamIsARangeWithEndLast) {
  SignIn();
  std::vector<std::uint32_t> kinds;
  std::string answer;
  llmp::Stream stream = provider_->complete(Say("hello"));
  for (const llmp_event& event : stream) {
    kinds.push_back(event.kind);
    EXPECT_EQ(event.request, stream.request());
    if (event.kind == LLMP_EV_TEXT) answer += llmp::text(event);
  }
  EXPECT_EQ(answer, "you said: hello");
  EXPECT_EQ(kinds.front(), std::uint32_t{LLMP_EV_START});
  EXPECT_EQ(kinds.back(), std::uint32_t{LLMP_EV_END});
  EXPECT_TRUE(stream.ended());
  EXPECT_EQ(stream.status(), LLMP_OK);
  EXPECT_TRUE(Json::parse(stream.document())->operator[]("ok").is_true());
  EXPECT_EQ(stream.next(), nullptr);
}

TEST_F(ProviderTest, ATemporaryStreamLivesAsLongAsItsLoop) {
  SignIn();
  std::string answer;
  for (const llmp_event& event : provider_->complete(Say("hi"))) {
    if (event.kind == LLMP_EV_TEXT) answer += llmp::text(event);
  }
  EXPECT_EQ(answer, "you said: hi");
}

TEST_F(ProviderTest, FailureIsAnEndWithADocument) {
  llmp::Stream stream = provider_->complete(Say("hello"));
  EXPECT_EQ(stream.finish().status(), LLMP_E_NO_AUTH);
  EXPECT_EQ(Json::parse(stream.document())->operator[]("error").str(), "not_connected");
}

TEST_F(ProviderTest, ACancelledStreamStillEnds) {
  SignIn();
  llmp::Stream stream = provider_->complete(Say("slow"));
  for (const llmp_event& event : stream) {
    if (event.kind == LLMP_EV_TEXT) stream.cancel();
  }
  EXPECT_EQ(stream.status(), LLMP_E_CANCELLED);
}

TEST_F(ProviderTest, AnAbandonedStreamIsCancelled) {
  SignIn();
  {
    llmp::Stream stream = provider_->complete(Say("slow"));
    ASSERT_NE(stream.next(), nullptr);
  }
  provider_.reset();  // Would wait for ever for a request that goes on.
}

TEST_F(ProviderTest, NextGivesUpAtItsTimeoutAndWhenWoken) {
  SignIn();
  llmp::Stream stream = provider_->complete(Say("slow"));
  stream.wake();
  while (stream.next() != nullptr) {
  }
  EXPECT_FALSE(stream.ended());
  stream.cancel();
  stream.finish();
}

TEST_F(ProviderTest, AQueueAndAStreamMayOutliveTheirProvider) {
  SignIn();
  llmp::Queue queue = provider_->open_queue();
  llmp::Stream stream = provider_->complete(Say("slow"));
  provider_.reset();
  stream.cancel();
  EXPECT_EQ(stream.finish().status(), LLMP_E_CANCELLED);
  EXPECT_EQ(queue.wait(0).size(), 0u);
}

TEST_F(ProviderTest, ManyRequestsShareAQueue) {
  SignIn();
  llmp::Queue opened = provider_->open_queue();
  llmp::Queue queue = std::move(opened);
  std::set<std::uint64_t> running;
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t request = provider_->next_request();
    const std::string json = Say(std::to_string(i));
    llmp_provider* p = provider_->get();
    ASSERT_EQ(p->complete(p, queue.id(), request, json.data(), json.size()), LLMP_OK);
    running.insert(request);
  }
  while (!running.empty()) {
    const llmp::Batch batch = queue.wait(10000);
    ASSERT_GT(batch.size(), 0u);
    for (const llmp_event& event : batch) {
      ASSERT_EQ(running.count(event.request), 1u);
      if (event.kind == LLMP_EV_END) running.erase(event.request);
    }
  }
}

TEST_F(ProviderTest, ANotifyQueueHearsOfSignIns) {
  provider_->onboarding_action(R"({"action":"start"})").finish();
  std::set<std::uint32_t> kinds;
  llmp::Stream stream =
      provider_->onboarding_action(R"({"action":"poll"})", LLMP_QUEUE_NOTIFY);
  for (const llmp_event& event : stream) {
    if (event.request == 0) kinds.insert(event.kind);
  }
  EXPECT_EQ(kinds,
            (std::set<std::uint32_t>{LLMP_EV_MODELS_CHANGED, LLMP_EV_AUTH_CHANGED}));
}

TEST_F(ProviderTest, TheHostsFunctionsAreReached) {
  std::atomic<int> lines{0};
  llmp::Host host = {"provider-test", "1"};
  host.log = [&](std::int32_t, const char*) { ++lines; };
  const llmp::Provider provider = llmp::load(folder_.path(), std::move(host));
  provider.onboarding_action(R"({"action":"status"})").finish();
  EXPECT_EQ(lines, 1);
}

TEST_F(ProviderTest, TheConfigReachesThePlugin) {
  const llmp::Provider provider = llmp::load(folder_.path(), {"provider-test", "1"},
                                             R"({"outcome":"access_denied"})");
  provider.onboarding_action(R"({"action":"start"})").finish();
  EXPECT_EQ(provider.onboarding_action(R"({"action":"poll"})").finish().status(),
            LLMP_E_DENIED);
}

TEST_F(ProviderTest, TheSameLibraryServesTwoProviders) {
  const llmp::Provider other = llmp::load(folder_.path(), {"provider-test", "1"});
  SignIn();
  EXPECT_EQ(other.list_models().finish().status(), LLMP_E_NO_AUTH);
  EXPECT_EQ(provider_->list_models().finish().status(), LLMP_OK);
}

TEST(ProviderRefusal, IsAnEndLikeAnyOther) {
  const llmp::Provider provider = llmp::load("/no/such/folder", {"provider-test", "1"});
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    llmp::Stream stream = provider.complete("{}");
    int ends = 0;
    for (const llmp_event& event : stream) {
      const Json document = Json::parse(llmp::text(event)).value_or(Json());
      ends += event.kind == LLMP_EV_END && document["reason"].str() == "forked" ? 1 : 0;
    }
    ::_exit(ends == 1 && stream.status() == LLMP_E_FORKED ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace xai::testing
