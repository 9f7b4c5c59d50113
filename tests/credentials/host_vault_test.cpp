// The records of a sign-in in a host's store: nothing on disk, and no write past another.
#include "credentials/host_vault.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "support/memory_secret_store.h"

namespace xai {
namespace {

bool NoWait() {
  return false;
}

class HostVaultTest : public testing::Test {
 protected:
  std::string Read(const std::string& name) {
    Result<std::optional<std::string>> bytes = vault_->Read(name);
    return bytes.ok() ? bytes.value().value_or("none") : bytes.error().reason;
  }

  MemorySecretStore store_;
  std::unique_ptr<Vault> vault_ = MakeHostVault(&store_, "xai-grok/", "01234567");
  std::unique_ptr<Vault> other_ = MakeHostVault(&store_, "xai-grok/", "01234567");
};

TEST_F(HostVaultTest, KeepsRecordsUnderKeysOfOurOwn) {
  EXPECT_EQ(Read("cred-01234567"), "none");
  ASSERT_TRUE(vault_->Write("cred-01234567", "one").ok());
  EXPECT_EQ(store_.records.begin()->first, "xai-grok/cred-01234567");
  ASSERT_TRUE(vault_->Write("cred-01234567", "two").ok());
  EXPECT_EQ(Read("cred-01234567"), "two");
  EXPECT_EQ(vault_->Records().value(), std::vector<std::string>{"cred-01234567"});
  EXPECT_TRUE(vault_->Remove("cred-01234567").value());
  EXPECT_FALSE(vault_->Remove("cred-01234567").value());
  EXPECT_TRUE(store_.records.empty());
}

TEST_F(HostVaultTest, ARoomIsForWhatWasThere) {
  ASSERT_TRUE(vault_->Write("cred-01234567", "one").ok());
  Result<std::unique_ptr<Vault::Room>> ours = vault_->Reserve("cred-01234567");
  ASSERT_TRUE(other_->Write("cred-01234567", "theirs").ok());
  const Result<void> done = ours.value()->Commit("ours");
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().reason, kVaultConflict);
  EXPECT_EQ(Read("cred-01234567"), "theirs");
  ours = vault_->Reserve("cred-01234567");
  EXPECT_TRUE(ours.value()->Commit("ours").ok());
  EXPECT_EQ(Read("cred-01234567"), "ours");
}

TEST_F(HostVaultTest, AStoreThatCannotBeReadGivesNoRoom) {
  store_.broken = true;
  EXPECT_EQ(vault_->Reserve("cred-01234567").error().reason, "host_store");
}

TEST_F(HostVaultTest, TheLockIsForOneAndKeepsANote) {
  {
    Result<std::unique_ptr<Vault::Lock>> held = vault_->TakeLock("lock-1", NoWait);
    ASSERT_TRUE(held.ok());
    EXPECT_EQ(other_->TakeLock("lock-1", NoWait).error().code, ErrorCode::kStoreLocked);
    int asked = 0;
    EXPECT_FALSE(other_->TakeLock("lock-1", [&asked] { return ++asked < 3; }).ok());
    EXPECT_EQ(asked, 3);
    EXPECT_EQ(held.value()->ReadNote().value(), "");
    ASSERT_TRUE(held.value()->WriteNote("note").ok());
  }
  Result<std::unique_ptr<Vault::Lock>> next = other_->TakeLock("lock-1", NoWait);
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(next.value()->ReadNote().value(), "note");
  ASSERT_TRUE(next.value()->WriteNote("").ok());
  EXPECT_EQ(next.value()->ReadNote().value(), "");
}

TEST_F(HostVaultTest, WhatIsMovedAsideIsKept) {
  ASSERT_TRUE(vault_->MoveAside("cred-01234567", 1).ok()) << "nothing there";
  ASSERT_TRUE(vault_->Write("cred-01234567", "broken").ok());
  ASSERT_TRUE(vault_->MoveAside("cred-01234567", 2).ok());
  EXPECT_EQ(Read("cred-01234567"), "none");
  EXPECT_EQ(Read("cred-01234567.corrupt"), "broken");
  ASSERT_TRUE(vault_->Write("cred-01234567", "again").ok());
  ASSERT_TRUE(vault_->MoveAside("cred-01234567", 3).ok());
  EXPECT_EQ(Read("cred-01234567.corrupt"), "again");
}

}  // namespace
}  // namespace xai
