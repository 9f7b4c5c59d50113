// LLMP-THREAD: many threads of the host, and those of the plugin.
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "validator/catalog.h"
#include "validator/check.h"
#include "validator/process_snapshot.h"
#include "validator/upstream.h"

namespace validator {
namespace {

constexpr Call kAct = &llmp_provider::onboarding_action;

// One thread's part; what it finds is thrown.
void Bustle(llmp_provider* p, unsigned seed) {
  std::mt19937 random(seed);
  std::uint64_t number = std::uint64_t{seed} * 1000000 + 1;
  for (int round = 0; round < 40; ++round) {
    const std::uint64_t queue = p->queue_open(p, random() % 2);
    Require(queue != 0, "queue_open() returns 0, and there is memory");
    const std::size_t requests = 1 + random() % 6;
    for (std::size_t i = 0; i < requests; ++i) {
      const bool acts = random() % 2 == 0;
      const std::string json = acts ? R"({"action":"status"})" : "{}";
      const std::int32_t result =
          acts ? p->onboarding_action(p, queue, ++number, json.data(), json.size())
               : p->list_models(p, queue, ++number, json.data(), json.size());
      Require(result == LLMP_OK, "a request is not taken: " + std::to_string(result));
      if (random() % 4 == 0) p->cancel(p, number);
    }
    if (random() % 4 == 0) p->queue_wake(p, queue);
    if (random() % 4 == 0) close(p->queue_fd(p, queue));
    if (random() % 4 != 0) TakeUntilEnds(p, queue, requests);
    p->queue_close(p, queue);
  }
}

void EverythingAtOnce(World& world) {
  Subject subject(world);
  std::mutex mutex;
  std::string failure;
  std::vector<std::thread> threads;
  for (unsigned seed = 1; seed <= 8; ++seed) {
    threads.emplace_back([&, seed] {
      try {
        Bustle(subject.get(), seed);
      } catch (const Failed& failed) {
        const std::lock_guard<std::mutex> lock(mutex);
        failure = failed.detail;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Require(failure.empty(), failure);
}

// What the callbacks of a host were called from, and what they do.
struct Callbacks {
  llmp_provider* provider = nullptr;
  std::atomic<int> calls{0};  // of the others, while a request may run
  std::atomic<int> wakes{0};
  std::atomic<bool> on_host_thread{false};
  std::set<int> host_threads;
};

Callbacks& Of(const llmp_host* host) {
  return *static_cast<Callbacks*>(host->ctx);
}

// Null before create() has returned.
llmp_provider* Called(const llmp_host* host) {
  Callbacks& callbacks = Of(host);
  if (callbacks.provider != nullptr) ++callbacks.calls;
  return callbacks.provider;
}

llmp_host HostWith(Callbacks* callbacks) {
  llmp_host host = PlainHost();
  host.ctx = callbacks;
  host.now_ms = [](const llmp_host* self) -> std::int64_t {
    // Would wait for ever if a lock of the plugin's were held.
    if (llmp_provider* p = Called(self)) {
      p->cancel(p, 999999);
      p->queue_wake(p, 999999);
      p->queue_close(p, p->queue_open(p, 0));
    }
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  host.get_extension = [](const llmp_host* self, const char*) -> const void* {
    if (llmp_provider* p = Called(self)) p->cancel(p, 999999);
    return nullptr;
  };
  host.log = [](const llmp_host* self, std::int32_t, const char*) {
    if (llmp_provider* p = Called(self)) p->cancel(p, 999999);
  };
  return host;
}

void CallbacksHoldNoLock(World& world) {
  Callbacks callbacks;
  const llmp_host host = HostWith(&callbacks);
  Subject subject(world, &host);
  callbacks.provider = subject.get();
  for (const char* action : {"status", "poll", "models", "logout", "no such action"}) {
    subject.Ask(kAct, Action(action));
  }
  subject.Ask(&llmp_provider::complete, Chat("m", "Hi"));
  if (callbacks.calls == 0)
    Skip("the plugin calls neither now_ms, get_extension nor log");
}

void WakeComesOnceAQueueHasSomething(World& world) {
  Callbacks callbacks;
  callbacks.host_threads = Threads();
  llmp_host host = PlainHost();
  host.ctx = &callbacks;
  host.wake = [](const llmp_host* self, std::uint64_t) {
    Callbacks& seen = Of(self);
    const int thread = static_cast<int>(syscall(SYS_gettid));
    if (seen.host_threads.count(thread) != 0) seen.on_host_thread = true;
    ++seen.wakes;
  };
  Subject subject(world, &host);
  if (subject->state == LLMP_UNAVAILABLE) return;  // it may answer on the caller's thread
  const std::uint64_t queue = subject.OpenQueue();
  for (int round = 1; round <= 10; ++round) {
    subject.Begin(kAct, Action("status"), queue);
    // As a host with a loop of its own does it: nothing is taken before wake.
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (callbacks.wakes < round) {
      Require(std::chrono::steady_clock::now() < deadline,
              "wake is not called when an empty queue gets events");
      std::this_thread::yield();
    }
    TakeUntilEnds(subject.get(), queue, 1);
  }
  Require(!callbacks.on_host_thread, "wake is called on a thread of the host");
}

void SignalsAreBlocked(World& world) {
  const auto before = Threads();
  Subject subject(world);
  subject.Ask(kAct, Action("status"));
  subject.Ask(&llmp_provider::list_models, llmp::Json::object());
  for (const int thread : Threads()) {
    if (before.count(thread) != 0) continue;
    std::ifstream status("/proc/self/task/" + std::to_string(thread) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.rfind("SigBlk:", 0) != 0) continue;
      const std::uint64_t mask = std::stoull(line.substr(7), nullptr, 16);
      for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGALRM, SIGPIPE,
                               SIGUSR1, SIGUSR2, SIGWINCH}) {
        Require((mask >> (signal - 1) & 1) != 0,
                "a thread of the plugin takes signal " + std::to_string(signal));
      }
    }
  }
}

void DestroyIsQuick(World& world) {
  const auto before = Threads();
  Subject subject(world);
  SignIn(world, &subject);
  const std::string model = SomeModel(&subject);
  constexpr std::int64_t kStreams = 200;
  Play(world,
       Says({"tick "}).set("repeat", 10000).set("pace_ms", 20).set("times", kStreams));
  const std::uint64_t queue = subject.OpenQueue();
  for (std::int64_t i = 0; i < kStreams; ++i) {
    subject.Begin(&llmp_provider::complete, Chat(model, "Hi"), queue);
  }
  AwaitReadable(subject.get(), queue);
  const auto begun = std::chrono::steady_clock::now();
  subject.Destroy();
  Require(std::chrono::steady_clock::now() - begun < kPatience,
          "destroy() with 200 streams takes ten times the two seconds that are promised");
  Require(Threads() == before, "destroy() leaves a thread running");
  Play(world, llmp::Json::object().set("scene", "reset"));
}

}  // namespace

std::vector<Test> ThreadTests() {
  return {
      {"LLMP-THREAD-001", "eight threads do everything at once", Needs::kNothing,
       EverythingAtOnce},
      {"LLMP-THREAD-002", "callbacks are called without a lock", Needs::kNothing,
       CallbacksHoldNoLock},
      {"LLMP-THREAD-003", "wake comes from a thread of the plugin", Needs::kNothing,
       WakeComesOnceAQueueHasSomething},
      {"LLMP-THREAD-004", "the plugin's threads block all signals", Needs::kNothing,
       SignalsAreBlocked},
      {"LLMP-THREAD-005", "destroy() with 200 streams is quick and joins its threads",
       Needs::kAccount, DestroyIsQuick},
  };
}

}  // namespace validator
