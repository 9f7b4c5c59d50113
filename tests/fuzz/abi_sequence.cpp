// The C interface: whatever a host calls in whatever order, and whatever the network
// does, each accepted request has exactly one END and nothing after it, its pieces come
// after one START, and destroy() returns; then nobody calls the host.
//
// Input: a byte for the world, calls up to a byte FE, then answers of the network, each a
// byte for how it ends and comes, one for its status, and a body up to a byte FF.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "abi/backend_entry.h"
#include "fuzz/fuzz.h"
#include "fuzz/json_tree.h"
#include "fuzz/memory_host.h"
#include "fuzz/scripted_wire.h"
#include "fuzz/shown.h"

extern "C" const xai_backend_entry* LLMP_CALL xai_grok_backend_entry();

namespace xai {
namespace {

constexpr size_t kCallsMax = 48;
constexpr size_t kAnswersMax = 24;
constexpr size_t kQueuesMax = 4;
constexpr int32_t kHangMs = 20'000;  // libFuzzer's own bound is shorter

constexpr std::array<const char*, 8> kCompletions = {
    R"({"model":"grok-4.3","messages":[{"role":"user","content":"hi"}]})",
    R"({"model":"grok-4.3","messages":[{"role":"user","content":"hi"}],"stream":false})",
    R"({"model":"grok-4.20-multi-agent","messages":[{"role":"user","content":"hi"}]})",
    R"({"model":"grok-4.3","messages":[{"role":"user","content":"hi"}],"max_retries":0,)"
    R"("stream_tool_calls":true,"timeout_ms":60000})",
    R"({"model":"m","messages":[{"role":"user","content":"x"}],"reasoning_effort":"low"})",
    R"({"model":7})",
    "{",
    "",
};
constexpr std::array<const char*, 10> kActions = {
    R"({"action":"status"})",  R"({"action":"start"})",
    R"({"action":"poll"})",    R"({"action":"cancel"})",
    R"({"action":"refresh"})", R"({"action":"models","force":true})",
    R"({"action":"logout"})",  R"({"action":"start","force":true})",
    R"({"action":"no"})",      "[]",
};

// A host that keeps book of what it is owed.
class Host {
 public:
  explicit Host(uint8_t world)
      : host_(static_cast<MemoryHost::SignIn>(world % 3), (world & 4) != 0) {
    if ((world & 8) != 0) host_.BreakStore();
    const std::string config = (world & 16) != 0 ? "{" : MemoryHost::Config();
    xai_backend_failure failure = {};
    provider_ = xai_grok_backend_entry()->create(host_.abi(), config.data(),
                                                 config.size(), &failure);
    Require(provider_ != nullptr, "there is a provider");
    OpenQueue(0);
  }

  void Act(FuzzInput* input);
  // Cancels everything and takes what is owed.
  void Settle();
  void Destroy() {
    provider_->destroy(provider_);
    host_.Leave();
    Require(OpenExchanges() == 0, "nothing is left on the wire");
  }

 private:
  struct Request {
    uint64_t queue = 0;
    bool completion = false;
    bool started = false;
  };
  enum class Kind { kComplete, kListModels, kAction };

  void OpenQueue(uint32_t flags) {
    if (queues_.size() >= kQueuesMax) return;
    const uint64_t queue = provider_->queue_open(provider_, flags);
    Require(queue != 0, "there is a queue");
    for (const uint64_t other : queues_) Require(queue != other, "no number comes twice");
    queues_.push_back(queue);
  }
  uint64_t ChooseQueue(FuzzInput* input) {
    const size_t at = input->Choose(kQueuesMax);
    return at < queues_.size() ? queues_[at] : 999;
  }
  void Begin(Kind kind, uint64_t queue, const std::string& json);
  void Take(uint64_t queue, int32_t timeout_ms, uint32_t cap);
  void OnEvent(uint64_t queue, const llmp_event& event);
  void CloseQueue(uint64_t queue);

