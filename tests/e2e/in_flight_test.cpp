// Cancel and destroy while something is under way.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <set>

#include "e2e/plugin_stage.h"
#include "support/wait_for.h"

namespace xai {
namespace {

using Clock = std::chrono::steady_clock;

// Ten times what is promised: this finds what hangs, not what is slow.
constexpr std::chrono::seconds kHang{20};
constexpr const char* kSlow = "[words:100000]";
const std::vector<std::string> kSlowly = {"--chunk-delay-ms", "20"};

// A provider as the C ABI has it.  Its queue is never closed: destroy() has to cope.
class RawProvider {
 public:
  explicit RawProvider(const PluginStage& stage)
      : provider_(stage.Load()), queue_(get()->queue_open(get(), 0)) {}

  llmp_provider* get() const { return provider_->get(); }
  int32_t Complete(uint64_t request, const std::string& json) {
    return get()->complete(get(), queue_, request, json.data(), json.size());
  }
  int32_t Onboard(uint64_t request, const std::string& json) {
    return get()->onboarding_action(get(), queue_, request, json.data(), json.size());
  }
  // Waits for an event of this kind; false if none comes.
  bool WaitForEvent(uint32_t kind) {
    return WaitFor([&] {
      llmp_event events[16];
      const int32_t count = get()->queue_wait(get(), queue_, 100, events, 16);
      for (int32_t i = 0; i < count; ++i) {
        if (events[i].kind == kind) return true;
      }
      return false;
    });
  }
  std::chrono::milliseconds Destroy() {
    const auto begun = Clock::now();
    provider_.reset();
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
  }

