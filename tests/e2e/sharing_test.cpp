// Several providers, one sign-in: what one does, the others see without being asked.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "e2e/notices.h"
#include "e2e/plugin_stage.h"
#include "support/wait_for.h"

namespace xai {
namespace {

constexpr const char* kStatus = R"({"action":"status"})";
// Takes a few seconds, and is told at its end to have been whole.
constexpr const char* kSlow = "[words:200]";
const std::vector<std::string> kSlowly = {"--chunk-delay-ms", "20"};

std::string State(const llmp::Provider& provider) {
  return Onboard(provider, kStatus)["state"].str();
}

// The stream as it should be, whatever happened meanwhile.
void ExpectWhole(llmp::Stream* stream) {
  const Answer answer = ReadAnswer(stream);
  EXPECT_EQ(answer.status, LLMP_OK) << answer.document.dump();
  EXPECT_EQ(answer.document["finish_reason"].str(), "stop");
}

void ExpectNotConnected(const llmp::Provider& provider) {
  llmp::Stream refused = provider.complete(ChatRequest("hello"));
  const Answer answer = ReadAnswer(&refused);
  EXPECT_EQ(answer.status, LLMP_E_NO_AUTH);
  EXPECT_EQ(answer.document["error"].str(), "not_connected") << answer.document.dump();
}

// Leaves the stage with a sign-in whose access token has run out.
void SignInAndExpire(const PluginStage& stage) {
  stage.sim().Post("settings", R"({"access_ttl":2})");
  stage.SignIn();
  ASSERT_TRUE(WaitFor([&] { return State(stage.Load()) == "expired"; }));
  stage.sim().Post("settings", R"({"access_ttl":3600})");
}

TEST(SharingTest, ASignInElsewhereIsTold) {
  const PluginStage stage;
  const llmp::Provider provider = stage.Load();
  Notices notices(provider);
  ASSERT_EQ(State(provider), "signed_out");
  stage.SignIn();
  EXPECT_TRUE(notices.WaitFor(LLMP_EV_AUTH_CHANGED));
  EXPECT_TRUE(notices.WaitFor(LLMP_EV_MODELS_CHANGED));
  EXPECT_EQ(State(provider), "connected");
}

TEST(SharingTest, ARenewalElsewhereIsTold) {
  const PluginStage stage;
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  const llmp::Provider other = stage.Load();
  Notices notices(provider);
  const llmp::Json before = Onboard(provider, kStatus);
  stage.sim().Post("settings", R"({"access_ttl":7200})");
  ASSERT_EQ(Onboard(other, R"({"action":"refresh"})")["status"].str(), "refreshed");
  EXPECT_TRUE(notices.WaitFor(LLMP_EV_AUTH_CHANGED));
  EXPECT_EQ(notices.Count(LLMP_EV_MODELS_CHANGED), 0) << "it is the same account";
  EXPECT_NE(Onboard(provider, kStatus)["expires_at"].dump(), before["expires_at"].dump());
  EXPECT_EQ(stage.sim().Stat("refreshes"), 1);
}

TEST(SharingTest, NothingIsToldTwiceOrForNothing) {
  const PluginStage stage;
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  Notices notices(provider);
  ASSERT_EQ(State(provider), "connected");
  const llmp::Provider other = stage.Load();
  ASSERT_EQ(Onboard(other, R"({"action":"refresh"})")["status"].str(), "refreshed");
  ASSERT_TRUE(notices.WaitFor(LLMP_EV_AUTH_CHANGED));
  // What this one does itself is seen by its own watch as well.
  ASSERT_EQ(Onboard(provider, R"({"action":"refresh"})")["status"].str(), "refreshed");
  EXPECT_EQ(notices.Count(LLMP_EV_MODELS_CHANGED), 0);
  ASSERT_EQ(Onboard(other, R"({"action":"logout"})")["status"].str(), "disconnected");
  ASSERT_TRUE(notices.WaitFor(LLMP_EV_MODELS_CHANGED));
  EXPECT_EQ(State(provider), "signed_out");
  EXPECT_EQ(notices.Count(LLMP_EV_AUTH_CHANGED), 3);
  EXPECT_EQ(notices.Count(LLMP_EV_MODELS_CHANGED), 1);
}

// Matrix G07, B35.
TEST(SharingTest, ALogoutElsewhereLetsStreamsFinish) {
  const PluginStage stage(kSlowly);
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  Notices notices(provider);
  llmp::Stream stream = provider.complete(ChatRequest(kSlow));
  ASSERT_TRUE(WaitForText(&stream));
  const llmp::Provider other = stage.Load();
  ASSERT_EQ(Onboard(other, R"({"action":"logout"})")["status"].str(), "disconnected");
  EXPECT_TRUE(notices.WaitFor(LLMP_EV_AUTH_CHANGED));
  EXPECT_TRUE(notices.WaitFor(LLMP_EV_MODELS_CHANGED));
  ExpectNotConnected(provider);
  EXPECT_EQ(State(provider), "signed_out");
  EXPECT_FALSE(stream.ended());
  ExpectWhole(&stream);
  // Nobody has written anything back.
  EXPECT_EQ(State(stage.Load()), "signed_out");
}

// Matrix B36.
TEST(SharingTest, AnotherAccountElsewhereIsAdopted) {
  const PluginStage stage(kSlowly);
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  Notices notices(provider);
  llmp::Stream models = provider.list_models();
  ASSERT_EQ(models.finish().status(), LLMP_OK);
  const std::string before = Onboard(provider, kStatus)["account_id"].str();
  ASSERT_FALSE(before.empty());
  llmp::Stream stream = provider.complete(ChatRequest(kSlow));
  ASSERT_TRUE(WaitForText(&stream));
  notices.Clear();

  stage.sim().Post("settings",
                   R"({"sub":"somebody-else","email":"else@example.com","tier":5})");
  stage.SignIn();
  EXPECT_TRUE(notices.WaitFor(LLMP_EV_AUTH_CHANGED));
  EXPECT_TRUE(notices.WaitFor(LLMP_EV_MODELS_CHANGED));
  const llmp::Json after = Onboard(provider, kStatus);
  EXPECT_EQ(after["state"].str(), "connected") << after.dump();
  EXPECT_EQ(after["account_id"].str(), "somebody-else");
  EXPECT_EQ(after["tier"].integer(), 5);
  llmp::Stream next = provider.complete(ChatRequest("hello"));
  EXPECT_EQ(ReadAnswer(&next).status, LLMP_OK);
  ExpectWhole(&stream);
}

// Matrix B34.
TEST(SharingTest, AStateDirectoryThatIsRemovedComesBack) {
  const PluginStage stage(kSlowly);
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  Notices notices(provider);
  llmp::Stream stream = provider.complete(ChatRequest(kSlow));
  ASSERT_TRUE(WaitForText(&stream));
  std::filesystem::remove_all(stage.state_dir());
  const std::string state = State(provider);
  EXPECT_NE(state, "credential_unreadable");
  ExpectWhole(&stream);

  stage.SignIn();
  EXPECT_TRUE(WaitFor([&] {
    llmp::Stream next = provider.complete(ChatRequest("hello"));
    return ReadAnswer(&next).status == LLMP_OK;
  }));
  EXPECT_EQ(State(provider), "connected");
  struct stat info = {};
  ASSERT_EQ(stat(stage.state_dir().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
  // The new directory is watched as the old one was.
  notices.Clear();
  Onboard(stage.Load(), R"({"action":"logout"})");
  EXPECT_TRUE(notices.WaitFor(LLMP_EV_AUTH_CHANGED));
}

TEST(SharingTest, AnIdleProviderStaysSignedIn) {
  const PluginStage stage({"--access-ttl", "4"});
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  ASSERT_EQ(State(provider), "connected");
  EXPECT_TRUE(WaitFor([&] { return stage.sim().Stat("refreshes") >= 3; }));
  EXPECT_EQ(stage.sim().Stat("refresh_failures"), 0);
  EXPECT_EQ(stage.sim().Stat("chat"), 0);
}

// Matrix H05.
TEST(SharingTest, FiftyWhoWakeWithAnExpiredTokenRenewOnce) {
  const PluginStage stage;
  ASSERT_NO_FATAL_FAILURE(SignInAndExpire(stage));
  // A renewal may have begun under a status that came late: count from here.
  const int64_t before = stage.sim().Stat("refreshes");
  std::vector<llmp::Provider> providers;
  for (int i = 0; i < 50; ++i) providers.push_back(stage.Load());
  for (const llmp::Provider& provider : providers) State(provider);
  // Nobody asks for anything: each renews by its own clock, or takes what is there.
  EXPECT_TRUE(WaitFor([&] {
    for (const llmp::Provider& provider : providers) {
      if (State(provider) != "connected") return false;
    }
    return true;
  }));
  EXPECT_EQ(stage.sim().Stat("refreshes"), before + 1);
  EXPECT_EQ(stage.sim().Stat("refresh_failures"), 0);
  for (const llmp::Provider& provider : providers) {
    llmp::Stream stream = provider.complete(ChatRequest("hello"));
    EXPECT_EQ(ReadAnswer(&stream).status, LLMP_OK);
  }
  EXPECT_EQ(stage.sim().Stat("refreshes"), before + 1);
}

}  // namespace
}  // namespace xai
