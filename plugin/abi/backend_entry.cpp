// The backend's one exported symbol, and the functions of the C interface over Backend.
#include "abi/backend_entry.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

#include "abi/backend.h"
#include "abi/no_cancel.h"
#include "base/limits.h"
#include "base/manifest.h"
#include "runtime/process.h"

namespace xai {
namespace {

// The front knows the head of this, and the host the head of that.
struct Object {
  xai_backend_provider head;
  Backend* backend;
};

Object* ObjectOf(llmp_provider* provider) {
  return reinterpret_cast<Object*>(provider);
}

Backend* BackendOf(llmp_provider* provider) {
  return ObjectOf(provider)->backend;
}

// No exception leaves the plugin, and no cancellation comes in.
template <typename T, typename Body>
T Guard(T no_memory, T internal, Body body) noexcept {
  const NoCancel no_cancel;
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return no_memory;
  } catch (...) {
    return internal;
  }
}

template <typename Body>
void GuardVoid(Body body) noexcept {
  Guard(0, 0, [&body] {
    body();
    return 0;
  });
}

void LLMP_CALL Destroy(llmp_provider* provider) noexcept {
  if (provider == nullptr || BackendOf(provider)->Forked()) return;
  GuardVoid([provider] {
    delete BackendOf(provider);
    delete ObjectOf(provider);
  });
}

const void* LLMP_CALL GetExtension(const llmp_provider*, const char*) noexcept {
  return nullptr;
}

uint64_t LLMP_CALL QueueOpen(llmp_provider* provider, uint32_t flags) noexcept {
  return Guard<uint64_t>(0, 0, [&]() -> uint64_t {
    if (BackendOf(provider)->Forked()) return 0;
    return BackendOf(provider)->OpenQueue(flags);
  });
}

int32_t LLMP_CALL QueueWait(llmp_provider* provider, uint64_t queue, int32_t timeout_ms,
                            llmp_event* events, uint32_t cap) noexcept {
  return Guard<int32_t>(LLMP_E_NO_MEMORY, LLMP_E_INTERNAL, [&]() -> int32_t {
    if (BackendOf(provider)->Forked()) return LLMP_E_FORKED;
    if (events == nullptr && cap > 0) return LLMP_E_INVALID;
    const std::shared_ptr<EventQueue> found = BackendOf(provider)->FindQueue(queue);
    return found == nullptr ? int32_t{LLMP_E_CLOSED}
                            : found->Wait(timeout_ms, events, cap);
  });
}

void LLMP_CALL QueueWake(llmp_provider* provider, uint64_t queue) noexcept {
  GuardVoid([&] {
    if (BackendOf(provider)->Forked()) return;
    const std::shared_ptr<EventQueue> found = BackendOf(provider)->FindQueue(queue);
    if (found != nullptr) found->Wake();
  });
}

int32_t LLMP_CALL QueueFd(llmp_provider* provider, uint64_t queue) noexcept {
  return Guard<int32_t>(-1, -1, [&] {
    if (BackendOf(provider)->Forked()) return -1;
    const std::shared_ptr<EventQueue> found = BackendOf(provider)->FindQueue(queue);
    return found == nullptr ? -1 : found->DupFd();
  });
}

void LLMP_CALL QueueClose(llmp_provider* provider, uint64_t queue) noexcept {
  GuardVoid([&] {
    if (!BackendOf(provider)->Forked()) BackendOf(provider)->CloseQueue(queue);
  });
}

int32_t Begin(Backend::Call call, llmp_provider* provider, uint64_t queue,
              uint64_t request, const char* json, size_t size) noexcept {
  return Guard<int32_t>(LLMP_E_NO_MEMORY, LLMP_E_INTERNAL, [&]() -> int32_t {
    if (BackendOf(provider)->Forked()) return LLMP_E_FORKED;
    if (json == nullptr) return LLMP_E_INVALID;
    return BackendOf(provider)->Begin(call, queue, request, {json, size});
  });
}

int32_t LLMP_CALL ListModels(llmp_provider* provider, uint64_t queue, uint64_t request,
                             const char* json, size_t size) noexcept {
  return Begin(Backend::Call::kListModels, provider, queue, request, json, size);
}

int32_t LLMP_CALL Complete(llmp_provider* provider, uint64_t queue, uint64_t request,
                           const char* json, size_t size) noexcept {
  return Begin(Backend::Call::kComplete, provider, queue, request, json, size);
}

int32_t LLMP_CALL OnboardingAction(llmp_provider* provider, uint64_t queue,
                                   uint64_t request, const char* json,
                                   size_t size) noexcept {
  return Begin(Backend::Call::kOnboard, provider, queue, request, json, size);
}

void LLMP_CALL Cancel(llmp_provider* provider, uint64_t request) noexcept {
  GuardVoid([&] {
    if (!BackendOf(provider)->Forked()) BackendOf(provider)->Cancel(request);
  });
}

// Copies as much as fits, and a NUL.
void Fill(char* out, size_t room, const std::string& text) {
  const size_t size = text.size() < room ? text.size() : room - 1;
  std::memcpy(out, text.data(), size);
  out[size] = '\0';
}

llmp_provider* MakeObject(const llmp_host* host, const char* config, size_t size,
                          xai_backend_failure* failure) {
  failure->reason[0] = failure->detail[0] = '\0';
  Result<void> ready = InitProcess();
  if (!ready.ok()) {
    Fill(failure->reason, sizeof(failure->reason), ready.error().reason);
    Fill(failure->detail, sizeof(failure->detail), ready.error().detail);
    return nullptr;
  }
  // One byte too many is enough to be told so.
  size = config == nullptr ? 0 : std::min(size, limits::kConfigBytesMax + 1);
  std::unique_ptr<Backend> backend = Backend::Make(host, std::string(config, size));
  if (backend == nullptr) {
    Fill(failure->reason, sizeof(failure->reason), "platform_unsupported");
    Fill(failure->detail, sizeof(failure->detail),
         "no descriptor, or no memory, for a provider");
    return nullptr;
  }
  auto object = std::make_unique<Object>();
  llmp_provider& abi = object->head.abi;
  abi.struct_size = sizeof(llmp_provider);
  abi.abi_major = LLMP_ABI_MAJOR;
  abi.abi_minor = LLMP_ABI_MINOR;
  abi.state = LLMP_READY;
  abi.info = backend->info();
  abi.destroy = &Destroy;
  abi.get_extension = &GetExtension;
  abi.queue_open = &QueueOpen;
  abi.queue_wait = &QueueWait;
  abi.queue_wake = &QueueWake;
  abi.queue_fd = &QueueFd;
  abi.queue_close = &QueueClose;
  abi.list_models = &ListModels;
  abi.complete = &Complete;
  abi.onboarding_action = &OnboardingAction;
  abi.cancel = &Cancel;
  object->backend = backend.release();
  return &object.release()->head.abi;
}

llmp_provider* LLMP_CALL Create(const llmp_host* host, const char* config, size_t size,
                                xai_backend_failure* failure) noexcept {
  return Guard<llmp_provider*>(nullptr, nullptr,
                               [&] { return MakeObject(host, config, size, failure); });
}

}  // namespace
}  // namespace xai

extern "C" LLMP_EXPORT const xai_backend_entry* LLMP_CALL xai_grok_backend_entry() {
  static const xai_backend_entry entry = {XAI_BACKEND_MAGIC, XAI_BACKEND_ABI,
                                          xai::PluginVersion(), &xai::Create};
  return &entry;
}
