// Each allocation of what must not be lost fails once.
#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "credentials/account_fixture.h"
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

}  // namespace
}  // namespace xai