 private:
  std::optional<llmp::Provider> provider_;
  uint64_t queue_;
};

// Matrix D07.
TEST(InFlightTest, DestroyWithAStreamInFlight) {
  const PluginStage stage(kSlowly);
  stage.SignIn();
  RawProvider provider(stage);
  for (uint64_t request = 1; request <= 8; ++request) {
    ASSERT_EQ(provider.Complete(request, ChatRequest(kSlow)), LLMP_OK);
  }
  ASSERT_TRUE(provider.WaitForEvent(LLMP_EV_TEXT));
  EXPECT_LT(provider.Destroy(), kHang);
}

TEST(InFlightTest, DestroyBeforeAnythingHasHappened) {
  const PluginStage stage(kSlowly);
  stage.SignIn();
  for (int round = 0; round < 10; ++round) {
    RawProvider provider(stage);
    ASSERT_EQ(provider.Complete(1, ChatRequest(kSlow)), LLMP_OK);
    ASSERT_EQ(provider.Onboard(2, R"({"action":"status"})"), LLMP_OK);
    EXPECT_LT(provider.Destroy(), kHang);
  }
}

TEST(InFlightTest, DestroyWithAStartInFlight) {
  const PluginStage stage;
  stage.sim().Post("scene", R"({"path":"/oauth2/device/code","status":0,"end":"stall"})");
  RawProvider provider(stage);
  ASSERT_EQ(provider.Onboard(1, R"({"action":"start"})"), LLMP_OK);
  ASSERT_TRUE(WaitFor([&] { return stage.sim().Stat("scenes") == 1; }));
  EXPECT_LT(provider.Destroy(), kHang);
}

// Makes the next answer of the token endpoint a good one that takes a while.
void DelayTokens(const PluginStage& stage) {
  stage.sim().Post("scene", R"({"path":"/oauth2/token","delay_ms":1500,"body":
      "{\"access_token\":\"opaque-access-token\",\"token_type\":\"Bearer\",\"expires_in\":3600,\"refresh_token\":\"opaque-refresh-token\"}"})");
}

// Starts a sign-in and polls until the exchange is on the wire.
void PollUntilSent(const PluginStage& stage, RawProvider* provider) {
  ASSERT_EQ(provider->Onboard(1, R"({"action":"start"})"), LLMP_OK);
  ASSERT_TRUE(provider->WaitForEvent(LLMP_EV_END));
  uint64_t request = 1;
  bool answered = true;
  ASSERT_TRUE(WaitFor([&] {
    if (stage.sim().Stat("scenes") == 1) return true;
    if (answered) provider->Onboard(++request, R"({"action":"poll"})");
    llmp_event event = {};
    llmp_provider* raw = provider->get();
    answered = raw->queue_wait(raw, 1, 20, &event, 1) != 0;
    return false;
  }));
}

TEST(InFlightTest, DestroyWithAnExchangeOnTheWireKeepsTheSignIn) {
  const PluginStage stage;
  DelayTokens(stage);
  RawProvider provider(stage);
  PollUntilSent(stage, &provider);
  EXPECT_LT(provider.Destroy(), kHang);

  const llmp::Provider next = stage.Load();
  const llmp::Json status = Onboard(next, R"({"action":"status"})");
  EXPECT_EQ(status["state"].str(), "connected") << status.dump();
}

TEST(InFlightTest, ACancelledPollIsStillPublished) {
  const PluginStage stage;
  DelayTokens(stage);
  const llmp::Provider provider = stage.Load();
  Onboard(provider, R"({"action":"start"})");
  ASSERT_TRUE(WaitFor([&] {
    llmp::Stream poll = provider.onboarding_action(R"({"action":"poll"})");
    while (!poll.ended() && stage.sim().Stat("scenes") == 0) poll.next(20);
    if (poll.ended()) return false;
    poll.cancel();
    poll.finish();
    EXPECT_EQ(poll.status(), LLMP_E_CANCELLED) << poll.document();
    return true;
  }));
  EXPECT_TRUE(WaitFor([&] {
    return Onboard(provider, R"({"action":"status"})")["state"].str() == "connected";
  }));
}

// Matrix G03.
TEST(InFlightTest, ARenewalWhoseAskerLeavesIsKept) {
  const PluginStage stage;
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  DelayTokens(stage);
  llmp::Stream refresh = provider.onboarding_action(R"({"action":"refresh"})");
  ASSERT_TRUE(WaitFor([&] { return stage.sim().Stat("scenes") == 1; }));
  refresh.cancel();
  refresh.finish();
  EXPECT_EQ(refresh.status(), LLMP_E_CANCELLED) << refresh.document();
  // Another process waits for the lock.  What it then presents is what came of the first
  // renewal: a token that the simulator does not know.
  const llmp::Json next = Onboard(stage.Load(), R"({"action":"refresh"})");
  EXPECT_EQ(next["error"].str(), "reauth_required") << next.dump();
  EXPECT_EQ(next["reason"].str(), "grant_revoked");
  EXPECT_EQ(stage.sim().Stat("refreshes"), 0);
  EXPECT_EQ(stage.sim().Stat("refresh_failures"), 1);
  EXPECT_EQ(stage.sim().Stat("reuse_detected"), 0);
}

// Matrix C38.
TEST(InFlightTest, ACancelledStreamEndsAndTheNextOneWorks) {
  const PluginStage stage(kSlowly);
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  llmp::Stream stream = provider.complete(ChatRequest(kSlow));
  ASSERT_TRUE(WaitForText(&stream));
  const auto begun = Clock::now();
  stream.cancel();
  const Answer answer = ReadAnswer(&stream);
  EXPECT_LT(Clock::now() - begun, kHang);
  EXPECT_EQ(answer.status, LLMP_E_CANCELLED);
  EXPECT_EQ(answer.document["error"].str(), "cancelled");
  EXPECT_EQ(answer.document["retry"].is_true(), false);

  llmp::Stream next = provider.complete(ChatRequest("after"));
  EXPECT_EQ(ReadAnswer(&next).status, LLMP_OK);
}

// Matrix C38.
TEST(InFlightTest, CancellingWhatIsNotThereIsFine) {
  const PluginStage stage;
  const llmp::Provider provider = stage.Load();
  provider.get()->cancel(provider.get(), 12345);
  EXPECT_EQ(Onboard(provider, R"({"action":"status"})")["state"].str(), "signed_out");
}

TEST(InFlightTest, TwoProvidersAtOnce) {
  const PluginStage stage({"--chunk-delay-ms", "1"});
  const PluginStage other({"--chunk-delay-ms", "1"});
  stage.SignIn();
  other.SignIn();
  const llmp::Provider first = stage.Load();
  std::optional<llmp::Provider> second(other.Load());
  std::unique_ptr<llmp::Stream> theirs(
      new llmp::Stream(second->complete(ChatRequest(kSlow))));
  llmp::Stream ours = first.complete(ChatRequest("[words:200]"));
  ASSERT_TRUE(WaitForText(theirs.get()));
  theirs.reset();
  second.reset();  // destroyed while both were streaming
  const Answer answer = ReadAnswer(&ours);
  EXPECT_EQ(answer.status, LLMP_OK) << answer.document.dump();
  EXPECT_EQ(answer.text.substr(0, 10), "alpha beta");
}

TEST(InFlightTest, OneProviderSeesTheSignInOfAnother) {
  const PluginStage stage;
  const llmp::Provider provider = stage.Load();
  EXPECT_EQ(Onboard(provider, R"({"action":"status"})")["state"].str(), "signed_out");
  stage.SignIn();
  llmp::Stream stream = provider.complete(ChatRequest("hello"));
  EXPECT_EQ(ReadAnswer(&stream).status, LLMP_OK);
}

TEST(InFlightTest, SigningInAndOutIsTold) {
  const PluginStage stage;
  const llmp::Provider provider = stage.Load();
  llmp::Queue notices = provider.open_queue(LLMP_QUEUE_NOTIFY);
  // Kinds come together, in one batch or another.
  std::set<uint32_t> seen;
  const auto told = [&](uint32_t kind) {
    return WaitFor([&] {
      if (seen.count(kind) != 0) return true;
      for (const llmp_event& event : notices.wait(100)) {
        EXPECT_EQ(event.request, 0U);
        seen.insert(event.kind);
      }
      return false;
    });
  };
  Onboard(provider, R"({"action":"status"})");
  Onboard(provider, R"({"action":"start"})");
  ASSERT_TRUE(WaitFor([&] {
    return Onboard(provider, R"({"action":"poll"})")["status"].str() == "connected";
  }));
  EXPECT_TRUE(told(LLMP_EV_AUTH_CHANGED));
  EXPECT_TRUE(told(LLMP_EV_MODELS_CHANGED));
  seen.clear();
  Onboard(provider, R"({"action":"logout"})");
  EXPECT_TRUE(told(LLMP_EV_AUTH_CHANGED));
}

TEST(InFlightTest, AConfigThatIsNotJsonIsSaidByEachRequest) {
  for (const char* config : {"not json", "[]", "{\"window\":}", "\xff"}) {
    const llmp::Provider provider =
        llmp::load(XAI_PLUGIN_FOLDER, {"e2e-test", "1.0"}, config);
    EXPECT_TRUE(provider.ready()) << config;
    const llmp::Json document = Onboard(provider, R"({"action":"status"})");
    EXPECT_EQ(document["error"].str(), "invalid_config") << config;
  }
}

}  // namespace
}  // namespace xai
