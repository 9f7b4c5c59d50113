// LLMP-QUEUE: queue_open, queue_wait, queue_wake, queue_close.
#include <array>
#include <atomic>
#include <cstring>
#include <set>
#include <thread>

#include "validator/catalog.h"
#include "validator/check.h"
#include "validator/subject.h"

namespace validator {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr Call kAct = &llmp_provider::onboarding_action;

void ExactlyOneEnd(World& world) {
  Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  constexpr std::size_t kRequests = 20;
  std::set<std::uint64_t> waiting;
  for (std::size_t i = 0; i < kRequests; ++i) {
    waiting.insert(subject.Begin(kAct, Action("status"), queue));
  }
  for (const Event& event : TakeUntilEnds(subject.get(), queue, kRequests)) {
    if (event.kind != LLMP_EV_END) continue;
    Require(
        waiting.erase(event.request) == 1,
        "request " + std::to_string(event.request) + " has ended twice, or never began");
  }
  Require(Take(subject.get(), queue, 200).empty(), "an event comes after the last END");
}

void NothingAfterEnd(World& world) {
  Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  std::set<std::uint64_t> ended;
  for (int round = 0; round < 20; ++round) {
    subject.Begin(kAct, Action("status"), queue);
    subject.Begin(&llmp_provider::complete, Chat("m", "Hi"), queue);
    for (const Event& event : TakeUntilEnds(subject.get(), queue, 2)) {
      Require(ended.count(event.request) == 0, "an event follows its request's END");
      if (event.kind == LLMP_EV_END) ended.insert(event.request);
    }
  }
}

void TextIsTerminated(World& world) {
  Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  for (int round = 0; round < 8; ++round) {
    subject.Begin(kAct, Action(round % 2 == 0 ? "status" : "no such action"), queue);
    std::array<llmp_event, 8> events = {};
    const std::int32_t count = subject->queue_wait(
        subject.get(), queue, static_cast<std::int32_t>(milliseconds(kPatience).count()),
        events.data(), events.size());
    for (std::int32_t i = 0; i < count; ++i) {
      const llmp_event& event = events[static_cast<std::size_t>(i)];
      Require(event.data != nullptr, "an event's data is null");
      Require(event.data[event.size] == '\0', "there is no NUL after an event's data");
      Require(event.flags == 0 && event.reserved[0] == 0 && event.reserved[1] == 0,
              "flags or reserved is not 0");
    }
  }
}

void BytesStayUntilTheNextWait(World& world) {
  Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  const std::uint64_t other = subject.OpenQueue();
  subject.Begin(kAct, Action("status"), queue);
  llmp_event held = {};
  const auto patience = static_cast<std::int32_t>(milliseconds(kPatience).count());
  Require(subject->queue_wait(subject.get(), queue, patience, &held, 1) == 1,
          "status sends nothing");
  const std::string before(held.data, held.size);
  for (int i = 0; i < 50; ++i) {
    subject.Begin(kAct, Action("no such action"), queue);
    subject.Begin(kAct, Action("no such action"), other);
    TakeUntilEnds(subject.get(), other, 1);
  }
  Require(std::string(held.data, held.size) == before,
          "the bytes of an event change before the next wait on its queue");
  TakeUntilEnds(subject.get(), queue, 50);
}

void CapIsKept(World& world) {
  Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  constexpr std::size_t kRequests = 10;
  for (std::size_t i = 0; i < kRequests; ++i) {
    subject.Begin(kAct, Action("status"), queue);
  }
  std::size_t ends = 0;
  for (std::size_t i = 0; i < kRequests; ++i) {
    std::array<llmp_event, 2> events;
    std::memset(&events, 0x5A, sizeof events);
    const llmp_event untouched = events[1];
    const auto patience = static_cast<std::int32_t>(milliseconds(kPatience).count());
    const std::int32_t count =
        subject->queue_wait(subject.get(), queue, patience, events.data(), 1);
    Require(count == 1, "with cap 1 queue_wait() returns " + std::to_string(count));
    Require(std::memcmp(&events[1], &untouched, sizeof untouched) == 0,
            "queue_wait() writes past cap");
    if (events[0].kind == LLMP_EV_END) ++ends;
  }
  Require(ends == kRequests, "taken one by one, an END is lost");
}

void TimeoutsAreKept(World& world) {
  const Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  for (const int timeout_ms : {0, 30, 120}) {
    const auto begun = Clock::now();
    Require(Take(subject.get(), queue, timeout_ms).empty(),
            "an event comes from nowhere");
    const auto took = Clock::now() - begun;
    Require(took >= milliseconds(timeout_ms) - milliseconds(2),
            "queue_wait() returns before its timeout");
    Require(took < milliseconds(timeout_ms) + std::chrono::seconds(5),
            "queue_wait() returns seconds after its timeout");
  }
}

void WakeIsNeverLost(World& world) {
  const Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  for (int round = 0; round < 20; ++round) {
    subject->queue_wake(subject.get(), queue);
    const auto begun = Clock::now();
    Require(Take(subject.get(), queue, 10000).empty(), "an event comes from nowhere");
    Require(Clock::now() - begun < std::chrono::seconds(5),
            "a queue_wake() before queue_wait() is lost");
  }
  for (int round = 0; round < 20; ++round) {
    std::thread waker([&] { subject->queue_wake(subject.get(), queue); });
    const auto begun = Clock::now();
    Take(subject.get(), queue, 10000);
    waker.join();
    Require(Clock::now() - begun < std::chrono::seconds(5),
            "a queue_wake() beside queue_wait() is lost");
  }
}

void CloseForgets(World& world) {
  Subject subject(world);
  std::set<std::uint64_t> seen;
  for (int round = 0; round < 20; ++round) {
    const std::uint64_t queue = subject.OpenQueue();
    Require(seen.insert(queue).second, "queue_open() gives a number twice");
    subject.Begin(kAct, Action("status"), queue);
    subject->queue_close(subject.get(), queue);
    llmp_event event;
    Require(subject->queue_wait(subject.get(), queue, 0, &event, 1) == LLMP_E_CLOSED,
            "queue_wait() on a closed queue is not LLMP_E_CLOSED");
    const std::int32_t result =
        subject->onboarding_action(subject.get(), queue, subject.NewNumber(), "{}", 2);
    Require(result == LLMP_E_INVALID,
            "a request on a closed queue is not LLMP_E_INVALID");
  }
}

void NumbersOfNobody(World& world) {
  Subject subject(world);
  for (const std::uint64_t number :
       {std::uint64_t{0}, std::uint64_t{123456}, ~std::uint64_t{0}}) {
    subject->cancel(subject.get(), number);
    subject->queue_wake(subject.get(), number);
    subject->queue_close(subject.get(), number);
    llmp_event event;
    Require(subject->queue_wait(subject.get(), number, 0, &event, 1) == LLMP_E_CLOSED,
            "queue_wait() on a queue that never was is not LLMP_E_CLOSED");
    Require(subject->queue_fd(subject.get(), number) == -1,
            "queue_fd() of a queue that never was is not -1");
  }
  subject.Ask(kAct, Action("status"));
}

void FiveHundredOnOneQueue(World& world) {
  Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  std::set<std::uint64_t> waiting;
  for (int i = 0; i < 500; ++i) {
    waiting.insert(subject.Begin(kAct, Action("status"), queue));
  }
  for (const Event& event : TakeUntilEnds(subject.get(), queue, waiting.size())) {
    if (event.kind == LLMP_EV_END) waiting.erase(event.request);
  }
  Require(waiting.empty(), "of 500 requests at once some never end");
}

void OtherQueuesHearNothing(World& world) {
  Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  const std::uint64_t other = subject.OpenQueue();
  for (int i = 0; i < 10; ++i) subject.Begin(kAct, Action("status"), queue);
  for (const Event& event : TakeUntilEnds(subject.get(), queue, 10)) {
    Require(event.request != 0, "a queue without LLMP_QUEUE_NOTIFY gets notices");
  }
  Require(Take(subject.get(), other, 0).empty(), "an event comes on another queue");
}

}  // namespace

