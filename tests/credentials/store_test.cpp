#include "credentials/store.h"

#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "base/system_file_system.h"
#include "credentials/file_vault.h"
#include "support/file_mode.h"
#include "support/scripted_random.h"
#include "support/temp_dir.h"

namespace xai {
namespace {

namespace fs = std::filesystem;

// A key source that counts how often it is asked.
class CountingKeys : public KeySource {
 public:
  KeySourceId id() const override { return source; }
  Result<SecretKey> Key(const KdfParameters&, bool may_create) override {
    ++asked;
    if (missing && !may_create) {
      return Error::Make(ErrorCode::kStoreKey, "no key", "key_missing");
    }
    SecretKey key;
    std::memset(key.data(), byte, SecretKey::size());
    return key;
  }

  KeySourceId source = KeySourceId::kKeyFile;
  int byte = 'k';
  bool missing = false;
  int asked = 0;
};

CredentialRecord Credential(std::string_view token) {
  CredentialRecord record;
  record.access_token = SecretString(token);
  return record;
}

PendingLogin Pending() {
  PendingLogin pending;
  pending.code.device_code = SecretString("dc");
  pending.code.user_code = "ABCD-1234";
  return pending;
}

class StoreTest : public testing::Test {
 protected:
  StoreTest() { Reopen(); }

  // As another process would.
  void Reopen(SealContext context = {"https://auth.x.ai", "client-1", "default"}) {
    tag_ = context.FileTag();
    vault_ = MakeFileVault(&files_, (folder_.path() / "state").string());
    store_ = std::make_unique<Store>(vault_.get(), std::move(context), &keys_, &random_);
  }

  fs::path File(std::string_view name) const {
    return folder_.path() / "state" / (std::string(name) + "-" + tag_);
  }

  std::string Save(std::string_view token) {
    Result<StoreRoom> room = store_->ReserveCredential();
    if (!room.ok()) return Name(room.error());
    const Result<void> saved =
        store_->SaveCredential(Credential(token), room.value().get());
    return saved.ok() ? "ok" : Name(saved.error());
  }

  // The token, "none", or the error's name.
  std::string Load() {
    const Result<std::optional<CredentialRecord>> record = store_->LoadCredential();
    if (!record.ok()) return Name(record.error());
    if (!record.value()) return "none";
    return std::string(record.value()->access_token.Reveal());
  }

  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_.path() / "state")) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  static std::string Name(const Error& error) {
    return std::string(InfoOf(error.code).name);
  }

  TempDir folder_;
  SystemFileSystem files_;
  std::unique_ptr<Vault> vault_;
  ScriptedRandom random_;
  CountingKeys keys_;
  std::string tag_;
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, WithoutAFolderThereIsNothing) {
  EXPECT_EQ(Load(), "none");
  EXPECT_FALSE(store_->LoadPending().value());
  EXPECT_FALSE(store_->LoadModels().value());
  EXPECT_FALSE(store_->EraseCredential().value());
  EXPECT_EQ(store_->generation(), 0u);
  EXPECT_EQ(keys_.asked, 0);
  EXPECT_FALSE(fs::exists(folder_.path() / "state")) << "reading makes nothing";
}

TEST_F(StoreTest, WhatIsSavedIsThereForAll) {
  ASSERT_EQ(Save("at-1"), "ok");
  ASSERT_TRUE(store_->SavePending(Pending()).ok());
  ASSERT_TRUE(store_->SaveModels(SecretString("[\"m\"]")).ok());
  Reopen();
  EXPECT_EQ(Load(), "at-1");
  EXPECT_EQ(store_->LoadPending().value()->code.user_code, "ABCD-1234");
  EXPECT_EQ(store_->LoadModels().value()->Reveal(), "[\"m\"]");
  EXPECT_EQ(Files(), (std::vector<std::string>{"cred-" + tag_, "lock-" + tag_,
                                               "models-" + tag_, "pending-" + tag_}));
  EXPECT_EQ(ModeOf(folder_.path() / "state"), 0700);
  for (const char* name : {"cred", "pending", "models", "lock"}) {
    EXPECT_EQ(ModeOf(File(name)), 0600) << name;
  }
}

TEST_F(StoreTest, EachWriteIsAGeneration) {
  for (uint64_t i = 1; i <= 3; ++i) {
    ASSERT_EQ(Save("at-" + std::to_string(i)), "ok");
    EXPECT_EQ(store_->generation(), i);
  }
  const std::string id = ReadFile(File("cred")).substr(64, 16);
  Reopen();
  EXPECT_EQ(store_->generation(), 0u) << "before it has looked";
  EXPECT_EQ(Load(), "at-3");
  EXPECT_EQ(store_->generation(), 3u);
  ASSERT_EQ(Save("at-4"), "ok");
  EXPECT_EQ(store_->generation(), 4u);
  EXPECT_EQ(ReadFile(File("cred")).substr(64, 16), id) << "still the same store";
  EXPECT_TRUE(store_->EraseCredential().value());
  EXPECT_EQ(store_->generation(), 0u);
  ASSERT_EQ(Save("at-1"), "ok");
  EXPECT_EQ(store_->generation(), 1u);
  EXPECT_NE(ReadFile(File("cred")).substr(64, 16), id);
}

