// A credential that is broken on the disk, and whole in the memory of a process.
#include <string>

#include "base/limits.h"
#include "credentials/account_fixture.h"

namespace xai {
namespace {

class AccountDamagedTest : public AccountTest {
 protected:
  AccountDamagedTest() : process_(NewProcess()), other_(NewProcess()) {
    SignIn(process_.get());
  }

  static std::string Refresh(Process* process) {
    return Verdict(process->account.Refresh(When::kAlways, nullptr));
  }
  // The process has the second token, and the other one the first.
  void RenewPastTheOther() {
    other_->account.Reload();
    ReplyTokens(2);
    ASSERT_EQ(Refresh(process_.get()), "ok");
  }
  void WriteCredential(std::string_view bytes) {
    folder_.Write("state/cred-" + context_.FileTag(), bytes);
  }

  std::unique_ptr<Process> process_;
  std::unique_ptr<Process> other_;
};

// B17 to B19: what is broken on the disk and whole in a process is written again.
TEST_F(AccountDamagedTest, ABrokenFileIsWrittenAnewByWhoeverHasItWhole) {
  for (const std::string broken : {"", "garbage", "XGKEY"}) {
    WriteCredential(broken);
    process_->account.Reload();
    EXPECT_EQ(process_->State(clock_), "connected");
    EXPECT_EQ(process_->snapshot->warnings, std::vector<std::string>{"persist_pending"});
    process_->account.FlushUnsaved();
    EXPECT_FALSE(process_->HasWarning());
    const auto later = NewProcess();
    later->account.Reload();
    EXPECT_EQ(later->Bearer(), AccessToken(1));
  }
}

// One bit, in each part of the file.  What says that it is another store, another key or
// a newer version is not written over.
TEST_F(AccountDamagedTest, AFileWithADamagedBitIsWrittenAnewOrLeftAlone) {
  const std::string whole = ReadFile(File("cred"));
  int repaired = 0;
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    WriteCredential(damaged);
    process_->LookAndFlush();
    const auto later = NewProcess();
    later->account.Reload();
    ASSERT_EQ(process_->Bearer(), later->Bearer()) << at;
    if (process_->State(clock_) == "connected") {
      ++repaired;
    } else {
      ASSERT_EQ(ReadFile(File("cred")), damaged) << at;
    }
    WriteCredential(whole);
    process_->account.Reload();
    ASSERT_EQ(process_->Bearer(), AccessToken(1)) << at;
  }
  EXPECT_GT(repaired, static_cast<int>(whole.size() * 3 / 4));
}

TEST_F(AccountDamagedTest, ARenewalWritesOverABrokenFile) {
  WriteCredential("garbage");
  ReplyTokens(2);
  EXPECT_EQ(Refresh(process_.get()), "ok");
  EXPECT_FALSE(process_->HasWarning());
  other_->account.Reload();
  EXPECT_EQ(other_->Bearer(), AccessToken(2));
}

TEST_F(AccountDamagedTest, AfterDamageTheNewestWins) {
  RenewPastTheOther();
  WriteCredential("garbage");
  other_->LookAndFlush();
  process_->LookAndFlush();
  other_->account.Reload();
  EXPECT_EQ(other_->Bearer(), AccessToken(2));
}

// The head of what is damaged still says that it was the newer one.
TEST_F(AccountDamagedTest, AStaleCopyIsNotWrittenOverANewerOne) {
  RenewPastTheOther();
  std::string damaged = ReadFile(File("cred"));
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  WriteCredential(damaged);
  other_->LookAndFlush();
  EXPECT_EQ(ReadFile(File("cred")), damaged);
  process_->LookAndFlush();
  other_->account.Reload();
  EXPECT_EQ(other_->Bearer(), AccessToken(2));
}

TEST_F(AccountDamagedTest, WhatIsTooLargeIsBroken) {
  WriteCredential(std::string(limits::kSealedBytesMax + 1, 'x'));
  process_->LookAndFlush();
  other_->account.Reload();
  EXPECT_EQ(other_->Bearer(), AccessToken(1));
}

TEST_F(AccountDamagedTest, ASignOutElsewhereIsNotUndone) {
  WriteCredential("garbage");
  process_->account.Reload();
  ASSERT_EQ(Verdict(other_->account.Logout()), "ok");
  process_->account.FlushUnsaved();
  EXPECT_EQ(process_->Bearer(), "none");
  EXPECT_FALSE(Exists("cred"));
}

TEST_F(AccountDamagedTest, ANewSignInOverABrokenFileCounts) {
  other_->account.Reload();
  WriteCredential("garbage");
  process_->account.Reload();
  const auto newcomer = NewProcess();
  newcomer->account.Reload();
  SignIn(newcomer.get(), 9);
  process_->account.FlushUnsaved();
  EXPECT_EQ(process_->Bearer(), AccessToken(9));
  EXPECT_FALSE(process_->HasWarning());
}

// Of another profile whose name has the same checksum, or sealed by who knows whom.
TEST_F(AccountDamagedTest, AForeignFileIsNotWrittenOver) {
  const SealContext of_another{"https://auth.x.ai", "client-1", "another"};
  const std::string whole = ReadFile(File("cred"));
  SealedHeader header = ReadSealedHeader(whole).value();
  header.store_id = {1, 2, 3};
  const SecretKey key = process_->keys->Key(header.kdf, false).value();
  const std::string foreign =
      Seal(header, SecretString("theirs"), key, of_another, &random_);
  WriteCredential(foreign);
  process_->account.Reload();
  EXPECT_EQ(process_->State(clock_), "credential_unreadable");
  process_->account.FlushUnsaved();
  EXPECT_EQ(ReadFile(File("cred")), foreign);
}

}  // namespace
}  // namespace xai