  MemoryHost host_;
  llmp_provider* provider_ = nullptr;
  std::vector<uint64_t> queues_;
  std::map<uint64_t, Request> owed_;
  uint64_t last_request_ = 0;
  bool idle_ = false;
};

void Host::Begin(Kind kind, uint64_t queue, const std::string& json) {
  const uint64_t number = last_request_ + 1;
  const ExactCopy copy(json);
  const char* data = json.empty() ? "" : copy.view().data();
  int32_t result = LLMP_E_INTERNAL;
  if (kind == Kind::kComplete) {
    result = provider_->complete(provider_, queue, number, data, json.size());
  } else if (kind == Kind::kListModels) {
    result = provider_->list_models(provider_, queue, number, data, json.size());
  } else {
    result = provider_->onboarding_action(provider_, queue, number, data, json.size());
  }
  const bool known = std::find(queues_.begin(), queues_.end(), queue) != queues_.end();
  Require(result == (known ? LLMP_OK : LLMP_E_INVALID), "a good number is accepted");
  if (!known) return;
  last_request_ = number;
  owed_[number] = {queue, kind == Kind::kComplete, false};
  idle_ = false;
}

void Host::OnEvent(uint64_t queue, const llmp_event& event) {
  Require(event.data != nullptr && event.data[event.size] == '\0', "data has a NUL");
  if (event.request == 0) {
    Require(event.kind >= LLMP_EV_MODELS_CHANGED, "it is about the provider");
    return;
  }
  const auto found = owed_.find(event.request);
  Require(found != owed_.end(), "an event is of a request that has not ended");
  Request& request = found->second;
  Require(request.queue == queue, "it comes on the request's queue");
  Require(IsUtf8({event.data, event.size}), "data is UTF-8");
  if (event.kind == LLMP_EV_START) {
    Require(request.completion && !request.started, "START comes once");
    request.started = true;
  } else {
    // What never reached a model may have an END alone.
    Require(request.started || event.kind == LLMP_EV_END, "START comes first");
  }
  Require(request.completion || event.kind == LLMP_EV_END, "others have but an END");
  if (event.kind != LLMP_EV_END) return;
  JsonFacts facts;
  const auto document = ParseTree({event.data, event.size}, &facts);
  const JsonTree* ok = document ? document->Find("ok") : nullptr;
  Require(ok != nullptr && !facts.name_twice, "an END has a document");
  Require((ok->text == "true") == (event.status == LLMP_OK), "which says the same");
  owed_.erase(found);
}

void Host::Take(uint64_t queue, int32_t timeout_ms, uint32_t cap) {
  // Where nothing came, nothing will until there is more to do.
  if (idle_) timeout_ms = 0;
  std::array<llmp_event, 8> events;
  const int32_t count =
      provider_->queue_wait(provider_, queue, timeout_ms, events.data(), cap);
  const bool known = std::find(queues_.begin(), queues_.end(), queue) != queues_.end();
  Require(
      known ? count >= 0 && count <= static_cast<int32_t>(cap) : count == LLMP_E_CLOSED,
      "a wait gives what there is");
  for (int32_t i = 0; i < count; ++i) OnEvent(queue, events[static_cast<size_t>(i)]);
  idle_ = count <= 0 && (idle_ || timeout_ms > 0);
}

void Host::CloseQueue(uint64_t queue) {
  provider_->queue_close(provider_, queue);
  std::erase(queues_, queue);
  std::erase_if(owed_,
                [queue](const auto& entry) { return entry.second.queue == queue; });
}

void Host::Act(FuzzInput* input) {
  switch (input->Choose(13)) {
    case 0:
      return OpenQueue(input->Byte() & LLMP_QUEUE_NOTIFY);
    case 1:
    case 2: {
      const uint64_t queue = ChooseQueue(input);
      return Begin(Kind::kComplete, queue, kCompletions[input->Choose(7)]);
    }
    case 3: {
      const uint64_t queue = ChooseQueue(input);
      return Begin(Kind::kComplete, queue, std::string(input->Until('\xFD')));
    }
    case 4: {
      const uint64_t queue = ChooseQueue(input);
      return Begin(Kind::kListModels, queue, (input->Byte() & 1) != 0 ? "{}" : "[");
    }
    case 5:
    case 6: {
      const uint64_t queue = ChooseQueue(input);
      return Begin(Kind::kAction, queue, kActions[input->Choose(9)]);
    }
    case 7:
      return provider_->cancel(provider_, input->Choose(15));
    case 8:
    case 9: {
      const uint64_t queue = ChooseQueue(input);
      return Take(queue, static_cast<int32_t>(input->Choose(3)),
                  static_cast<uint32_t>(input->Choose(8)));
    }
    case 10:
      return provider_->queue_wake(provider_, ChooseQueue(input));
    case 11: {
      const int32_t fd = provider_->queue_fd(provider_, ChooseQueue(input));
      if (fd >= 0) close(fd);
      return;
    }
    case 12:
      return CloseQueue(ChooseQueue(input));
    default:
      Require(provider_->get_extension(provider_, "none") == nullptr, "there is none");
      Require(provider_->complete(provider_, ChooseQueue(input), 0, "{}", 2) < 0,
              "0 is no number");
  }
}

void Host::Settle() {
  for (const auto& [number, request] : owed_) provider_->cancel(provider_, number);
  while (!owed_.empty()) {
    const size_t before = owed_.size();
    const uint64_t queue = owed_.begin()->second.queue;
    std::array<llmp_event, 4> events;
    const int32_t count = provider_->queue_wait(provider_, queue, kHangMs, events.data(),
                                                static_cast<uint32_t>(events.size()));
    // A wait that was woken ahead gives nothing.
    Require(count >= 0, "an END comes soon after a cancel");
    for (int32_t i = 0; i < count; ++i) OnEvent(queue, events[static_cast<size_t>(i)]);
    Require(owed_.size() <= before, "nothing is owed anew");
  }
  for (const uint64_t queue : queues_) Take(queue, 0, 8);
}

WireAnswer ReadAnswer(FuzzInput* input) {
  constexpr std::array<int, 8> kStatus = {200, 200, 200, 400, 401, 403, 429, 503};
  constexpr std::array<size_t, 4> kPieces = {1, 7, 64, 100'000};
  WireAnswer answer;
  const uint8_t course = input->Byte();
  answer.end = static_cast<WireAnswer::End>(course % 4);
  answer.piece = kPieces[course / 4 % kPieces.size()];
  answer.type = (course & 16) != 0 ? "application/json" : "text/event-stream";
  answer.status = kStatus[input->Choose(kStatus.size() - 1)];
  answer.body = input->Until('\xFF');
  return answer;
}

}  // namespace
}  // namespace xai

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace xai;
  FuzzInput input(data, size);
  const uint8_t world = input.Byte();
  const std::string_view calls = input.Until('\xFE');
  std::vector<WireAnswer> streams;
  std::vector<WireAnswer> fetches;
  for (size_t i = 0; i < kAnswersMax && !input.empty(); ++i) {
    // A small piece of a large body takes too many steps.
    WireAnswer answer = ReadAnswer(&input);
    answer.piece = std::max(answer.piece, answer.body.size() / 256);
    (i % 3 == 2 ? fetches : streams).push_back(std::move(answer));
  }
  SetWire(std::move(streams), std::move(fetches));
  Host host(world);
  FuzzInput acts(reinterpret_cast<const uint8_t*>(calls.data()), calls.size());
  for (size_t i = 0; i < kCallsMax && !acts.empty(); ++i) host.Act(&acts);
  // Or it goes in the middle of everything.
  if ((world & 32) == 0) host.Settle();
  host.Destroy();
  return 0;
}
