// Each allocation of what must not be lost fails once.
#include <cerrno>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "credentials/account_fixture.h"
#include "credentials/with_memory.h"
#include "runtime/guarded.h"
#include "support/no_memory.h"

namespace xai {
namespace {

// A source of keys whose owner may have given it up.
class OwnedKeySource : public KeySource {
 public:
  explicit OwnedKeySource(std::unique_ptr<KeySource> source)
      : source_(std::move(source)) {}

  KeySourceId id() const override {
    EXPECT_FALSE(is_given_up) << "it would be gone";
    return source_->id();
  }
  Result<SecretKey> Key(const KdfParameters& parameters, bool may_create) override {
    EXPECT_FALSE(is_given_up) << "it would be gone";
    return source_->Key(parameters, may_create);
  }
  Result<void> Keep(const SecretKey& key) override {
    EXPECT_FALSE(is_given_up) << "it would be gone";
    return source_->Keep(key);
  }

  bool is_given_up = false;

 private:
  std::unique_ptr<KeySource> source_;
};

class AccountMemoryTest : public AccountTest {
 protected:
  AccountMemoryTest() : process_(NewProcess()) { SignIn(process_.get()); }

  std::unique_ptr<OwnedKeySource> KeyFile(size_t number) {
    const auto path = folder_.path() / "keys" / std::to_string(number);
    return std::make_unique<OwnedKeySource>(MakeKeyFileSource(&files_, path, &random_));
  }

  void SignOut() {
    http_.Reply(200, "");
    ASSERT_EQ(Verdict(process_->account.Logout()), "ok");
  }

  std::unique_ptr<Process> process_;
};

// Matrix D12: whoever changes the source gives the new one up if that has failed.
TEST_F(AccountMemoryTest, TheKeysAreTheNewOnesOrTheOldOnes) {
  std::vector<std::unique_ptr<OwnedKeySource>> sources;
  size_t failures = 0;
  for (bool failed = true; failed;) {
    sources.push_back(KeyFile(sources.size()));
    OwnedKeySource* next = sources.back().get();
    const Result<void> done = Guarded<void>([&] {
      const OneFailure failure(sources.size());
      Result<void> result = process_->account.Rekey(next);
      failed = failure.came();
      return result;
    });
    if (!done.ok()) ++failures;
    next->is_given_up = !done.ok();
    process_->account.Reload();
    ASSERT_EQ(process_->State(clock_), "connected") << sources.size();
    ASSERT_EQ(process_->Bearer(), AccessToken(1));
  }
  EXPECT_GT(failures, 10u);
}

// Matrix D12.
TEST_F(AccountMemoryTest, WhatIsUnsavedIsWrittenWhenThereIsMemory) {
  ReplyTokens(2);
  http_.During([this] { files_.write_error = ENOSPC; });
  ASSERT_EQ(Verdict(process_->account.Refresh(When::kAlways, nullptr)), "ok");
  files_.write_error = 0;
  size_t number = 0;
  while (const auto due = process_->account.next_flush_steady_ms()) {
    clock_.Advance(*due - clock_.SteadyMs());
    const OneFailure failure(++number);
    process_->account.FlushUnsaved();
    const auto again = process_->account.next_flush_steady_ms();
    ASSERT_TRUE(!again || *again > clock_.SteadyMs()) << number;
  }
  EXPECT_GT(number, 10u);
  const auto other = NewProcess();
  other->account.Reload();
  EXPECT_EQ(other->Bearer(), AccessToken(2));
}

// Matrix D12: the token is spent, and the answer comes once.
TEST_F(AccountMemoryTest, AnAnswerIsNotLostForWantOfMemory) {
  size_t number = 0;
  for (bool came = true; came; SignIn(process_.get())) {
    std::optional<OneFailure> failure;
    ReplyTokens(2);
    http_.During([&] { failure.emplace(++number); });
    (void)Guarded<void>(
        [&] { return process_->account.Refresh(When::kAlways, nullptr); });
    ASSERT_TRUE(failure);
    came = failure->came();
    failure.reset();
    clock_.Advance(limits::kFlushBackoffMinMs);
    process_->account.FlushUnsaved();
    const auto other = NewProcess();
    other->account.Reload();
    ASSERT_EQ(other->Bearer(), AccessToken(2)) << number;
    ASSERT_EQ(other->State(clock_), "connected") << number;
    SignOut();
  }
  EXPECT_GT(number, 30u);
}

TEST_F(AccountMemoryTest, NorIsThatToASignIn) {
  size_t number = 0;
  for (bool came = true; came;) {
    SignOut();
    StartFlow(process_.get());
    std::optional<OneFailure> failure;
    ReplyTokens(2);
    http_.During([&] { failure.emplace(++number); });
    (void)Guarded<Account::PollResult>([&] { return process_->account.Poll({}); });
    ASSERT_TRUE(failure);
    came = failure->came();
    failure.reset();
    clock_.Advance(5'000);
    process_->account.FlushUnsaved();
    // Whoever asks is told, though the code is spent.
    if (Exists("pending")) ReplyError("invalid_grant");
    const Result<Account::PollResult> again = process_->account.Poll("ABCD-1234");
    ASSERT_EQ(Verdict(again), "ok") << number;
    ASSERT_TRUE(again.value().connected) << number;
    const auto other = NewProcess();
    other->account.Reload();
    ASSERT_EQ(other->Bearer(), AccessToken(2)) << number;
  }
  EXPECT_GT(number, 30u);
}

TEST_F(AccountMemoryTest, ItIsWaitedForUntilTheBound) {
  const auto wait = [this](int64_t until_ms) {
    const int64_t begun = clock_.SteadyMs();
    const AccountServices services = {
        &http_, &clock_, &random_, &log_, "", "", [this] { return process_->closing; }};
    return Guarded<void>([&] {
      return WithMemory(services, [&]() -> Result<void> {
        if (clock_.SteadyMs() - begun < until_ms) throw std::bad_alloc();
        return {};
      });
    });
  };
  EXPECT_EQ(Verdict(wait(limits::kMemoryWaitMs)), "ok");
  EXPECT_EQ(Verdict(wait(limits::kMemoryWaitMs + 1)), "no_memory");
  process_->closing = true;
  EXPECT_EQ(Verdict(wait(1)), "no_memory");
}

}  // namespace
}  // namespace xai
