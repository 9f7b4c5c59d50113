#include "entry/unavailable.h"

#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include <unistd.h>

#include "abi/event_queue.h"
#include "abi/no_cancel.h"
#include "base/json_document.h"
#include "base/json_writer.h"
#include "base/limits.h"
#include "base/manifest.h"
#include "entry/wake_thread.h"

namespace xai {
namespace {

std::string MakeInfo(const std::string& document) {
  const std::unique_ptr<JsonDocument> manifest = ParseManifest();
  JsonWriter json;
  json.BeginObject();
  for (const char* name : {"id", "name", "version"}) {
    json.Key(name);
    manifest->root()[name].WriteTo(&json);
  }
  json.Key("state").String("unavailable");
  json.Key("abi").BeginObject();
  json.Key("major").Int(LLMP_ABI_MAJOR).Key("minor").Int(LLMP_ABI_MINOR).EndObject();
  json.Key("fork").String("refuses");
  json.Key("error").Raw(document);
  return json.EndObject().Take();
}

// Thread-safe as llm_provider.h demands.  After a fork the child has the object but not
// its threads, and locks in any state: there nothing is touched.
class UnavailableProvider : public llmp_provider {
 public:
  UnavailableProvider(const llmp_host* host, const std::string& document);

  bool Forked() const { return creator_ != getpid(); }

  uint64_t OpenQueue(uint32_t flags);
  int32_t Wait(uint64_t queue, int32_t timeout_ms, llmp_event* events, uint32_t cap);
  void CloseQueue(uint64_t queue);
  // Null if it is not open.
  std::shared_ptr<EventQueue> FindQueue(uint64_t queue);

  int32_t Accept(uint64_t queue, uint64_t request, const char* json);

 private:
  const pid_t creator_ = getpid();
  const std::string document_;
  const std::string info_;
  WakeThread wake_thread_;