TEST_F(StoreTest, ErasingSaysWhetherThereWasSomething) {
  ASSERT_EQ(Save("at-1"), "ok");
  ASSERT_TRUE(store_->SavePending(Pending()).ok());
  ASSERT_TRUE(store_->SaveModels(SecretString("[]")).ok());
  EXPECT_TRUE(store_->EraseCredential().value());
  EXPECT_FALSE(store_->EraseCredential().value());
  EXPECT_TRUE(store_->ErasePending().value());
  EXPECT_FALSE(store_->ErasePending().value());
  EXPECT_TRUE(store_->EraseModels().value());
  EXPECT_FALSE(store_->EraseModels().value());
  EXPECT_EQ(Load(), "none");
}

TEST_F(StoreTest, WhatIsDamagedIsCorruptAndStays) {
  ASSERT_EQ(Save("at-1"), "ok");
  const std::string good = ReadFile(File("cred"));
  for (const std::string& bytes :
       {std::string(), good.substr(0, 100), good.substr(0, good.size() - 1), good + "x",
        std::string(limits::kSealedBytesMax, 'x'),
        std::string(limits::kSealedBytesMax + 1, 'x')}) {
    folder_.Write("state/cred-" + tag_, bytes);
    EXPECT_EQ(Load(), "store_corrupt") << bytes.size();
    EXPECT_TRUE(ReadFile(File("cred")) == bytes);
  }
  EXPECT_TRUE(store_->EraseCredential().value())
      << "unreadable, and removed all the same";
}

// Matrix B25: copied to another profile's name.
TEST_F(StoreTest, AFileIsNobodyElses) {
  ASSERT_EQ(Save("at-1"), "ok");
  const std::string bytes = ReadFile(File("cred"));
  Reopen({"https://auth.x.ai", "client-1", "work"});
  EXPECT_EQ(Load(), "none");
  folder_.Write("state/cred-" + tag_, bytes);
  EXPECT_EQ(Load(), "store_corrupt");
}

// Matrix B21.
TEST_F(StoreTest, AnotherKeyIsSaid) {
  ASSERT_EQ(Save("at-1"), "ok");
  keys_.byte = 'l';
  Reopen();
  EXPECT_EQ(Load(), "store_key");
  keys_.byte = 'k';
  EXPECT_EQ(Load(), "at-1") << "the wrong key was not kept";
}

// Matrix B27.
TEST_F(StoreTest, AnotherSourceIsNotTried) {
  ASSERT_EQ(Save("at-1"), "ok");
  keys_.source = KeySourceId::kHost;
  Reopen();
  keys_.asked = 0;
  EXPECT_EQ(Load(), "store_key");
  EXPECT_EQ(keys_.asked, 0);
}

// Matrix B20.
TEST_F(StoreTest, NoKeyIsMadeWhereDataWaitsForTheOldOne) {
  keys_.missing = true;
  ASSERT_EQ(Save("at-1"), "ok") << "the first may";
  Reopen();
  EXPECT_EQ(Load(), "store_key");
  EXPECT_EQ(Save("at-2"), "store_key");
  EXPECT_FALSE(store_->SavePending(Pending()).ok());
  // Another profile beside it has nothing to lose, and may have a key of its own.
  Reopen({"https://auth.x.ai", "client-1", "work"});
  EXPECT_EQ(Save("at-2"), "ok");
}

TEST_F(StoreTest, WhatWasMovedAsideHoldsNoKeyBack) {
  keys_.missing = true;
  ASSERT_EQ(Save("at-1"), "ok");
  Reopen();
  ASSERT_TRUE(store_->Quarantine(1).ok());
  EXPECT_EQ(Save("at-2"), "ok");
}

// Matrix B29.
TEST_F(StoreTest, AHostileHeaderCostsNothing) {
  ASSERT_EQ(Save("at-1"), "ok");
  std::string bytes = ReadFile(File("cred"));
  bytes[12] = 1;
  bytes.replace(48, 8, "\xff\xff\xff\x7f\xff\xff\xff\x7f");
  folder_.Write("state/cred-" + tag_, bytes);
  Reopen();
  keys_.asked = 0;
  EXPECT_EQ(Load(), "store_corrupt");
  EXPECT_EQ(keys_.asked, 0);
}

// Matrix B23.
TEST_F(StoreTest, WhatANewerVersionWroteIsLeftAlone) {
  ASSERT_EQ(Save("at-1"), "ok");
  std::string bytes = ReadFile(File("cred"));
  bytes[8] = 2;
  folder_.Write("state/cred-" + tag_, bytes);
  Reopen();
  EXPECT_EQ(Load(), "store_version");
  EXPECT_EQ(Save("at-2"), "store_version");
  EXPECT_TRUE(ReadFile(File("cred")) == bytes);
}

