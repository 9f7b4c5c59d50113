// A model service whose network, account and clock are the test's.
#ifndef XAI_TESTS_RUNTIME_MODEL_SERVICE_FIXTURE_H_
#define XAI_TESTS_RUNTIME_MODEL_SERVICE_FIXTURE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/model_service.h"
#include "support/collecting_logger.h"
#include "support/fake_clock.h"
#include "support/manual_scheduler.h"
#include "support/scripted_random.h"
#include "support/scripted_token_source.h"
#include "support/scripted_transport.h"

namespace xai {

using Ids = std::vector<std::string>;
inline constexpr int64_t kTtlMs = 600'000;

// Keeps what is to be done, until it is told to do it.
class CountingRunner : public AccountRunner {
 public:
  bool Run(Task task) override {
    running.push_back(std::move(task));
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

  // The account and the store are for the tasks that are due.
  void RunAll(Account* account, Store* store) {
    for (const Task& task : std::exchange(running, {})) task(account, store)();
  }

  std::vector<Task> running;
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

}  // namespace xai

#endif  // XAI_TESTS_RUNTIME_MODEL_SERVICE_FIXTURE_H_
