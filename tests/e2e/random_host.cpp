#include "e2e/random_host.h"

#include <gtest/gtest.h>

#include <thread>
#include <utility>

#include "e2e/plugin_stage.h"
#include "support/wait_for.h"

namespace xai {
namespace {

// More requests than a host has threads, and far fewer than a provider takes.
constexpr size_t kOwedMax = 16;
constexpr int kYieldsMax = 20;
constexpr const char* kStream = "[words:40]";

}  // namespace

RandomHost::RandomHost(const llmp::Provider& provider,
                       std::function<llmp::Provider()> load, uint32_t seed)
    : provider_(provider),
      load_(std::move(load)),
      queue_(provider.open_queue(LLMP_QUEUE_NOTIFY)),
      random_(seed) {}

bool RandomHost::Act() {
  Yield();
  const int dice = Roll(1000);
  if (dice < 200) {
    Ask(R"({"action":"status"})");
  } else if (dice < 300) {
    ListModels();
  } else if (dice < 340) {
    Ask(R"({"action":"models","force":true})");
  } else if (dice < 420) {
    Ask(R"({"action":"refresh"})");
  } else if (dice < 520) {
    Complete(Leave::kNever);
  } else if (dice < 600) {
    Complete(Leave::kInTheMiddle);
  } else if (dice < 660) {
    Complete(Leave::kAtOnce);
  } else if (dice < 800) {
    Ask(R"({"action":"poll"})");
  } else if (dice < 880) {
    CompleteAside();
  } else if (dice < 890) {
    Visit();
  } else if (dice < 900) {
    Ask(R"({"action":"cancel"})");
  } else if (dice < 901) {  // a sign-in takes a second
    Ask(R"({"action":"logout"})");
  } else if (dice < 940) {
    Ask(R"({"action":"start"})");
  } else {
    queue_.wake();
  }
  Take(Roll(3));
  return WaitUntilOwed(kOwedMax);
}

bool RandomHost::WaitUntilOwed(size_t most) {
  return WaitFor([this, most] {
    if (owed_.size() > most) Take(50);
    return owed_.size() <= most;
  });
}

int RandomHost::Roll(int sides) {
  return std::uniform_int_distribution<int>(0, sides - 1)(random_);
}

void RandomHost::Yield() {
  for (int i = Roll(kYieldsMax); i > 0; --i) std::this_thread::yield();
}

void RandomHost::Ask(const std::string& json) {
  llmp_provider* raw = provider_.get();
  const uint64_t request = provider_.next_request();
  Accept(request,
         raw->onboarding_action(raw, queue_.id(), request, json.data(), json.size()),
         Roll(10) == 0 ? Leave::kAtOnce : Leave::kNever);
}

void RandomHost::ListModels() {
  llmp_provider* raw = provider_.get();
  const uint64_t request = provider_.next_request();
  Accept(request, raw->list_models(raw, queue_.id(), request, "{}", 2), Leave::kNever);
}

void RandomHost::Complete(Leave leave) {
  llmp_provider* raw = provider_.get();
  const uint64_t request = provider_.next_request();
  const std::string json = ChatRequest(kStream);
  Accept(request, raw->complete(raw, queue_.id(), request, json.data(), json.size()),
         leave);
}

void RandomHost::CompleteAside() {
  llmp::Stream stream = provider_.complete(ChatRequest(kStream));
  for (int i = Roll(4); i > 0 && !stream.ended(); --i) {
    Yield();
    stream.next(1);
  }
}

void RandomHost::Visit() {
  const llmp::Provider visitor = load_();
  llmp::Stream stream = visitor.complete(ChatRequest(kStream));
  Yield();
  Onboard(visitor, R"({"action":"status"})");
}

void RandomHost::Accept(uint64_t request, int32_t result, Leave leave) {
  EXPECT_EQ(result, LLMP_OK);
  if (result != LLMP_OK) return;
  owed_[request] = leave;
  if (leave != Leave::kAtOnce) return;
  Yield();
  provider_.get()->cancel(provider_.get(), request);
}

void RandomHost::Take(int32_t timeout_ms) {
  for (const llmp_event& event : queue_.wait(timeout_ms)) OnEvent(event);
}

void RandomHost::OnEvent(const llmp_event& event) {
  if (event.request == 0) return;
  EXPECT_EQ(ended_.count(event.request), 0U) << "kind " << event.kind << " after END";
  const auto owed = owed_.find(event.request);
  if (owed == owed_.end()) {
    ADD_FAILURE() << "an event of kind " << event.kind << " for nobody";
    return;
  }
  if (event.kind == LLMP_EV_TEXT && owed->second == Leave::kInTheMiddle) {
    owed->second = Leave::kNever;
    provider_.get()->cancel(provider_.get(), event.request);
  }
  if (event.kind != LLMP_EV_END) return;
  EXPECT_TRUE(llmp::Json::parse(llmp::text(event)).has_value());
  EXPECT_NE(event.status, LLMP_E_INTERNAL) << llmp::text(event);
  ++ends_[event.status];
  ended_.insert(event.request);
  owed_.erase(owed);
}

}  // namespace xai
