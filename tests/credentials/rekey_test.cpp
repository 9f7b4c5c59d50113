// Changing the source of the sealing key.
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "credentials/file_vault.h"
#include "credentials/store.h"
#include "support/faulty_file_system.h"
#include "support/scripted_random.h"
#include "support/temp_dir.h"

namespace xai {
namespace {

class RekeyTest : public testing::Test {
 protected:
  // A store as a process with this source would have it.
  std::unique_ptr<Store> StoreWith(KeySource* keys) {
    return std::make_unique<Store>(vault_.get(), context_, keys, &random_);
  }
  std::string TokenIn(Store* store) {
    Result<std::optional<CredentialRecord>> record = store->LoadCredential();
    if (!record.ok()) return std::string(InfoOf(record.error().code).name);
    if (!record.value()) return "none";
    return std::string(record.value()->access_token.Reveal());
  }
  void Save(Store* store, std::string_view token) {
    Result<StoreRoom> room = store->ReserveCredential();
    ASSERT_TRUE(room.ok());
    CredentialRecord record;
    record.access_token = SecretString(token);
    ASSERT_TRUE(store->SaveCredential(record, room.value().get()).ok());
  }
  std::string Path(const char* name) const { return (folder_.path() / name).string(); }

  TempDir folder_;
  FaultyFileSystem files_;
  ScriptedRandom random_;
  SealContext context_{"https://auth.x.ai", "client-1", "default"};
  std::unique_ptr<Vault> vault_ = MakeFileVault(&files_, Path("state"));
  std::unique_ptr<KeySource> old_ = MakeKeyFileSource(&files_, Path("a/key"), &random_);
};

TEST_F(RekeyTest, EachSourceOpensWhatItSealed) {
  const std::unique_ptr<Store> store = StoreWith(old_.get());
  Save(store.get(), "at-1");
  folder_.Write("passphrase", "correct horse\n");
  SecretKey host_key;
  std::memset(host_key.data(), 'h', SecretKey::size());
  std::vector<std::unique_ptr<KeySource>> sources;
  sources.push_back(MakePassphraseSource(&files_, Path("passphrase")));
  sources.push_back(MakeHostKeySource([&] { return Result<SecretKey>(host_key); }));
  sources.push_back(MakeKeyFileSource(&files_, Path("b/key"), &random_));
  for (const std::unique_ptr<KeySource>& source : sources) {
    ASSERT_TRUE(store->Rekey(source.get()).ok());
    EXPECT_EQ(TokenIn(store.get()), "at-1");
    EXPECT_EQ(TokenIn(StoreWith(source.get()).get()), "at-1") << "in another process";
    EXPECT_EQ(TokenIn(StoreWith(old_.get()).get()), "store_key") << "no falling back";
  }
  Save(store.get(), "at-2");
  EXPECT_EQ(TokenIn(StoreWith(sources.back().get()).get()), "at-2");
}

TEST_F(RekeyTest, DropsWhatCanBeHadAgain) {
  const std::unique_ptr<Store> store = StoreWith(old_.get());
  Save(store.get(), "at-1");
  PendingLogin pending;
  pending.code.device_code = SecretString("dc");
  pending.code.user_code = "ABCD-1234";
  ASSERT_TRUE(store->SavePending(pending).ok());
  ASSERT_TRUE(store->SaveModels(SecretString("[]")).ok());
  const auto next = MakeKeyFileSource(&files_, Path("b/key"), &random_);
  ASSERT_TRUE(store->Rekey(next.get()).ok());
  EXPECT_FALSE(store->LoadPending().value());
  EXPECT_FALSE(store->LoadModels().value());
}

TEST_F(RekeyTest, WithoutASignInOnlyTheSourceChanges) {
  const std::unique_ptr<Store> store = StoreWith(old_.get());
  const auto next = MakeKeyFileSource(&files_, Path("b/key"), &random_);
  ASSERT_TRUE(store->Rekey(next.get()).ok());
  EXPECT_EQ(TokenIn(store.get()), "none");
  Save(store.get(), "at-1");
  EXPECT_EQ(TokenIn(StoreWith(next.get()).get()), "at-1");
}

TEST_F(RekeyTest, AKeyThatCannotBeHadChangesNothing) {
  const std::unique_ptr<Store> store = StoreWith(old_.get());
  Save(store.get(), "at-1");
  const auto missing = MakePassphraseSource(&files_, Path("none"));
  EXPECT_EQ(store->Rekey(missing.get()).error().code, ErrorCode::kStoreKey);
  EXPECT_EQ(TokenIn(store.get()), "at-1");
  Save(store.get(), "at-2");
  EXPECT_EQ(TokenIn(StoreWith(old_.get()).get()), "at-2");
}

TEST_F(RekeyTest, AFullDiskLeavesTheOldOne) {
  const std::unique_ptr<Store> store = StoreWith(old_.get());
  Save(store.get(), "at-1");
  const auto next = MakeKeyFileSource(&files_, Path("b/key"), &random_);
  ASSERT_TRUE(next->Key({}, true).ok());
  files_.write_error = ENOSPC;
  EXPECT_EQ(store->Rekey(next.get()).error().code, ErrorCode::kStoreIo);
  files_.write_error = 0;
  EXPECT_EQ(TokenIn(store.get()), "at-1");
  EXPECT_EQ(TokenIn(StoreWith(old_.get()).get()), "at-1");
}

TEST_F(RekeyTest, TheNameOfTheMachineIsMadeInTheSameWrite) {
  const std::unique_ptr<Store> store = StoreWith(old_.get());
  Save(store.get(), "at-1");
  Result<StoreRoom> room = store->ReserveCredential();
  ASSERT_TRUE(room.ok());
  CredentialRecord record;
  record.access_token = SecretString("at-2");
  record.host_id = store->FingerprintOf(SecretString("machine")).value();
  ASSERT_TRUE(store->SaveCredential(record, room.value().get()).ok());
  const uint64_t generation = store->generation();
  const auto next = MakeKeyFileSource(&files_, Path("b/key"), &random_);
  ASSERT_TRUE(store->Rekey(next.get(), "machine").ok());
  const auto written = StoreWith(next.get());
  const Result<std::optional<CredentialRecord>> found = written->LoadCredential();
  ASSERT_TRUE(found.ok() && found.value());
  EXPECT_EQ(found.value()->access_token.Reveal(), "at-2");
  EXPECT_EQ(found.value()->host_id,
            written->FingerprintOf(SecretString("machine")).value());
  EXPECT_EQ(written->generation(), generation + 1) << "one write";
}

}  // namespace
}  // namespace xai
