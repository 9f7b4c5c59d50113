// When the list of models is asked for again, within one process.
#include <string>

#include <gtest/gtest.h>

#include "e2e/plugin_stage.h"
#include "support/wait_for.h"

namespace xai {
namespace {

llmp::Json Models(const llmp::Provider& provider) {
  return Onboard(provider, R"({"action":"models"})");
}

// "api" or "cache", with how many there are.
std::string Seen(const llmp::Provider& provider) {
  const llmp::Json models = Models(provider);
  return models["source"].str() + " " + models["count"].dump();
}

void SignIn(const llmp::Provider& provider) {
  Onboard(provider, R"({"action":"start"})");
  ASSERT_TRUE(WaitFor([&provider] {
    return Onboard(provider, R"({"action":"poll"})")["status"].str() == "connected";
  }));
}

TEST(ModelListTest, HasChatModelsAlone) {
  const PluginStage stage({"--tier", "4"});
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  const std::string models = Models(provider)["available_models"].dump();
  EXPECT_NE(models.find("xai-grok/grok-4.3"), std::string::npos) << models;
  for (const char* other : {"imagine", "image", "video"}) {
    EXPECT_EQ(models.find(other), std::string::npos) << models;
  }
}

TEST(ModelListTest, AModelThatIsGoneMakesItStale) {
  const PluginStage stage;
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  ASSERT_EQ(Models(provider)["source"].str(), "cache");
  llmp::Stream stream = provider.complete(
      R"({"model":"grok-nope","messages":[{"role":"user","content":"hi"}]})");
  ASSERT_EQ(ReadAnswer(&stream).document["error"].str(), "model_unavailable");
  EXPECT_EQ(Models(provider)["source"].str(), "api");
  EXPECT_EQ(Models(provider)["source"].str(), "cache");
}

TEST(ModelListTest, AModelThatIsGoneMakesItStaleForTheNextProcess) {
  const PluginStage stage;
  stage.SignIn();
  ASSERT_EQ(Models(stage.Load())["source"].str(), "cache");
  {
    const llmp::Provider provider = stage.Load();
    llmp::Stream stream = provider.complete(
        R"({"model":"grok-nope","messages":[{"role":"user","content":"hi"}]})");
    ASSERT_EQ(ReadAnswer(&stream).document["error"].str(), "model_unavailable");
  }
  EXPECT_EQ(Models(stage.Load())["source"].str(), "api");
}

TEST(ModelListTest, AnotherTierHasAnotherList) {
  const PluginStage stage({"--tier", "1"});
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  const std::string few = Seen(provider);
  stage.sim().Post("settings", R"({"tier":4})");
  ASSERT_EQ(Onboard(provider, R"({"action":"refresh"})")["status"].str(), "refreshed");
  EXPECT_EQ(Onboard(provider, R"({"action":"status"})")["tier"].dump(), "4");
  const std::string many = Seen(provider);
  EXPECT_EQ(many.rfind("api ", 0), 0u) << many;
  EXPECT_NE(many.substr(4), few.substr(few.find(' ') + 1));
}

TEST(ModelListTest, AnotherAccountHasAnotherList) {
  const PluginStage stage({"--tier", "4"});
  stage.SignIn();
  const llmp::Provider provider = stage.Load();
  const std::string first = Models(provider)["count"].dump();
  stage.sim().Post("settings", R"({"tier":1,"sub":"somebody-else"})");
  SignIn(provider);
  const llmp::Json status = Onboard(provider, R"({"action":"status"})");
  EXPECT_EQ(status["account_id"].str(), "somebody-else");
  EXPECT_NE(status["models_count"].dump(), first);
  EXPECT_EQ(Models(provider)["count"].dump(), status["models_count"].dump());
}

}  // namespace
}  // namespace xai