  std::mutex mutex_;  // guards what follows; never held while a queue is waited on
  uint64_t last_queue_ = 0;
  // Shared with the calls that are running on a queue.
  std::map<uint64_t, std::shared_ptr<EventQueue>> queues_;
  std::map<uint64_t, uint64_t> live_;  // request to queue, until its END is taken
};

// Nothing may leave through the C interface: `call` without its exceptions.
template <typename T, typename Call>
T Guarded(T no_memory, T internal, Call call) noexcept {
  const NoCancel no_cancel;
  try {
    return call();
  } catch (const std::bad_alloc&) {
    return no_memory;
  } catch (...) {
    return internal;
  }
}

UnavailableProvider& Self(llmp_provider* p) {
  return *static_cast<UnavailableProvider*>(p);
}

void LLMP_CALL Destroy(llmp_provider* p) noexcept {
  const NoCancel no_cancel;
  if (p != nullptr && !Self(p).Forked()) delete &Self(p);
}

const void* LLMP_CALL GetExtension(const llmp_provider*, const char*) noexcept {
  return nullptr;
}

uint64_t LLMP_CALL QueueOpen(llmp_provider* p, uint32_t flags) noexcept {
  const auto open = [&] { return Self(p).Forked() ? 0 : Self(p).OpenQueue(flags); };
  return Guarded<uint64_t>(0, 0, open);
}

int32_t LLMP_CALL QueueWait(llmp_provider* p, uint64_t queue, int32_t timeout_ms,
                            llmp_event* events, uint32_t cap) noexcept {
  if (Self(p).Forked()) return LLMP_E_FORKED;
  if (events == nullptr && cap != 0) return LLMP_E_INVALID;
  return Guarded<int32_t>(LLMP_E_NO_MEMORY, LLMP_E_INTERNAL,
                          [&] { return Self(p).Wait(queue, timeout_ms, events, cap); });
}

void LLMP_CALL QueueWake(llmp_provider* p, uint64_t queue) noexcept {
  const NoCancel no_cancel;
  if (Self(p).Forked()) return;
  if (const std::shared_ptr<EventQueue> found = Self(p).FindQueue(queue)) found->Wake();
}

int32_t LLMP_CALL QueueFd(llmp_provider* p, uint64_t queue) noexcept {
  const NoCancel no_cancel;
  if (Self(p).Forked()) return -1;
  const std::shared_ptr<EventQueue> found = Self(p).FindQueue(queue);
  return found == nullptr ? -1 : found->DupFd();
}

void LLMP_CALL QueueClose(llmp_provider* p, uint64_t queue) noexcept {
  const NoCancel no_cancel;
  if (!Self(p).Forked()) Self(p).CloseQueue(queue);
}

int32_t LLMP_CALL Request(llmp_provider* p, uint64_t queue, uint64_t request,
                          const char* json, size_t) noexcept {
  if (Self(p).Forked()) return LLMP_E_FORKED;
  // Not an internal fault: the only other exception is a thread that the system refuses.
  return Guarded<int32_t>(LLMP_E_NO_MEMORY, LLMP_E_NO_MEMORY,
                          [&] { return Self(p).Accept(queue, request, json); });
}

// Every request has ended before anyone can cancel it.
void LLMP_CALL Cancel(llmp_provider*, uint64_t) noexcept {}

UnavailableProvider::UnavailableProvider(const llmp_host* host,
                                         const std::string& document)
    : llmp_provider(),
      document_(document),
      info_(MakeInfo(document)),
      wake_thread_(host) {
  struct_size = sizeof(llmp_provider);
  abi_major = LLMP_ABI_MAJOR;
  abi_minor = LLMP_ABI_MINOR;
  state = LLMP_UNAVAILABLE;
  info = info_.c_str();
  destroy = Destroy;
  get_extension = GetExtension;
  queue_open = QueueOpen;
  queue_wait = QueueWait;
  queue_wake = QueueWake;
  queue_fd = QueueFd;
  queue_close = QueueClose;
  list_models = Request;
  complete = Request;
  onboarding_action = Request;
  cancel = Cancel;
}

uint64_t UnavailableProvider::OpenQueue(uint32_t flags) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const uint64_t queue = last_queue_ + 1;
  queues_[queue] = std::make_shared<EventQueue>(
      flags, static_cast<size_t>(limits::kWindowBytesDefault),
      [this, queue] { wake_thread_.Post(queue); }, nullptr);
  last_queue_ = queue;
  return queue;
}

int32_t UnavailableProvider::Wait(uint64_t queue, int32_t timeout_ms, llmp_event* events,
                                  uint32_t cap) {
  const std::shared_ptr<EventQueue> found = FindQueue(queue);
  if (found == nullptr) return LLMP_E_CLOSED;
  const int32_t count = found->Wait(timeout_ms, events, cap);
  const std::lock_guard<std::mutex> lock(mutex_);
  for (int32_t i = 0; i < count; ++i) live_.erase(events[i].request);
  return count;
}

void UnavailableProvider::CloseQueue(uint64_t queue) {
  std::shared_ptr<EventQueue> closed;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = queues_.find(queue);
    if (found == queues_.end()) return;
    closed = std::move(found->second);
    queues_.erase(found);
    std::erase_if(live_, [queue](const auto& entry) { return entry.second == queue; });
  }
  closed->Close();
}

std::shared_ptr<EventQueue> UnavailableProvider::FindQueue(uint64_t queue) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = queues_.find(queue);
  return found == queues_.end() ? nullptr : found->second;
}

int32_t UnavailableProvider::Accept(uint64_t queue, uint64_t request, const char* json) {
  if (json == nullptr || request == 0) return LLMP_E_INVALID;
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = queues_.find(queue);
  if (found == queues_.end()) return LLMP_E_INVALID;
  wake_thread_.Prepare(queues_.size());
  const auto [entry, added] = live_.emplace(request, queue);
  if (!added) return LLMP_E_INVALID;
  EventQueue::Event end;
  end.request = request;
  end.kind = LLMP_EV_END;
  end.status = LLMP_E_UNAVAILABLE;
  end.data = document_;
  try {
    // Its wake goes to another thread, so that this lock is in nobody's way.
    found->second->Push(end);
  } catch (...) {
    live_.erase(entry);
    throw;
  }
  return LLMP_OK;
}

}  // namespace

std::string UnavailableDocument(const Error& error,
                                const std::vector<std::string>& checked_paths) {
  const ErrorInfo& known = InfoOf(ErrorCode::kBackendUnavailable);
  JsonWriter json;
  json.BeginObject();
  json.Key("ok").Bool(false);
  json.Key("error").String(known.name);
  json.Key("reason").String(error.reason);
  json.Key("detail").String(error.detail);
  json.Key("checked_paths").BeginArray();
  for (const std::string& path : checked_paths) json.String(path);
  json.EndArray();
  json.Key("hint").String(known.hint);
  json.Key("retry").Bool(known.retry);
  return json.EndObject().Take();
}

llmp_provider* MakeUnavailable(const llmp_host* host, const std::string& document) {
  return new UnavailableProvider(host, document);
}

}  // namespace xai
