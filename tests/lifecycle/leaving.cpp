// How a host ends what it has begun, or does not.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "lifecycle/scenarios.h"

namespace xai {
namespace {

constexpr int kStreams = 8;
constexpr uint64_t kLateRequest = 99;
constexpr int kLeft = 7;  // the exit code of who leaves in the middle

}  // namespace

// MORE: how many streams.  All are cancelled, and then it is destroyed.
int CancelAll(const Arguments& arguments) {
  const Library library(arguments.library);
  Client client(library.Create(arguments.config));
  const int count = arguments.Number(0);
  HoldStreams(&client, count);
  const auto begun = SteadyClock::now();
  for (const auto& [request, end] : client.ends()) {
    client.provider()->cancel(client.provider(), request);
  }
  for (const auto& [request, end] : client.ends()) {
    Require(client.Finish(request).status == LLMP_E_CANCELLED, end.document);
  }
  const long cancel_ms = MsSince(begun);
  Require(!client.Take(100), "something came after all the ends");
  client.provider()->destroy(client.provider());
  std::printf("{\"ends\":%zu,\"cancel_ms\":%ld}\n", client.ends().size(), cancel_ms);
  return 0;
}

// MORE: how many streams.  It is destroyed while they run, their queue open.
int DestroyLive(const Arguments& arguments) {
  const Library library(arguments.library);
  const size_t threads = CountThreads();
  const size_t descriptors = CountDescriptors();
  Client client(library.Create(arguments.config));
  HoldStreams(&client, arguments.Number(0));
  const auto begun = SteadyClock::now();
  client.provider()->destroy(client.provider());
  const long destroy_ms = MsSince(begun);
  Require(CountThreads() == threads, "a thread is left");
  Require(CountDescriptors() == descriptors, "a descriptor is left");
  std::printf("{\"destroy_ms\":%ld}\n", destroy_ms);
  return 0;
}

// Then goes on with it as if nothing had happened, and ends without destroy().
int DlcloseLive(const Arguments& arguments) {
  Library library(arguments.library);
  Client client(library.Create(arguments.config));
  HoldStreams(&client, kStreams);
  library.Close();
  client.RequireFine();
  return 0;
}

// MORE: `destroy` before dlclose(), or `stay`.  A line on stdin says that the name is
// being looked up; in the end the lookups fail, and their threads come back to libcurl.
int DlcloseInLookup(const Arguments& arguments) {
  Library library(arguments.library);
  Client client(library.Create(arguments.config));
  for (int i = 0; i < kStreams; ++i) client.Complete("fine");
  Require(std::getchar() == '\n', "nobody says that the lookups are under way");
  const bool destroys = arguments.more.at(0) == "destroy";
  if (destroys) {
    client.provider()->destroy(client.provider());
    Require(CountThreads() > 1, "no lookup is under way");
  }
  library.Close();
  std::puts("{}");
  (void)std::fflush(stdout);
  if (!destroys) {
    for (const auto& [request, end] : client.ends()) {
      Require(client.Finish(request).status == LLMP_E_NETWORK, end.document);
    }
    return 0;
  }
  Require(Await([] { return CountThreads() == 1; }), "the lookups do not end");
  return 0;
}

// MORE: how.  Bytes arrive on every stream, and another thread waits for events.
int LeaveLive(const Arguments& arguments) {
  const Library library(arguments.library);
  llmp_provider* provider = library.Create(arguments.config);
  Client client(provider);
  Client other(provider);
  for (int i = 0; i < kStreams; ++i) client.Complete("flood");
  client.WaitForTexts(kStreams);
  std::thread waiting([&other] {
    llmp_event event;
    llmp_provider* p = other.provider();
    while (p->queue_wait(p, other.queue(), -1, &event, 1) >= 0) {
    }
  });
  const std::string& how = arguments.more.at(0);
  if (how == "exit") std::exit(kLeft);
  if (how == "quick_exit") std::quick_exit(kLeft);
  std::thread leaving([&how] {
    if (how == "abort") std::abort();
    if (how == "exit elsewhere") std::exit(kLeft);
  });
  leaving.join();
  waiting.join();
  return 0;
}

// MORE: how many microseconds after its requests have begun it leaves, which is within
// their handshakes.
int LeaveSoon(const Arguments& arguments) {
  const Library library(arguments.library);
  Client client(library.Create(arguments.config));
  for (int i = 0; i < kStreams; ++i) client.Complete("fine");
  const auto moment = SteadyClock::now() + std::chrono::microseconds(arguments.Number(0));
  while (SteadyClock::now() < moment) (void)client.Take(0);
  std::exit(kLeft);
}

// Its last act is to wait for a thread that waits for events.
int LeaveJoined(const Arguments& arguments) {
  static std::thread waiting;
  std::atexit([] { waiting.join(); });
  const Library library(arguments.library);
  llmp_provider* provider = library.Create(arguments.config);
  auto* client = new Client(provider);  // lives to the end
  client->Complete("hold");
  client->WaitForTexts(1);
  waiting = std::thread([client] {
    llmp_event event;
    llmp_provider* p = client->provider();
    while (p->queue_wait(p, client->queue(), -1, &event, 1) >= 0) {
    }
  });
  std::exit(kLeft);
}

// It asks for something when the plugin's part of exit() is over.
int LeaveLate(const Arguments& arguments) {
  static Client* late = nullptr;
  std::atexit([] {
    llmp_provider* p = late->provider();
    const std::string prompt = Prompt("fine");
    const int32_t taken =
        p->complete(p, late->queue(), kLateRequest, prompt.data(), prompt.size());
    Require(taken == LLMP_E_CLOSED, "a request was taken that nobody will answer");
  });
  const Library library(arguments.library);
  late = new Client(library.Create(arguments.config));  // lives to the end
  late->RequireFine();
  std::exit(kLeft);
}

}  // namespace xai
