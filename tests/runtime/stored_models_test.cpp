// The model list on the disk.
#include <filesystem>

#include "base/system_file_system.h"
#include "credentials/account.h"
#include "credentials/file_vault.h"
#include "runtime/model_service_fixture.h"
#include "support/scripted_http_client.h"
#include "support/temp_dir.h"

namespace xai {
namespace {

// The list as it is stored, and a model of it that xAI no longer has.
class StoredModelsTest : public ModelServiceTest {
 protected:
  void SetUp() override {
    SignIn("a");
    Result<StoreRoom> room = store_.ReserveCredential();
    ASSERT_TRUE(room.ok());
    CredentialRecord record;
    record.access_token = SecretString("at-of-a");
    ASSERT_TRUE(store_.SaveCredential(record, room.value().get()).ok());
    account_.Reload();
  }
  void Save(int64_t fetched_at_ms) {
    const ModelList list = ListOf("a", {"grok-4.3"}, fetched_at_ms);
    ASSERT_TRUE(store_.SaveModels(EncodeModelList(list)).ok());
  }
  void WriteAll() { runner_.RunAll(&account_, &store_); }
  Ids Stored() {
    const Result<std::optional<SecretString>> text = store_.LoadModels();
    if (!text.ok() || !text.value()) return {"none"};
    const std::optional<ModelList> list = DecodeModelList(*text.value());
    return list ? list->ids : Ids{"damaged"};
  }
  bool IsStored() { return std::filesystem::exists(File()); }
  std::filesystem::path File() const {
    return folder_.path() / "state" / ("models-" + context_.FileTag());
  }

  TempDir folder_;
  SystemFileSystem files_;
  SealContext context_{"https://auth.x.ai", "client-1", "default"};
  std::unique_ptr<KeySource> keys_ =
      MakeKeyFileSource(&files_, (folder_.path() / "key").string(), &random_);
  std::unique_ptr<Vault> vault_ =
      MakeFileVault(&files_, (folder_.path() / "state").string());
  Store store_{vault_.get(), context_, keys_.get(), &random_};
  ScriptedHttpClient http_;
  Account account_{OAuthConfig(),
                   &store_,
                   {&http_, &clock_, &random_, &log_, "this-boot", "machine", nullptr},
                   [](std::shared_ptr<const AccountSnapshot>) {}};
};

TEST_F(StoredModelsTest, WhatIsWithdrawnIsErasedOnce) {
  Save(clock_.NowMs());
  models_->Withdraw();
  models_->Withdraw();
  EXPECT_EQ(runner_.tidying.size(), 1u);
  models_->OnLoaded(ListOf("a", {"grok-4.3"}, clock_.NowMs()));
  EXPECT_EQ(Known(), Ids{"none"}) << "it was read before";
  runner_.TidyUp(&store_);
  EXPECT_FALSE(IsStored());
  models_->Withdraw();
  EXPECT_EQ(runner_.tidying.size(), 1u) << "and again, the next time";
}

TEST_F(StoredModelsTest, AListThatIsWrittenAfterwardsIsErasedByTheNextOne) {
  models_->Withdraw();
  Get();
  Answer({"grok-4.3"});
  models_->Withdraw();
  EXPECT_EQ(runner_.tidying.size(), 2u);
}

TEST_F(StoredModelsTest, WhileOneListIsWrittenOnlyTheNewestWaits) {
  for (const char* id : {"grok-1", "grok-2", "grok-3"}) {
    Get(true);
    Answer({id});
  }
  EXPECT_EQ(runner_.running.size(), 1u);
  WriteAll();
  EXPECT_EQ(Stored(), Ids{"grok-1"});
  EXPECT_EQ(runner_.running.size(), 1u);
  WriteAll();
  EXPECT_EQ(Stored(), Ids{"grok-3"});
  EXPECT_TRUE(runner_.running.empty());
}

TEST_F(StoredModelsTest, WhatWasWithdrawnIsNotWrittenAgain) {
  Get(true);
  Answer({"grok-1"});
  Get(true);
  Answer({"grok-2"});
  models_->Withdraw();
  WriteAll();
  EXPECT_TRUE(runner_.running.empty());
  runner_.TidyUp(&store_);
  EXPECT_FALSE(IsStored());
}

TEST_F(StoredModelsTest, WhatIsNewerIsNotErased) {
  models_->Withdraw();
  Save(clock_.NowMs() + 1);
  runner_.TidyUp(&store_);
  EXPECT_TRUE(IsStored()) << "another process has asked since";
  std::string bytes = ReadFile(File());
  bytes[8] = 2;
  folder_.Write("state/models-" + context_.FileTag(), bytes);
  clock_.Advance(1'000);
  models_->Withdraw();
  runner_.TidyUp(&store_);
  EXPECT_TRUE(IsStored()) << "of a newer version";
}

}  // namespace
}  // namespace xai
