// The model list as accounts come and go while it is fetched.
#include "runtime/model_service.h"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/system_file_system.h"
#include "credentials/file_vault.h"
#include "support/collecting_logger.h"
#include "support/fake_clock.h"
#include "support/manual_scheduler.h"
#include "support/scripted_random.h"
#include "support/scripted_token_source.h"
#include "support/scripted_transport.h"
#include "support/temp_dir.h"

namespace xai {
namespace {

using Ids = std::vector<std::string>;
constexpr int64_t kTtlMs = 600'000;

// Keeps what is to be done, and does none of it but what tidies up.
class CountingRunner : public AccountRunner {
 public:
  bool Run(Task) override {
    ++runs;
    return true;
  }
  bool Look(Task) override { return true; }
  bool Tidy(Task task) override {
    tidying.push_back(std::move(task));
    return true;
  }
  void TidyUp(Store* store) {
    for (const Task& task : std::exchange(tidying, {})) task(nullptr, store)();
  }

  int runs = 0;
  std::vector<Task> tidying;
};

class ModelServiceTest : public testing::Test {
 protected:
  ModelServiceTest() : scheduler_(&clock_) {
    config_.base_url = "https://api.x.ai/v1";
    api_.transport = &transport_;
    api_.tokens = &tokens_;
    api_.scheduler = &scheduler_;
    api_.clock = &clock_;
    api_.random = &random_;
    api_.log = &log_;
    api_.config = &config_;
    broker_ = std::make_unique<TokenBroker>(
        &runner_, &scheduler_, &clock_, &random_,
        [](const AccountSnapshot*, const AccountSnapshot&) {});
    models_ = std::make_unique<ModelService>(api_, &runner_, broker_.get(), kTtlMs,
                                             [this] { ++changes_; });
  }

  // Nobody, without a subject.
  void SignIn(const std::string& subject, std::optional<int64_t> tier = 1) {
    auto snapshot = std::make_shared<AccountSnapshot>();
    if (!subject.empty()) {
      auto token = std::make_shared<AccessToken>();
      token->bearer = SecretString("at-of-" + subject);
      token->issued_at_ms = clock_.NowMs();
      token->expires_at_ms = clock_.NowMs() + 21'600'000;
      snapshot->access = std::move(token);
      snapshot->subject = subject;
      snapshot->tier = tier;
    }
    broker_->OnSnapshot(std::move(snapshot));
  }

  struct Told {
    std::string error = "none";
    Ids ids;
    bool from_cache = false;
    bool stale = false;
  };
  std::shared_ptr<Told> Get(bool force = false) {
    auto told = std::make_shared<Told>();
    models_->Get(force, [told](Result<ModelsView> view) {
      told->error = view.ok() ? "" : std::string(InfoOf(view.error().code).name);
      if (!view.ok()) return;
      told->ids = view.value().list.ids;
      told->from_cache = view.value().from_cache;
      told->stale = view.value().stale;
    });
    scheduler_.RunDue();
    return told;
  }
  // The exchange that waits is answered, as far as the list is concerned.
  void Answer(const Ids& ids) {
    tokens_.Give("at", clock_.NowMs(), 21'600'000);
    std::string body = R"({"data":[)";
    for (const std::string& id : ids) {
      body += (body.back() == '[' ? "" : ",") + (R"({"id":")" + id + R"("})");
    }
    transport_.Answer(200, body + "]}");
    scheduler_.RunDue();
  }
  void Refuse() {
    tokens_.Fail(Error::Make(ErrorCode::kNetwork, "scripted failure"));
    scheduler_.RunDue();
  }
  static ModelList ListOf(const std::string& subject, Ids ids, int64_t fetched_at_ms) {
    ModelList list;
    list.ids = std::move(ids);
    list.fetched_at_ms = fetched_at_ms;
    list.subject = subject;
    list.tier = 1;
    return list;
  }
  Ids Known() const { return models_->known() ? models_->known()->ids : Ids{"none"}; }

  FakeClock clock_;
  ManualScheduler scheduler_;
  ScriptedTransport transport_;
  ScriptedTokenSource tokens_;
  ScriptedRandom random_;
  CollectingLogger log_;
  ApiConfig config_;
  ApiServices api_;
  CountingRunner runner_;
  std::unique_ptr<TokenBroker> broker_;
  std::unique_ptr<ModelService> models_;
  int changes_ = 0;
};

TEST_F(ModelServiceTest, ManyWhoAskShareOneFetch) {
  SignIn("a");
  const auto first = Get();
  const auto second = Get(true);
  EXPECT_EQ(tokens_.waiting(), 1u);
  Answer({"grok-4.3"});
  EXPECT_EQ(first->ids, Ids{"grok-4.3"});
  EXPECT_EQ(second->ids, Ids{"grok-4.3"});
  EXPECT_FALSE(second->from_cache);
  EXPECT_EQ(runner_.runs, 1) << "it is kept on the disk";
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
  EXPECT_EQ(runner_.runs, 1);
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
  EXPECT_EQ(runner_.runs, 0) << "nothing is written";
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

// The list as it is stored, and a model of it that xAI no longer has.
class StoredModelsTest : public ModelServiceTest {
 protected:
  void SetUp() override {
    SignIn("a");
    Result<StoreRoom> room = store_.ReserveCredential();
    ASSERT_TRUE(room.ok());
    ASSERT_TRUE(store_.SaveCredential(CredentialRecord(), room.value().get()).ok());
  }
  void Save(int64_t fetched_at_ms) {
    const ModelList list = ListOf("a", {"grok-4.3"}, fetched_at_ms);
    ASSERT_TRUE(store_.SaveModels(EncodeModelList(list)).ok());
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
