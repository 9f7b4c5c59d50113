// LLMP-FAULT: what goes wrong on the way, and requests that are taken back.
#include <algorithm>
#include <thread>

#include "validator/catalog.h"
#include "validator/check.h"
#include "validator/upstream.h"

namespace validator {
namespace {

constexpr Call kComplete = &llmp_provider::complete;

constexpr std::chrono::seconds kYoungMax{20};
constexpr std::chrono::milliseconds kBetweenLooks{100};

llmp::Json Refusal(const std::string& kind) {
  return llmp::Json::object().set("scene", "refusal").set("kind", kind);
}

llmp::Json Request(const std::string& model) {
  return Chat(model, "Hi").set("max_retries", 0);
}

Event EndWith(const World& world, Subject* subject, const llmp::Json& scene) {
  SignIn(world, subject);
  const std::string model = SomeModel(subject);
  Play(world, scene);
  return subject->Ask(kComplete, Request(model)).back();
}

void ACutAnswerIsCut(World& world) {
  Subject subject(world);
  const Event end = EndWith(world, &subject, Says({"half ", "an"}).set("end", "cut"));
  Require(end.status == LLMP_E_TRUNCATED || end.status == LLMP_E_NETWORK,
          "an answer that is cut ends with " + end.data);
  DocumentOf(end);
}

void HowLongToWaitIsSaid(World& world) {
  Subject subject(world);
  const Event end =
      EndWith(world, &subject, Refusal("rate_limited").set("retry_after_seconds", 7));
  const llmp::Json document = DocumentOf(end);
  Require(end.status == LLMP_E_RATE_LIMIT, "too many requests ends with " + end.data);
  Require(document["retry"].is_true(), "too many requests does not say retry");
  Require(document["retry_after_ms"].integer() == 7000,
          "Retry-After: 7 is not passed on as retry_after_ms 7000");
}

void AnOutageIsTheirs(World& world) {
  Subject subject(world);
  const Event end = EndWith(world, &subject, Refusal("outage"));
  Require(end.status == LLMP_E_UPSTREAM && DocumentOf(end)["retry"].is_true(),
          "an outage of the vendor ends with " + end.data);
}

// A token that was just minted is believed, and the vendor blamed.
void AwaitAnOldToken(Subject* subject) {
  constexpr Call kAct = &llmp_provider::onboarding_action;
  const auto life = subject->AskWell(kAct, Action("refresh"))["expires_in_seconds"];
  const std::int64_t life_s = life.integer().value_or(0);
  const std::int64_t young_s = std::min<std::int64_t>(life_s / 4, 120) + 1;
  if (young_s > kYoungMax.count()) {
    Skip("the simulated vendor's tokens live longer than a minute");
  }
  const auto deadline = std::chrono::steady_clock::now() + kYoungMax + kPatience;
  for (;;) {
    const auto left = subject->AskWell(kAct, Action("status"))["expires_in_seconds"];
    if (left.integer().value_or(life_s) < life_s - young_s) return;
    Require(std::chrono::steady_clock::now() < deadline,
            "status does not say that the token gets older");
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

void AStaleTokenIsRenewed(World& world) {
  Subject subject(world);
  SignIn(world, &subject);
  const std::string model = SomeModel(&subject);
  AwaitAnOldToken(&subject);
  Play(world, llmp::Json::object().set("scene", "expire_tokens"));
  const Event end = subject.Ask(kComplete, Request(model)).back();
  Require(end.status == LLMP_OK, "a token that is refused is not renewed: " + end.data);
}

// Cancels after `events` events; what has come before stays.
void CancelAfter(const World& world, Subject* subject, const std::string& model,
                 std::size_t events) {
  Play(world, Says({"tick "}).set("repeat", 100000).set("pace_ms", 5));
  const std::uint64_t queue = subject->OpenQueue();
  const std::uint64_t number = subject->Begin(kComplete, Request(model), queue);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::size_t seen = 0;
  std::size_t ends = 0;
  bool asked = false;
  while (ends == 0) {
    Require(std::chrono::steady_clock::now() < deadline,
            "a request that was cancelled does not end");
    if (!asked && seen >= events) {
      (*subject)->cancel(subject->get(), number);
      asked = true;
    }
    for (const Event& event : Take(subject->get(), queue, 1000, 1)) {
      ++seen;
      if (event.kind != LLMP_EV_END) continue;
      ++ends;
      Require(event.status == LLMP_E_CANCELLED,
              "a request that was cancelled ends with " + event.data);
    }
  }
  Require(Take(subject->get(), queue, 100).empty(), "an event comes after the last END");
  (*subject)->queue_close(subject->get(), queue);
  Play(world, llmp::Json::object().set("scene", "reset"));
}

void CancelledAtAnyEvent(World& world) {
  Subject subject(world);
  SignIn(world, &subject);
  const std::string model = SomeModel(&subject);
  for (const std::size_t events : {0U, 1U, 2U, 3U, 10U}) {
    CancelAfter(world, &subject, model, events);
  }
}

void CancelRacesTheEnd(World& world) {
  Subject subject(world);
  SignIn(world, &subject);
  const std::string model = SomeModel(&subject);
  for (int round = 0; round < 30; ++round) {
    Play(world, Says({"a"}));
    const std::uint64_t queue = subject.OpenQueue();
    const std::uint64_t number = subject.Begin(kComplete, Request(model), queue);
    Events events = Take(subject.get(), queue, round);
    subject->cancel(subject.get(), number);
    if (events.empty() || events.back().kind != LLMP_EV_END) {
      events = TakeUntilEnds(subject.get(), queue, 1);
    }
    const std::int32_t status = events.back().status;
    Require(status == LLMP_OK || status == LLMP_E_CANCELLED,
            "a cancelled request ends with " + events.back().data);
    Require(Take(subject.get(), queue, 0).empty(), "an event comes after the last END");
    subject->queue_close(subject.get(), queue);
    Play(world, llmp::Json::object().set("scene", "reset"));
  }
}

void ClosingCancels(World& world) {
  Subject subject(world);
  SignIn(world, &subject);
  const std::string model = SomeModel(&subject);
  for (int round = 0; round < 10; ++round) {
    Play(world, Says({"tick "}).set("repeat", 100000).set("pace_ms", 5));
    const std::uint64_t queue = subject.OpenQueue();
    subject.Begin(kComplete, Request(model), queue);
    AwaitRunning(world, 1, "the vendor is not asked, or several times at once");
    AwaitReadable(subject.get(), queue);
    subject->queue_close(subject.get(), queue);
    AwaitRunning(world, 0, "the vendor goes on answering when the queue is closed");
  }
  Play(world, llmp::Json::object().set("scene", "reset"));
  subject.AskWell(kComplete, Request(model));
}

void ANumberInUse(World& world) {
  Subject subject(world);
  SignIn(world, &subject);
  const std::string model = SomeModel(&subject);
  Play(world, Says({"tick "}).set("repeat", 100000).set("pace_ms", 5));
  const std::uint64_t queue = subject.OpenQueue();
  const std::uint64_t number = subject.Begin(kComplete, Request(model), queue);
  const std::string json = Request(model).dump();
  Require(subject->complete(subject.get(), queue, number, json.data(), json.size()) ==
              LLMP_E_INVALID,
          "a number that is in use is taken again");
  subject->cancel(subject.get(), number);
  TakeUntilEnds(subject.get(), queue, 1);
  Play(world, llmp::Json::object().set("scene", "reset"));
}

}  // namespace

std::vector<Test> FaultTests() {
  return {
      {"LLMP-FAULT-001", "an answer that is cut is no answer", Needs::kAccount,
       ACutAnswerIsCut},
      {"LLMP-FAULT-002", "too many requests: how long to wait is passed on",
       Needs::kAccount, HowLongToWaitIsSaid},
      {"LLMP-FAULT-003", "an outage is the vendor's, and may be tried again",
       Needs::kAccount, AnOutageIsTheirs},
      {"LLMP-FAULT-004", "a token that is refused is renewed without a word",
       Needs::kAccount, AStaleTokenIsRenewed},
      {"LLMP-FAULT-005", "cancelled at any event, a request ends once", Needs::kAccount,
       CancelledAtAnyEvent},
      {"LLMP-FAULT-006", "cancel may race the end", Needs::kAccount, CancelRacesTheEnd},
      {"LLMP-FAULT-007", "closing a queue cancels its requests", Needs::kAccount,
       ClosingCancels},
      {"LLMP-FAULT-008", "a request number in use is LLMP_E_INVALID", Needs::kAccount,
       ANumberInUse},
  };
}

}  // namespace validator