std::vector<Test> QueueTests() {
  return {
      {"LLMP-QUEUE-001", "each request has exactly one END", Needs::kNothing,
       ExactlyOneEnd},
      {"LLMP-QUEUE-002", "nothing comes after END", Needs::kNothing, NothingAfterEnd},
      {"LLMP-QUEUE-003", "data is never null and has a NUL after it", Needs::kNothing,
       TextIsTerminated},
      {"LLMP-QUEUE-004", "bytes stay until the next wait on their queue", Needs::kNothing,
       BytesStayUntilTheNextWait},
      {"LLMP-QUEUE-005", "queue_wait() never writes past cap", Needs::kNothing,
       CapIsKept},
      {"LLMP-QUEUE-006", "queue_wait() keeps its timeout", Needs::kNothing,
       TimeoutsAreKept},
      {"LLMP-QUEUE-007", "queue_wake() ends the running wait or the next",
       Needs::kNothing, WakeIsNeverLost},
      {"LLMP-QUEUE-008", "a closed queue is forgotten, and its number not used again",
       Needs::kNothing, CloseForgets},
      {"LLMP-QUEUE-009", "numbers of queues and requests that never were do no harm",
       Needs::kNothing, NumbersOfNobody},
      {"LLMP-QUEUE-010", "five hundred requests on one queue", Needs::kNothing,
       FiveHundredOnOneQueue},
      {"LLMP-QUEUE-011", "events come on the queue of their request alone",
       Needs::kNothing, OtherQueuesHearNothing},
  };
}

}  // namespace validator
