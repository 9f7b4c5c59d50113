// Arguments that are wrong, or only just right.
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>

#include "lifecycle/scenarios.h"

namespace xai {
namespace {

constexpr size_t kPage = 1 << 16;  // larger ones divide it
constexpr int kThreads = 16;
constexpr uint64_t kNoQueue = 12345;

// A copy whose last byte is the last that can be read.
class AtPageEnd {
 public:
  AtPageEnd(const void* bytes, size_t size)
      : room_((size + kPage - 1) / kPage * kPage), size_(size) {
    pages_ = static_cast<char*>(mmap(nullptr, room_ + kPage, PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    Require(pages_ != MAP_FAILED && mprotect(pages_ + room_, kPage, PROT_NONE) == 0,
            "no pages");
    std::memcpy(data(), bytes, size);
  }
  AtPageEnd(const AtPageEnd&) = delete;
  AtPageEnd& operator=(const AtPageEnd&) = delete;
  ~AtPageEnd() { munmap(pages_, room_ + kPage); }

  char* data() const { return pages_ + room_ - size_; }
  size_t size() const { return size_; }

 private:
  size_t room_;
  size_t size_;
  char* pages_;
};

std::array<Call, 3> Calls(const llmp_provider& p) {
  return {p.complete, p.list_models, p.onboarding_action};
}

void RequireInvalidCalls(llmp_provider* p, uint64_t queue) {
  for (const Call call : Calls(*p)) {
    Require(call(p, queue, 1, nullptr, 0) == LLMP_E_INVALID, "null is a request");
    Require(call(p, queue, 1, nullptr, 9) == LLMP_E_INVALID, "null is a request");
    Require(call(p, queue, 0, "{}", 2) == LLMP_E_INVALID, "0 is a number");
    Require(call(p, kNoQueue, 1, "{}", 2) == LLMP_E_INVALID, "any queue will do");
    Require(call(p, 0, 1, "{}", 2) == LLMP_E_INVALID, "0 is a queue");
  }
  llmp_event event;
  Require(p->queue_wait(p, queue, 0, nullptr, 1) == LLMP_E_INVALID, "null has room");
  Require(p->queue_wait(p, queue, 0, nullptr, 0) == 0, "no room is wrong");
  Require(p->queue_wait(p, kNoQueue, -1, &event, 1) == LLMP_E_CLOSED, "any queue waits");
  Require(p->queue_fd(p, kNoQueue) == -1, "any queue has a descriptor");
  Require(p->get_extension(p, nullptr) == nullptr, "null is an extension");
  Require(p->get_extension(p, "nobody.knows/1") == nullptr, "an unknown extension");
  p->queue_wake(p, kNoQueue);
  p->queue_close(p, kNoQueue);
  p->queue_close(p, 0);
  p->cancel(p, 0);
  p->cancel(p, kNoQueue);
  const uint64_t closed = p->queue_open(p, ~0U);  // flags of a later version
  p->queue_close(p, closed);
  p->queue_close(p, closed);
  Require(p->queue_wait(p, closed, -1, &event, 1) == LLMP_E_CLOSED, "it is open");
}

// What `create` makes of a host of that size; it may read no byte more.
void RequireState(const Library& library, const Arguments& arguments, uint32_t size,
                  uint32_t state) {
  std::vector<char> bytes(size < sizeof(llmp_host) ? sizeof(llmp_host) : size, '\xA5');
  const llmp_host whole = MakeHost();
  std::memcpy(bytes.data(), &whole, sizeof whole);
  std::memcpy(bytes.data(), &size, sizeof size);
  const AtPageEnd host(bytes.data(), size < sizeof(void*) ? sizeof(void*) : size);
  llmp_provider* p = library.TryCreate(arguments.config,
                                       reinterpret_cast<const llmp_host*>(host.data()));
  Require(p != nullptr && p->state == state, "a host of " + std::to_string(size));
  p->destroy(p);
}

}  // namespace

// Null, 0 and unknown numbers, and hosts of every size.
int Misuse(const Arguments& arguments) {
  const Library library(arguments.library);
  llmp_provider* p = library.Create(arguments.config);
  Client client(p);
  RequireInvalidCalls(p, client.queue());
  client.RequireFine();
  const auto destroy = p->destroy;  // *p is gone after the first
  destroy(p);
  destroy(nullptr);
  const uint32_t needed = offsetof(llmp_host, ctx);
  for (uint32_t size = 0; size <= 4 * sizeof(llmp_host); size += sizeof(void*)) {
    RequireState(library, arguments, size, size < needed ? LLMP_UNAVAILABLE : LLMP_READY);
  }
  return 0;
}

// JSON that ends where it says and not with a NUL, has NULs within, is no UTF-8, or huge.
int OddText(const Arguments& arguments) {
  constexpr size_t kHuge = 64 << 20;
  const Library library(arguments.library);
  const AtPageEnd config(arguments.config.data(), arguments.config.size());
  llmp_provider* p = library.TryCreate({config.data(), config.size()});
  Require(p != nullptr && p->state == LLMP_READY, "no provider");
  Client client(p);
  const auto ends = [&client](Call call, const std::string& text) {
    const AtPageEnd json(text.data(), text.size());
    return client.Finish(client.Start(call, {json.data(), json.size()})).status;
  };
  Require(ends(p->complete, Prompt("fine")) == LLMP_OK, "it needs a NUL");
  for (const Call call : Calls(*p)) {
    Require(ends(call, std::string("{\0}", 3)) == LLMP_E_INVALID, "a NUL is taken");
    Require(ends(call, "{\"\xFF\":1}") == LLMP_E_INVALID, "no UTF-8 is taken");
    Require(ends(call, std::string(kHuge, ' ')) == LLMP_E_INVALID, "64 MiB are taken");
  }
  Require(ends(p->complete, "") == LLMP_E_INVALID, "nothing is a completion");
  client.RequireFine();
  p->destroy(p);
  return 0;
}

// Providers of one library are destroyed by many threads at once, streams and all.
int DestroyAtOnce(const Arguments& arguments) {
  const Library library(arguments.library);
  const size_t threads = CountThreads();
  std::vector<llmp_provider*> providers;
  for (int i = 0; i < kThreads; ++i) {
    providers.push_back(library.Create(arguments.config));
    Client client(providers.back());
    HoldStreams(&client, 2);
  }
  std::atomic<bool> go{false};
  std::vector<std::thread> destroyers;
  for (llmp_provider* p : providers) {
    destroyers.emplace_back([p, &go] {
      while (!go) std::this_thread::yield();
      p->destroy(p);
    });
  }
  go = true;
  for (std::thread& thread : destroyers) thread.join();
  Require(CountThreads() == threads, "a thread is left");
  return 0;
}

}  // namespace xai
