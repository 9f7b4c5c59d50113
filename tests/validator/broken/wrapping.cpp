// A plugin that hands everything on to the one that $BROKEN_WRAPS names, with one thing
// broken, chosen by BROKEN_...: what is found with the answers of a vendor alone needs a
// plugin that has one.  BROKEN_NOTHING is whole.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

#include "llm_provider.h"

namespace {

// What the wrapped one does itself.
llmp_provider whole;
const llmp_host* its_host = nullptr;

const llmp_entry& Wrapped() {
  static const llmp_entry& entry = [] {
    void* library = dlopen(getenv("BROKEN_WRAPS"), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) abort();
    using EntryPoint = const llmp_entry* (*)();
    return *reinterpret_cast<EntryPoint>(dlsym(library, "llmp_entry_point"))();
  }();
  return entry;
}

// False if the event is to be lost.
bool Break([[maybe_unused]] llmp_event* event) {
#ifdef BROKEN_TELLS_NO_MODELS
  return event->kind != LLMP_EV_MODELS_CHANGED;
#endif
#ifdef BROKEN_LOSES_BYTES
  if (event->kind == LLMP_EV_TEXT && event->size > 0) {
    ++event->data;
    --event->size;
  }
#endif
#ifdef BROKEN_BELIEVES_CUTS
  if (event->kind == LLMP_EV_END && event->status == LLMP_E_TRUNCATED) {
    event->status = LLMP_OK;
  }
#endif
#ifdef BROKEN_ANOTHER_DOCUMENT
  static constexpr std::string_view kOther = R"({"ok":false,"error":"other"})";
  if (event->kind == LLMP_EV_END && event->status == LLMP_E_UNAVAILABLE) {
    event->data = kOther.data();
    event->size = kOther.size();
  }
#endif
  return true;
}

std::int32_t Wait(llmp_provider* p, std::uint64_t queue, std::int32_t timeout_ms,
                  llmp_event* ev, std::uint32_t cap) {
  const std::int32_t count = whole.queue_wait(p, queue, timeout_ms, ev, cap);
  std::int32_t kept = 0;
  for (std::int32_t i = 0; i < count; ++i) {
    llmp_event event = ev[i];
    if (Break(&event)) ev[kept++] = event;
  }
  return count < 0 ? count : kept;
}

std::int32_t Fd(llmp_provider* p, std::uint64_t queue) {
  const std::int32_t fd = whole.queue_fd(p, queue);
#ifdef BROKEN_INHERITED_FD
  fcntl(fd, F_SETFD, 0);
#endif
  return fd;
}

void Close([[maybe_unused]] llmp_provider* p, [[maybe_unused]] std::uint64_t queue) {
#ifndef BROKEN_CLOSES_NOTHING
  whole.queue_close(p, queue);
#endif
}

std::int32_t Act(llmp_provider* p, std::uint64_t queue, std::uint64_t request,
                 const char* json, std::size_t size) {
#ifdef BROKEN_PLAIN_TOKEN
  std::ofstream(std::string(getenv("HOME")) + "/token") << getenv("BROKEN_SECRET");
#endif
#ifdef BROKEN_CRASHES_ON_NUL
  if (json != nullptr && memchr(json, '\0', size) != nullptr) raise(SIGSEGV);
#endif
#ifdef BROKEN_WAKES_ITSELF
  if (LLMP_HAS(its_host, llmp_host, wake)) its_host->wake(its_host, queue);
#endif
  return whole.onboarding_action(p, queue, request, json, size);
}

llmp_provider* Create(std::uint32_t major, const llmp_host* host, const char* config,
                      std::size_t size) {
  its_host = host;
#ifdef BROKEN_CALLS_NOBODY
  static const llmp_host silent = {
      sizeof(llmp_host), LLMP_ABI_MAJOR, LLMP_ABI_MINOR, "silent", "1",
      nullptr,           nullptr,        nullptr,        nullptr,  nullptr};
  host = &silent;
#endif
  llmp_provider* p = Wrapped().create(major, host, config, size);
  whole = *p;
  p->queue_wait = Wait;
  p->queue_fd = Fd;
  p->queue_close = Close;
  p->onboarding_action = Act;
  return p;
}

}  // namespace

extern "C" LLMP_EXPORT const llmp_entry* llmp_entry_point() {
  static const llmp_entry entry = [] {
    llmp_entry copy = Wrapped();
    copy.create = Create;
    return copy;
  }();
  return &entry;
}
