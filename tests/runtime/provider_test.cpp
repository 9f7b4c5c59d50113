// A whole provider whose first look at the sign-in fails for want of memory.
#include <atomic>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include <gtest/gtest.h>

#include "base/manifest.h"
#include "credentials/file_vault.h"
#include "credentials/store.h"
#include "runtime/process.h"
#include "runtime/provider.h"
#include "support/collecting_logger.h"
#include "support/fake_clock.h"
#include "support/temp_dir.h"
#include "support/wait_for.h"

namespace xai {
namespace {

// What a request ended as.
class EndSink : public RequestSink {
 public:
  void OnStart(const std::string&) override {}
  bool OnText(std::string_view) override { return true; }
  bool OnReasoning(std::string_view) override { return true; }
  bool OnToolCall(uint32_t, const ToolCall&) override { return true; }
  bool OnToolArguments(uint32_t, std::string_view) override { return true; }
  bool OnUsage(const Usage&) override { return true; }
  void OnEnd(const Error* error, std::string_view) override {
    name_ = error == nullptr ? "ok" : std::string(InfoOf(error->code).name);
    ended_ = true;
  }

  std::string Await() {
    EXPECT_TRUE(WaitFor([this] { return ended_.load(); }));
    return ended_ ? name_ : "no end";
  }

 private:
  std::string name_;
  std::atomic<bool> ended_{false};
};

class ProviderTest : public testing::Test {
 protected:
  ProviderTest() {
    EXPECT_TRUE(InitProcess().ok());
    std::unique_ptr<JsonDocument> manifest = ParseManifest();
    const std::string state = (folder_.path() / "state").string();
    Result<ProviderConfig> config =
        ReadProviderConfig(R"({"key_source":"host","state_dir":")" + state + "\"}",
                           manifest->root(), [](const char*) { return std::string(); });
    EXPECT_TRUE(config.ok()) << config.error().detail;
    SignIn(config.value());
    ProviderHost host;
    host.log = &log_;
    host.clock = &clock_;
    host.host_key = [this](const std::string&) -> Result<SecretKey> {
      if (!has_memory_) throw std::bad_alloc();
      return Key();
    };
    host.on_auth_changed = host.on_models_changed = [](const std::string&) {};
    host.after_round = [] {};
    provider_ =
        Provider::Make(std::move(config).value(), std::move(manifest), std::move(host));
  }

  static SecretKey Key() {
    SecretKey key;
    std::memset(key.data(), 'k', SecretKey::size());
    return key;
  }

  void SignIn(const ProviderConfig& config) {
    const std::unique_ptr<KeySource> keys =
        MakeHostKeySource([] { return Result<SecretKey>(Key()); });
    const std::unique_ptr<Vault> vault = MakeFileVault(&files_, config.state_dir);
    Store store(vault.get(), config.seal, keys.get(), &random_);
    CredentialRecord record;
    record.access_token = SecretString("at-1");
    record.expires_at_ms = clock_.NowMs() + 3'600'000;
    Result<StoreRoom> room = store.ReserveCredential();
    ASSERT_TRUE(room.ok()) << room.error().detail;
    ASSERT_TRUE(store.SaveCredential(record, room.value().get()).ok());
  }

  std::string Onboard(uint64_t request, const std::string& json) {
    const auto sink = std::make_shared<EndSink>();
    EXPECT_TRUE(provider_->Onboard(request, sink, json));
    return sink->Await();
  }

  TempDir folder_;
  SystemFileSystem files_;
  SodiumRandom random_;
  CollectingLogger log_;
  FakeClock clock_;
  std::atomic<bool> has_memory_{true};
  std::unique_ptr<Provider> provider_;
};

TEST_F(ProviderTest, WithoutMemoryForTheFirstLookARequestSaysSo) {
  has_memory_ = false;
  EXPECT_EQ(Onboard(1, R"({"action":"status"})"), "no_memory");
  EXPECT_EQ(Onboard(2, R"({"action":"models"})"), "no_memory");
  const auto sink = std::make_shared<EndSink>();
  EXPECT_TRUE(provider_->Complete(
      3, sink, R"({"model":"grok-4.3","messages":[{"role":"user","content":"Hi"}]})"));
  EXPECT_EQ(sink->Await(), "no_memory");
  has_memory_ = true;
  EXPECT_EQ(Onboard(4, R"({"action":"status"})"), "ok");
}

}  // namespace
}  // namespace xai
