// The echo provider with one thing broken, chosen by BROKEN_...: provider-validator has
// to find each, and to find nothing in BROKEN_NONE.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "llm_provider.h"

extern "C" const llmp_entry* echo_entry_point();

#ifdef BROKEN_SECOND_SYMBOL
extern "C" LLMP_EXPORT int broken_second_symbol();
int broken_second_symbol() {
  return 2;
}
#endif

namespace {

// What the echo provider does itself.
llmp_provider whole;

#if defined(BROKEN_ENDS_TWICE) || defined(BROKEN_NO_NUL) || defined(BROKEN_SCRIBBLES) || \
    defined(BROKEN_WRITES_PAST_CAP)
std::vector<std::string> held;  // copies of the bytes that were handed out last

std::int32_t Wait(llmp_provider* p, std::uint64_t queue, std::int32_t timeout_ms,
                  llmp_event* ev, std::uint32_t cap) {
#ifdef BROKEN_ENDS_TWICE
  static llmp_event again = {};
  if (again.kind == LLMP_EV_END && cap > 0) {
    ev[0] = again;
    again.kind = 0;
    return 1;
  }
#endif
  const std::int32_t count = whole.queue_wait(p, queue, timeout_ms, ev, cap);
#ifdef BROKEN_WRITES_PAST_CAP
  if (count > 0) ev[count].request = 1;
#endif
#ifndef BROKEN_WRITES_PAST_CAP
  held.assign(16, "");
  for (std::int32_t i = 0; i < count && i < 16; ++i) {
    llmp_event& event = ev[i];
    std::string& bytes = held[static_cast<std::size_t>(i)];
    bytes.assign(event.data, event.size);
#ifdef BROKEN_NO_NUL
    bytes += '!';
#endif
    event.data = bytes.c_str();
  }
#endif
#ifdef BROKEN_ENDS_TWICE
  if (count > 0) again = ev[count - 1];
#endif
  return count;
}
#endif

#ifdef BROKEN_READS_LATE
std::vector<std::function<void()>> late;  // until somebody waits

std::int32_t Wait(llmp_provider* p, std::uint64_t queue, std::int32_t timeout_ms,
                  llmp_event* ev, std::uint32_t cap) {
  for (const auto& begin : late) begin();
  late.clear();
  return whole.queue_wait(p, queue, timeout_ms, ev, cap);
}
#endif

#ifdef BROKEN_LOSES_WAKES
void Wake(llmp_provider*, std::uint64_t) {}
#endif

// Takes the JSON of an action wrongly.
std::int32_t Act(llmp_provider* p, std::uint64_t queue, std::uint64_t request,
                 const char* json, std::size_t size) {
#ifdef BROKEN_SCRIBBLES
  for (std::string& bytes : held) bytes.assign(bytes.size(), '#');
#endif
#ifdef BROKEN_NEVER_ENDS
  if (json != nullptr && strstr(json, "no such action") != nullptr) return LLMP_OK;
#endif
#ifdef BROKEN_READS_LATE
  late.push_back([=] { whole.onboarding_action(p, queue, request, json, size); });
  return LLMP_OK;
#else
  return whole.onboarding_action(p, queue, request, json, size);
#endif
}

void BreakTheProcess() {
#ifdef BROKEN_PRINTS
  puts("welcome to the broken provider");
#endif
#ifdef BROKEN_EARLY_THREAD
  std::thread([] { pause(); }).detach();
#endif
#ifdef BROKEN_TAKES_SIGINT
  signal(SIGINT, SIG_IGN);
#endif
#ifdef BROKEN_LEAKS_DESCRIPTORS
  (void)!open("/dev/null", O_RDONLY | O_CLOEXEC);
#endif
}

llmp_provider* Create(std::uint32_t major, const llmp_host* host, const char* config,
                      std::size_t size) {
  BreakTheProcess();
#ifdef BROKEN_CRASHES_ON_CONFIG
  if (size > 0 && config[0] != '{') raise(SIGSEGV);
#endif
  llmp_provider* p = echo_entry_point()->create(major, host, config, size);
  whole = *p;
  p->onboarding_action = Act;
#if defined(BROKEN_ENDS_TWICE) || defined(BROKEN_NO_NUL) || defined(BROKEN_SCRIBBLES) || \
    defined(BROKEN_WRITES_PAST_CAP) || defined(BROKEN_READS_LATE)
  p->queue_wait = Wait;
#endif
#ifdef BROKEN_LOSES_WAKES
  p->queue_wake = Wake;
#endif
  return p;
}

}  // namespace

extern "C" LLMP_EXPORT const llmp_entry* llmp_entry_point() {
  static const llmp_entry entry = [] {
    llmp_entry copy = *echo_entry_point();
    copy.create = Create;
    return copy;
  }();
  return &entry;
}
