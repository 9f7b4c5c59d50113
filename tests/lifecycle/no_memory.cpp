// One allocation of the plugin fails, or all from one on: see fail_malloc.c.
#include <dlfcn.h>

#include <cstdio>

#include "lifecycle/scenarios.h"

namespace xai {
namespace {

using FailAt = long (*)(long number, int flags);
using FailHere = void (*)(int on);
FailAt g_fail_at;
FailHere g_fail_here;

enum Flags { kAllThatFollow = 1, kOtherThreads = 2 };
// Longer than the timeouts of the plugin, one of which may be what ends a request:
// OpenSSL waits for more where it had no memory for what has come.
constexpr std::chrono::seconds kPatience{10};
int g_lost = 0;

// A call of the plugin on this thread, whose allocations count.
template <typename Body>
auto Within(Body body) {
  g_fail_here(1);
  const auto result = body();
  g_fail_here(0);
  return result;
}

// If it is taken it ends once, or does not.
void TryRequest(llmp_provider* p, uint64_t queue, uint64_t request, Call call,
                const std::string& json) {
  const int32_t taken =
      Within([&] { return call(p, queue, request, json.data(), json.size()); });
  const int32_t refused = queue == 0 ? LLMP_E_INVALID : LLMP_E_NO_MEMORY;
  Require(taken == LLMP_OK || taken == refused || taken == LLMP_E_NO_MEMORY,
          "a request was refused: " + std::to_string(taken));
  const auto begun = SteadyClock::now();
  int ends = 0;
  for (bool more = true; more;) {
    llmp_event event = {};
    const int32_t wait_ms = taken == LLMP_OK && ends == 0 ? 50 : 0;
    const int32_t count =
        Within([&] { return p->queue_wait(p, queue, wait_ms, &event, 1); });
    if (count == 1 && event.request == request) {
      Require(ends == 0, "an event after the end");
      if (event.kind == LLMP_EV_END) ++ends;
    }
    more = count > 0 || (wait_ms > 0 && SteadyClock::now() - begun < kPatience);
  }
  Require(ends == 0 || taken == LLMP_OK, "what was refused has ended");
  if (taken == LLMP_OK && ends == 0) ++g_lost;
}

// The number of allocations that failed.
long Attempt(const Arguments& arguments, const Library& library, long number, int flags) {
  (void)g_fail_at(number, flags);
  llmp_provider* p = Within([&] { return library.TryCreate(arguments.config); });
  if (p != nullptr) {
    const uint64_t queue = Within([p] { return p->queue_open(p, LLMP_QUEUE_NOTIFY); });
    TryRequest(p, queue, 1, p->onboarding_action, kStatus);
    TryRequest(p, queue, 2, p->complete, Prompt("fine"));
    TryRequest(p, queue, 3, p->list_models, R"({"force":true})");
    Within([p] {
      p->destroy(p);
      return 0;
    });
  }
  return g_fail_at(0, 0);
}

}  // namespace

// MORE: the first that fails, how many later the next, `calls` or `threads`, `one` or
// `all`.
int NoMemory(const Arguments& arguments) {
  g_fail_at = reinterpret_cast<FailAt>(dlsym(RTLD_DEFAULT, "fail_malloc_at"));
  g_fail_here = reinterpret_cast<FailHere>(dlsym(RTLD_DEFAULT, "fail_malloc_here"));
  Require(g_fail_at != nullptr && g_fail_here != nullptr, "fail_malloc is not preloaded");
  const Library library(arguments.library);
  // Keeps the backend loaded: the dynamic linker does not survive every failure of its
  // own.
  llmp_provider* keeper = library.Create(arguments.config);
  RequireSound(library, arguments.config);
  const int flags = (arguments.more.at(2) == "threads" ? kOtherThreads : 0) |
                    (arguments.more.at(3) == "all" ? kAllThatFollow : 0);
  long number = arguments.Number(0);
  int attempts = 0;
  for (; Attempt(arguments, library, number, flags) > 0; number += arguments.Number(1)) {
    ++attempts;
    // With memory again, everything is as it was.
    RequireSound(library, arguments.config);
  }
  keeper->destroy(keeper);
  std::printf("{\"attempts\":%d,\"allocations\":%ld,\"lost\":%d}\n", attempts, number - 1,
              g_lost);
  return 0;
}

}  // namespace xai
