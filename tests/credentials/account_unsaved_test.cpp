// Credentials that the disk did not take, and copies that somebody put back.
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/limits.h"
#include "credentials/account_fixture.h"

namespace xai {
namespace {

namespace fs = std::filesystem;

class AccountUnsavedTest : public AccountTest {
 protected:
  AccountUnsavedTest() : process_(NewProcess()), other_(NewProcess()) {
    SignIn(process_.get());
  }

  static std::string Refresh(Process* process, When when = When::kAlways) {
    return Verdict(process->account.Refresh(when, nullptr));
  }

  // A renewal whose result cannot be written.
  void RenewOnFullDisk(int n = 2) {
    ReplyTokens(n);
    http_.During([this] { files_.write_error = ENOSPC; });
    ASSERT_EQ(Refresh(process_.get()), "ok");
  }

  std::unique_ptr<Process> process_;
  std::unique_ptr<Process> other_;
};

// B05
TEST_F(AccountUnsavedTest, TheNewTokenServesFromMemory) {
  RenewOnFullDisk();
  EXPECT_EQ(process_->Bearer(), AccessToken(2));
  EXPECT_TRUE(process_->HasWarning());
  process_->account.Reload();
  EXPECT_EQ(process_->Bearer(), AccessToken(2)) << "the file is not the truth";
}

// B05: what is in the file is spent, and presenting it would revoke the sign-in.
TEST_F(AccountUnsavedTest, NobodyElseMayPresentTheSpentToken) {
  RenewOnFullDisk();
  files_.write_error = 0;  // the other one's disk has room
  const size_t sent = http_.requests().size();
  EXPECT_EQ(Refresh(other_.get()), "store_locked");
  EXPECT_EQ(http_.requests().size(), sent);
  EXPECT_EQ(Verdict(other_->account.Logout()), "store_locked");
  // Once it is written the others go on with it.
  process_->account.FlushUnsaved();
  ReplyTokens(3);
  EXPECT_EQ(Refresh(other_.get()), "ok");
  EXPECT_NE(http_.last().body.find(RefreshToken(2)), std::string::npos);
}

// B05
TEST_F(AccountUnsavedTest, IsWrittenWhenThereIsRoomAgain) {
  RenewOnFullDisk();
  files_.write_error = 0;
  process_->account.FlushUnsaved();
  EXPECT_FALSE(process_->HasWarning());
  EXPECT_EQ(ReadFile(File("lock")), "") << "nothing is uncertain any more";
  other_->account.Reload();
  EXPECT_EQ(other_->Bearer(), AccessToken(2));
  EXPECT_FALSE(process_->account.next_flush_steady_ms());
}

TEST_F(AccountUnsavedTest, IsTriedMoreAndMoreRarely) {
  RenewOnFullDisk();
  int64_t wait = limits::kFlushBackoffMinMs;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(process_->account.next_flush_steady_ms());
    EXPECT_EQ(*process_->account.next_flush_steady_ms() - clock_.SteadyMs(), wait);
    process_->account.FlushUnsaved();
    wait = std::min(2 * wait, limits::kFlushBackoffMaxMs);
  }
}

TEST_F(AccountUnsavedTest, TheNextRenewalFindsNoRoomAndIsNotSent) {
  RenewOnFullDisk();
  files_.allocate_error = ENOSPC;
  const size_t sent = http_.requests().size();
  EXPECT_EQ(Refresh(process_.get()), "store_io no_space");
  EXPECT_EQ(http_.requests().size(), sent);
  EXPECT_EQ(Refresh(other_.get()), "store_locked") << "the lock is still kept";
}

// B06, B10: another file is written, and the old descriptor is not trusted.
TEST_F(AccountUnsavedTest, AFailedFlushIsTriedWithANewFile) {
  ReplyTokens(2);
  http_.During([this] { files_.sync_error = EIO; });
  EXPECT_EQ(Refresh(process_.get()), "ok");
  EXPECT_TRUE(process_->HasWarning());
  files_.sync_error = 0;
  process_->account.FlushUnsaved();
  EXPECT_FALSE(process_->HasWarning());

  ReplyTokens(3);
  http_.During([this] { files_.writes_are_lost = true; });
  EXPECT_EQ(Refresh(process_.get()), "ok");
  EXPECT_TRUE(process_->HasWarning()) << "the read-back has seen it";
  files_.writes_are_lost = false;
  process_->account.FlushUnsaved();
  other_->account.Reload();
  EXPECT_EQ(other_->Bearer(), AccessToken(3));
}

// B09
TEST_F(AccountUnsavedTest, ShortWritesAreContinued) {
  files_.writes_are_short = true;
  ReplyTokens(2);
  EXPECT_EQ(Refresh(process_.get()), "ok");
  EXPECT_FALSE(process_->HasWarning());
  other_->account.Reload();
  EXPECT_EQ(other_->Bearer(), AccessToken(2));
}

// B30
TEST_F(AccountUnsavedTest, WithoutLocksNothingIsSent) {
  files_.lock_error = ENOLCK;
  const size_t sent = http_.requests().size();
  EXPECT_EQ(Refresh(process_.get()), "store_io no_locking");
  EXPECT_EQ(http_.requests().size(), sent);
}

// A15: the sign-in works, and says that it is not written.
TEST_F(AccountUnsavedTest, ASignInThatCannotBeWrittenIsKept) {
  StartFlow(process_.get());
  ReplyTokens(7);
  http_.During([this] { files_.write_error = ENOSPC; });
  const Result<Account::PollResult> polled = process_->account.Poll({});
  ASSERT_EQ(Verdict(polled), "ok");
  EXPECT_TRUE(polled.value().connected);
  EXPECT_EQ(process_->Bearer(), AccessToken(7));
  EXPECT_TRUE(process_->HasWarning());
  files_.write_error = 0;
  process_->account.FlushUnsaved();
  other_->account.Reload();
  EXPECT_EQ(other_->Bearer(), AccessToken(7));
}

TEST_F(AccountUnsavedTest, LogoutRemovesItAllTheSame) {
  RenewOnFullDisk();
  http_.Reply(200, "");
  const Result<Account::LogoutResult> result = process_->account.Logout();
  ASSERT_EQ(Verdict(result), "ok");
  EXPECT_TRUE(result.value().removed);
  EXPECT_NE(http_.last().body.find(RefreshToken(2)), std::string::npos);
  EXPECT_FALSE(process_->HasWarning());
  EXPECT_FALSE(Exists("cred"));
  files_.write_error = 0;
  ReplyDeviceCode();
  EXPECT_EQ(Verdict(other_->account.Start(false)), "ok") << "the lock is free";
}

// What is sealed with a key that exists nowhere any more would be lost at the next start.
TEST_F(AccountUnsavedTest, AKeyThatIsGoneIsPutBackBeforeAnythingIsSpent) {
  fs::remove_all(folder_.path() / "keys");
  ReplyTokens(2);
  EXPECT_EQ(Refresh(process_.get()), "ok");
  const auto later = NewProcess();
  later->account.Reload();
  EXPECT_EQ(later->Bearer(), AccessToken(2));
}

TEST_F(AccountUnsavedTest, AnotherKeyMeansThatNothingIsSpent) {
  const size_t sent = http_.requests().size();
  std::ofstream(folder_.path() / "keys" / "key") << std::string(32, 'k');
  EXPECT_EQ(Refresh(process_.get()).substr(0, 9), "store_key");
  EXPECT_EQ(http_.requests().size(), sent);
}

// B26: memory wins, and is written again.
TEST_F(AccountUnsavedTest, ALogoutThatCannotRemoveItKeepsTheLock) {
  RenewOnFullDisk();
  files_.unlink_error = EIO;
  http_.Reply(200, "{}");
  EXPECT_EQ(Verdict(process_->account.Logout()), "store_io io");
  EXPECT_EQ(Refresh(other_.get()), "store_locked") << "what is in the file is spent";
  files_.unlink_error = 0;
  http_.Reply(200, "{}");
  EXPECT_EQ(Verdict(process_->account.Logout()), "ok");
  EXPECT_EQ(Refresh(other_.get()), "not_connected");
}

TEST_F(AccountUnsavedTest, AnOldCopyThatIsPutBackDoesNotWin) {
  const std::string old = ReadFile(File("cred"));
  ReplyTokens(2);
  ASSERT_EQ(Refresh(process_.get()), "ok");
  folder_.Write("state/cred-" + context_.FileTag(), old);
  process_->account.Reload();
  EXPECT_EQ(process_->Bearer(), AccessToken(2));
  process_->account.FlushUnsaved();
  other_->account.Reload();
  EXPECT_EQ(other_->Bearer(), AccessToken(2));
  EXPECT_FALSE(process_->HasWarning());
}

// B26: somebody was faster with something newer.
TEST_F(AccountUnsavedTest, AnOldCopyMayBeReplacedByOthersFirst) {
  const std::string old = ReadFile(File("cred"));
  ReplyTokens(2);
  ASSERT_EQ(Refresh(process_.get()), "ok");
  other_->account.Reload();
  folder_.Write("state/cred-" + context_.FileTag(), old);
  process_->account.Reload();
  ReplyTokens(3);
  ASSERT_EQ(Refresh(other_.get()), "ok");
  EXPECT_NE(http_.last().body.find(RefreshToken(2)), std::string::npos)
      << "it remembers as well";
  process_->account.FlushUnsaved();
  EXPECT_EQ(process_->Bearer(), AccessToken(3));
}

// B34
TEST_F(AccountUnsavedTest, ADirectoryThatIsRemovedIsMadeAnew) {
  ReplyTokens(2);
  ASSERT_EQ(Refresh(process_.get()), "ok");
  fs::remove_all(StateDirectory());
  process_->account.Reload();
  EXPECT_EQ(process_->Bearer(), AccessToken(2));
  EXPECT_TRUE(process_->HasWarning());
  process_->account.FlushUnsaved();
  EXPECT_FALSE(process_->HasWarning());
  EXPECT_EQ(ModeOf(StateDirectory()), 0700);
  const auto later = NewProcess();
  later->account.Reload();
  EXPECT_EQ(later->Bearer(), AccessToken(2));
}

// B34: one that knows less was faster to write.
TEST_F(AccountUnsavedTest, AfterARemovalTheNewestWins) {
  other_->account.Reload();
  ReplyTokens(2);
  ASSERT_EQ(Refresh(process_.get()), "ok");
  fs::remove_all(StateDirectory());
  other_->LookAndFlush();
  process_->LookAndFlush();
  other_->account.Reload();
  EXPECT_EQ(other_->Bearer(), AccessToken(2));
}

// B35: a sign-out leaves the directory, and is no accident.
TEST_F(AccountUnsavedTest, ASignOutElsewhereIsNotUndone) {
  http_.Reply(200, "");
  other_->account.Reload();
  ASSERT_EQ(Verdict(other_->account.Logout()), "ok");
  process_->account.Reload();
  EXPECT_EQ(process_->Bearer(), "none");
  process_->account.FlushUnsaved();
  EXPECT_FALSE(Exists("cred"));
}

// What was tried in vain with one token says nothing of the next.
TEST_F(AccountUnsavedTest, ANewSignInDoesNotInheritABackOff) {
  http_.Reply(429, "{}", {{"retry-after", "86400"}});
  EXPECT_NE(Refresh(process_.get()), "ok");
  SignIn(other_.get(), 3);
  process_->account.Reload();
  clock_.Advance(kLifeMs - limits::kRefreshAheadMs);
  ReplyTokens(4);
  EXPECT_EQ(Refresh(process_.get(), When::kIfStale), "ok");
  EXPECT_EQ(process_->Bearer(), AccessToken(4));
}

// B33: somebody removed the lock file, and signed in past us.
TEST_F(AccountUnsavedTest, ANewerSignInIsNotOverwritten) {
  RenewOnFullDisk();
  files_.write_error = 0;
  fs::remove(File("lock"));
  SignIn(other_.get(), 8);
  process_->account.FlushUnsaved();
  EXPECT_EQ(process_->Bearer(), AccessToken(8));
  other_->account.Reload();
  EXPECT_EQ(other_->Bearer(), AccessToken(8));
}

TEST_F(AccountUnsavedTest, ADiskThatFailsForAMomentTakesNothingAway) {
  SetMode(StateDirectory(), 0770);
  process_->account.Reload();
  EXPECT_EQ(process_->Bearer(), AccessToken(1));
  EXPECT_EQ(process_->snapshot->warnings, std::vector<std::string>{"store_unreadable"});
  EXPECT_EQ(process_->State(clock_), "connected");
  EXPECT_EQ(Refresh(process_.get()), "store_permission mode") << "it may be spent";
  SetMode(StateDirectory(), 0700);
  process_->account.Reload();
  EXPECT_FALSE(process_->HasWarning());
  ReplyTokens(2);
  EXPECT_EQ(Refresh(process_.get()), "ok");
}

TEST_F(AccountUnsavedTest, ABrokenFlowIsNoReasonToLoseASignIn) {
  folder_.Write("state/pending-" + context_.FileTag(), "broken");
  process_->account.Reload();
  EXPECT_EQ(process_->State(clock_), "connected");
  EXPECT_EQ(process_->snapshot->warnings, std::vector<std::string>{"pending_unreadable"});
  EXPECT_EQ(Verdict(process_->account.Poll({})), "store_corrupt sealed_file");
  EXPECT_TRUE(process_->account.Cancel().value());
  EXPECT_FALSE(Exists("pending"));
  folder_.Write("state/pending-" + context_.FileTag(), "broken");
  ReplyDeviceCode();
  EXPECT_EQ(Verdict(process_->account.Start(true)), "ok");
  EXPECT_EQ(process_->Bearer(), AccessToken(1));
}

TEST_F(AccountUnsavedTest, LogoutLeavesWhatANewerVersionWrote) {
  std::string bytes = ReadFile(File("cred"));
  bytes[8] = 2;
  folder_.Write("state/cred-" + context_.FileTag(), bytes);
  EXPECT_EQ(Verdict(process_->account.Logout()), "store_version");
  EXPECT_EQ(ReadFile(File("cred")), bytes);
}

// A new sign-in is not an old copy, whatever its generation.
TEST_F(AccountUnsavedTest, ANewSignInIsTakenOver) {
  ReplyTokens(2);
  ASSERT_EQ(Refresh(process_.get()), "ok");
  http_.Reply(200, "");
  ASSERT_EQ(Verdict(other_->account.Logout()), "ok");
  SignIn(other_.get(), 5);
  process_->account.Reload();
  EXPECT_EQ(process_->Bearer(), AccessToken(5));
  EXPECT_FALSE(process_->HasWarning());
}

// B38
TEST_F(AccountUnsavedTest, ACopyOnAnotherMachineIsAWarning) {
  EXPECT_FALSE(process_->HasWarning());
  machine_id_ = "another-machine";
  const auto clone = NewProcess();
  clone->account.Reload();
  EXPECT_EQ(clone->snapshot->warnings, std::vector<std::string>{"cloned_store"});
  EXPECT_EQ(clone->State(clock_), "connected");
  machine_id_ = "";
  const auto nameless = NewProcess();
  nameless->account.Reload();
  EXPECT_FALSE(nameless->HasWarning());
}

}  // namespace
}  // namespace xai
