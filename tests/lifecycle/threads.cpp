// The host's threads: cancelled, with little room, and those of the plugin in the host.
#include <pthread.h>

#include <atomic>
#include <cstdio>
#include <string>
#include <thread>

#include "lifecycle/scenarios.h"

namespace xai {
namespace {

constexpr size_t kSmallStack = 64 << 10;
constexpr int kThreads = 16;
// Reading them takes some milliseconds, and these moments are spread over them.
constexpr size_t kBlanks = size_t{16} << 20;
constexpr int kRaces = 60;
constexpr int kStepUs = 100;

struct Waiter {
  llmp_provider* provider;
  uint64_t queue;
  std::atomic<bool> begun{false};
};

// Waits as its host would: it can be cancelled everywhere but in the plugin.
void* WaitForEver(void* argument) {
  auto* waiter = static_cast<Waiter*>(argument);
  llmp_provider* p = waiter->provider;
  llmp_event event;
  waiter->begun = true;
  while (p->queue_wait(p, waiter->queue, -1, &event, 1) >= 0) pthread_testcancel();
  return nullptr;
}

void* CallInALoop(void* argument) {
  auto* waiter = static_cast<Waiter*>(argument);
  llmp_provider* p = waiter->provider;
  const std::string json = kStatus;
  for (uint64_t request = 1u << 20;; ++request) {
    (void)p->onboarding_action(p, waiter->queue, request, json.data(), json.size());
    llmp_event event;
    (void)p->queue_wait(p, waiter->queue, 10, &event, 1);
    p->cancel(p, request);
    waiter->begun = true;
    pthread_testcancel();
  }
}

void CancelWhile(Client* client, void* (*body)(void*)) {
  llmp_provider* p = client->provider();
  Waiter waiter = {p, p->queue_open(p, 0)};
  pthread_t thread;
  Require(pthread_create(&thread, nullptr, body, &waiter) == 0, "no thread");
  const auto begun = SteadyClock::now();
  while (!waiter.begun) Require(SteadyClock::now() - begun < kDeadline, "no beginning");
  Require(pthread_cancel(thread) == 0, "pthread_cancel() failed");
  // It leaves with the call that it is in.
  p->queue_wake(p, waiter.queue);
  void* result = nullptr;
  Require(pthread_join(thread, &result) == 0, "pthread_join() failed");
  Require(result == PTHREAD_CANCELED, "the thread was not cancelled");
  p->queue_close(p, waiter.queue);
}

struct Small {
  const Arguments* arguments;
  const Library* library;
};

void* LiveInLittle(void* argument) {
  const auto* small = static_cast<Small*>(argument);
  llmp_provider* provider = small->library->Create(small->arguments->config);
  {
    Client client(provider);
    (void)client.Ask(provider->onboarding_action, kStatus);
    (void)client.Ask(provider->list_models, "{}");
    client.RequireFine();
    // As deep as JSON may be, on this thread.
    const std::string deep = std::string(63, '[') + std::string(63, ']');
    (void)client.Ask(provider->complete, R"({"model":"m","messages":)" + deep + "}");
  }
  provider->destroy(provider);
  return nullptr;
}

}  // namespace

// The threads of the host are cancelled while they are in a call.
int CancelThreads(const Arguments& arguments) {
  const Library library(arguments.library);
  Client client(library.Create(arguments.config));
  for (int i = 0; i < kThreads; ++i) {
    CancelWhile(&client, WaitForEver);
    CancelWhile(&client, CallInALoop);
    client.RequireFine();
  }
  client.provider()->destroy(client.provider());
  return 0;
}

// With room for one request: a queue is closed while complete() still reads what it was
// given.  That leaves no request behind.
int CloseWhileItBegins(const Arguments& arguments) {
  const Library library(arguments.library);
  llmp_provider* p = library.Create(arguments.config);
  Client client(p);
  const std::string prompt = Prompt("hold") + std::string(kBlanks, ' ');
  for (int i = 0; i < kRaces; ++i) {
    const uint64_t queue = p->queue_open(p, 0);
    const uint64_t request = (1u << 20) + static_cast<uint64_t>(i);
    std::atomic<bool> begun{false};
    std::thread caller([&] {
      begun = true;
      (void)p->complete(p, queue, request, prompt.data(), prompt.size());
    });
    while (!begun) sched_yield();
    const auto moment = SteadyClock::now() + std::chrono::microseconds(i * kStepUs);
    while (SteadyClock::now() < moment) sched_yield();
    p->queue_close(p, queue);
    caller.join();
    Require(
        Await([&] { return client.Ask(p->complete, Prompt("fine")).status == LLMP_OK; }),
        "a request was left behind");
  }
  p->destroy(p);
  return 0;
}

// Everything from threads of 64 KiB, the first create() included.
int SmallStacks(const Arguments& arguments) {
  const Library library(arguments.library);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  Require(pthread_attr_setstacksize(&attributes, kSmallStack) == 0, "no such stack");
  Small small = {&arguments, &library};
  pthread_t thread;
  Require(pthread_create(&thread, &attributes, LiveInLittle, &small) == 0, "no thread");
  Require(pthread_join(thread, nullptr) == 0, "pthread_join() failed");
  pthread_attr_destroy(&attributes);
  return 0;
}

namespace {

std::atomic<llmp_provider*> g_provider{nullptr};
std::atomic<uint64_t> g_queue{0};
std::atomic<int> g_called{0};

// Whatever may be called at any time, from a thread of the plugin.
int64_t CallFromNow(const llmp_host*) {
  constexpr int kCallsMax = 1000;
  constexpr int64_t kSomeTimeMs = 1'800'000'000'000;
  llmp_provider* p = g_provider;
  const std::string json = kStatus;
  const std::string prompt = Prompt("hold");
  const int called = ++g_called;
  if (p == nullptr || called > kCallsMax) return kSomeTimeMs + called;
  const uint64_t request = (1u << 20) + static_cast<uint64_t>(called) * 4;
  (void)p->onboarding_action(p, g_queue, request, json.data(), json.size());
  (void)p->complete(p, g_queue, request + 1, prompt.data(), prompt.size());
  p->cancel(p, request + 1);
  p->queue_wake(p, g_queue);
  const uint64_t queue = p->queue_open(p, 0);
  llmp_event event;
  (void)p->queue_wait(p, queue, 0, &event, 1);
  p->queue_close(p, queue);
  return kSomeTimeMs + called;
}

}  // namespace

namespace {

std::atomic<bool> g_inside{false};
std::atomic<bool> g_destroying{false};

// Does not return before another thread has begun to destroy the provider.
int64_t WaitForDestroy(const llmp_host* host) {
  g_inside = true;
  const auto begun = SteadyClock::now();
  while (!g_destroying) {
    Require(SteadyClock::now() - begun < kDeadline, "nobody destroys it");
    sched_yield();
  }
  g_inside = false;
  return CallFromNow(host);
}

}  // namespace

// destroy() outlasts the callback that is running, and no other comes.
int DestroyInCallback(const Arguments& arguments) {
  const Library library(arguments.library);
  llmp_host host = MakeHost();
  host.now_ms = WaitForDestroy;
  llmp_provider* provider = library.Create(arguments.config, &host);
  Client client(provider);
  g_provider = provider;
  client.Start(provider->onboarding_action, kStatus);
  const auto begun = SteadyClock::now();
  while (!g_inside) Require(SteadyClock::now() - begun < kDeadline, "no callback");
  // The callback calls nothing of what is being destroyed.
  g_provider = nullptr;
  g_destroying = true;
  provider->destroy(provider);
  Require(!g_inside, "a callback is still running");
  const int called = g_called;
  Require(CountThreads() == 1, "a thread is left");
  Require(g_called == called, "another callback came");
  return 0;
}

// The host's clock calls the provider again, from within the plugin.
int CallBack(const Arguments& arguments) {
  const Library library(arguments.library);
  llmp_host host = MakeHost();
  host.now_ms = CallFromNow;
  llmp_provider* provider = library.Create(arguments.config, &host);
  Client client(provider);
  g_queue = provider->queue_open(provider, 0);
  g_provider = provider;
  for (int i = 0; i < kThreads; ++i) {
    client.RequireFine();
    (void)client.Ask(provider->onboarding_action, kStatus);
  }
  g_provider = nullptr;
  provider->destroy(provider);
  std::printf("{\"called\":%d}\n", g_called.load());
  return 0;
}

}  // namespace xai
