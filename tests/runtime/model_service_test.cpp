// The model list as accounts come and go while it is fetched.
#include "runtime/model_service_fixture.h"

namespace xai {
namespace {

TEST_F(ModelServiceTest, ManyWhoAskShareOneFetch) {
  SignIn("a");
  const auto first = Get();
  const auto second = Get(true);
  EXPECT_EQ(tokens_.waiting(), 1u);
  Answer({"grok-4.3"});
  EXPECT_EQ(first->ids, Ids{"grok-4.3"});
  EXPECT_EQ(second->ids, Ids{"grok-4.3"});
  EXPECT_FALSE(second->from_cache);
  EXPECT_EQ(runner_.running.size(), 1u) << "it is kept on the disk";
  EXPECT_EQ(changes_, 1);
}

TEST_F(ModelServiceTest, WhoWaitsCanBeForgotten) {
  SignIn("a");
  const auto forgotten = Get();
  models_->GiveUp();
  scheduler_.RunDue();
  EXPECT_EQ(forgotten->error, "none");
  const auto next = Get();
  Answer({"grok-4.3"});
  EXPECT_EQ(next->ids, Ids{"grok-4.3"});
}

TEST_F(ModelServiceTest, AListIsGoodForItsTime) {
  SignIn("a");
  Get();
  Answer({"grok-4.3"});
  clock_.Advance(kTtlMs - 1);
  EXPECT_TRUE(Get()->from_cache);
  clock_.Advance(1);
  const auto late = Get();
  EXPECT_EQ(late->error, "none") << "it is fetched again";
  Answer({"grok-4.3"});
  EXPECT_FALSE(late->from_cache);
  EXPECT_EQ(changes_, 1) << "the same models";
}

// Matrix C45.
TEST_F(ModelServiceTest, AnOldListIsBetterThanNone) {
  SignIn("a");
  Get();
  Answer({"grok-4.3"});
  const auto offline = Get(true);
  Refuse();
  EXPECT_EQ(offline->ids, Ids{"grok-4.3"});
  EXPECT_TRUE(offline->stale);
  const auto empty = Get(true);
  Answer({});
  EXPECT_EQ(empty->ids, Ids{"grok-4.3"});
  SignIn("b");
  const auto other = Get();
  Refuse();
  EXPECT_EQ(other->error, "network");
}

// Matrix G11.
TEST_F(ModelServiceTest, AListThatCameTooLateForItsAccountIsFetchedAgain) {
  SignIn("a");
  const auto told = Get();
  SignIn("b");
  models_->Forget();
  Answer({"grok-of-a"});
  EXPECT_EQ(told->error, "none");
  EXPECT_EQ(Known(), Ids{"none"});
  Answer({"grok-of-b"});
  EXPECT_EQ(told->ids, Ids{"grok-of-b"});
  EXPECT_EQ(models_->known()->subject, "b");
  EXPECT_EQ(runner_.running.size(), 1u);
}

// Matrix G11.
TEST_F(ModelServiceTest, AListOfAPlanThatChangedMeanwhileIsFetchedAgain) {
  SignIn("a", 1);
  const auto told = Get();
  SignIn("a", 3);
  Answer({"grok-4.3"});
  EXPECT_EQ(told->error, "none");
  Answer({"grok-4.3", "grok-5"});
  EXPECT_EQ(told->ids, (Ids{"grok-4.3", "grok-5"}));
  EXPECT_EQ(models_->known()->tier, 3);
}

// Matrix G11.
TEST_F(ModelServiceTest, AListThatCameAfterTheSignOutIsNobodys) {
  SignIn("a");
  const auto told = Get();
  SignIn("");
  models_->Forget();
  Answer({"grok-4.3"});
  EXPECT_EQ(told->error, "not_connected");
  EXPECT_EQ(Known(), Ids{"none"});
  EXPECT_EQ(runner_.running.size(), 0u) << "nothing is written";
  EXPECT_EQ(changes_, 0);
}

TEST_F(ModelServiceTest, ASignInThatIsFoundWhileFetchingIsFine) {
  SignIn("");
  const auto told = Get();
  SignIn("a");
  Answer({"grok-4.3"});
  EXPECT_EQ(told->ids, Ids{"grok-4.3"});
  EXPECT_EQ(models_->known()->subject, "a");
}

TEST_F(ModelServiceTest, WhatAnotherProcessFetchedIsTaken) {
  SignIn("a");
  const int64_t now = clock_.NowMs();
  models_->OnLoaded(ListOf("a", {"grok-4.3"}, now - 10));
  EXPECT_EQ(Known(), Ids{"grok-4.3"});
  EXPECT_EQ(changes_, 0) << "the first list is no change";
  models_->OnLoaded(ListOf("a", {"grok-4.3"}, now - 5));
  EXPECT_EQ(changes_, 0);
  models_->OnLoaded(ListOf("a", {"grok-5"}, now));
  EXPECT_EQ(Known(), Ids{"grok-5"});
  EXPECT_EQ(changes_, 1);
  models_->OnLoaded(ListOf("a", {"grok-old"}, now - 1));
  models_->OnLoaded({});
  EXPECT_EQ(Known(), Ids{"grok-5"});
  EXPECT_EQ(changes_, 1);
}

TEST_F(ModelServiceTest, TheListOfAnotherAccountIsNotShown) {
  SignIn("a");
  models_->OnLoaded({});
  models_->OnLoaded(ListOf("b", {"grok-of-b"}, clock_.NowMs()));
  EXPECT_EQ(Known(), Ids{"none"});
  EXPECT_EQ(changes_, 0);
  SignIn("b");
  EXPECT_EQ(Known(), Ids{"grok-of-b"});
}

TEST_F(ModelServiceTest, WhatWasForgottenDoesNotComeBackFromTheDisk) {
  SignIn("a");
  const ModelList withdrawn = ListOf("a", {"grok-4.3"}, clock_.NowMs());
  models_->OnLoaded(withdrawn);
  models_->Forget();
  models_->OnLoaded(withdrawn);
  EXPECT_EQ(Known(), Ids{"none"});
  models_->OnLoaded(ListOf("a", {"grok-5"}, clock_.NowMs() + 1));
  EXPECT_EQ(Known(), Ids{"grok-5"});
}

}  // namespace
}  // namespace xai