// Matrix B40.
TEST_F(StoreTest, TheLastThreeThatCouldNotBeReadAreKept) {
  for (int i = 1; i <= 5; ++i) {
    folder_.Write("state/cred-" + tag_, "damage " + std::to_string(i));
    ASSERT_TRUE(store_->Quarantine(1'780'000'000'000 + i).ok());
    EXPECT_EQ(Load(), "none");
  }
  EXPECT_EQ(Files(),
            (std::vector<std::string>{"cred-" + tag_ + ".corrupt.1780000000003",
                                      "cred-" + tag_ + ".corrupt.1780000000004",
                                      "cred-" + tag_ + ".corrupt.1780000000005"}));
  EXPECT_EQ(ReadFile(File("cred").string() + ".corrupt.1780000000005"), "damage 5");
}

TEST_F(StoreTest, MovingAsideTakesAllThreeFiles) {
  ASSERT_EQ(Save("at-1"), "ok");
  ASSERT_TRUE(store_->SavePending(Pending()).ok());
  ASSERT_TRUE(store_->SaveModels(SecretString("[]")).ok());
  ASSERT_TRUE(store_->Quarantine(7).ok());
  EXPECT_EQ(Files(),
            (std::vector<std::string>{"cred-" + tag_ + ".corrupt.7", "lock-" + tag_,
                                      "models-" + tag_ + ".corrupt.7",
                                      "pending-" + tag_ + ".corrupt.7"}));
  ASSERT_EQ(Save("at-2"), "ok");
  EXPECT_EQ(store_->generation(), 1u);
}

TEST_F(StoreTest, WithoutASignInNoModelListIsKept) {
  ASSERT_EQ(Save("at-1"), "ok");
  ASSERT_TRUE(store_->EraseCredential().value());
  EXPECT_TRUE(store_->SaveModels(SecretString("[]")).ok());
  EXPECT_FALSE(fs::exists(File("models")));
}

// Matrix B34.
TEST_F(StoreTest, AFolderThatVanishesIsMadeAgain) {
  ASSERT_EQ(Save("at-1"), "ok");
  fs::remove_all(folder_.path() / "state");
  EXPECT_EQ(Load(), "none");
  ASSERT_EQ(Save("at-2"), "ok");
  EXPECT_EQ(Load(), "at-2");
  EXPECT_EQ(ModeOf(folder_.path() / "state"), 0700);
}

TEST_F(StoreTest, ARefusedFolderIsRefusedForEverything) {
  ASSERT_EQ(Save("at-1"), "ok");
  SetMode(folder_.path() / "state", 0770);
  EXPECT_EQ(Load(), "store_permission");
  EXPECT_EQ(Save("at-2"), "store_permission");
  EXPECT_EQ(Name(store_->EraseCredential().error()), "store_permission");
  EXPECT_EQ(Name(store_->Quarantine(1).error()), "store_permission");
  EXPECT_EQ(Name(store_->Lock([] { return false; }).error()), "store_permission");
}

TEST_F(StoreTest, TheLockIsForOneAtATime) {
  Result<StoreLock> held = store_->Lock([] { return false; });
  ASSERT_TRUE(held.ok());
  Store other(vault_.get(), {"https://auth.x.ai", "client-1", "default"}, &keys_,
              &random_);
  EXPECT_EQ(Name(other.Lock([] { return false; }).error()), "store_locked");
  EXPECT_EQ(Name(other.SaveModels(SecretString("[]")).error()), "store_locked");
  Store profile(vault_.get(), {"https://auth.x.ai", "client-1", "work"}, &keys_,
                &random_);
  EXPECT_TRUE(profile.Lock([] { return false; }).ok()) << "others have their own";
  { const StoreLock released = std::move(held).value(); }
  EXPECT_TRUE(other.Lock([] { return false; }).ok());
}

TEST_F(StoreTest, AFingerprintNeedsTheKey) {
  EXPECT_EQ(Name(store_->FingerprintOf(SecretString("rt")).error()), "store_key");
  ASSERT_EQ(Save("at-1"), "ok");
  const std::string print = store_->FingerprintOf(SecretString("rt")).value();
  EXPECT_EQ(print.size(), 16u);
  EXPECT_EQ(store_->FingerprintOf(SecretString("rt")).value(), print);
  EXPECT_NE(store_->FingerprintOf(SecretString("ru")).value(), print);
  EXPECT_EQ(store_->FingerprintOf(SecretString("")).value(), "");
}

TEST_F(StoreTest, AKeyIsAskedForOnce) {
  ASSERT_EQ(Save("at-1"), "ok");
  EXPECT_EQ(Load(), "at-1");
  ASSERT_EQ(Save("at-2"), "ok");
  ASSERT_TRUE(store_->SavePending(Pending()).ok());
  EXPECT_EQ(keys_.asked, 1);
}

}  // namespace
}  // namespace xai
