// A plugin that does what the file `conduct` beside it says, and appends to the file
// `violations` what its host does wrong: for provider-validator --check-host.
#include "validator/misbehaving.h"

#include <dlfcn.h>

#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "llm_provider.h"
#include "validator/files.h"

namespace validator {
namespace {

std::string Folder() {
  Dl_info info = {};
  dladdr(reinterpret_cast<const void*>(&Folder), &info);
  const std::string path = info.dli_fname;
  return path.substr(0, path.rfind('/') + 1);
}

std::string Conduct() {
  return ReadFile(Folder() + "conduct");
}

// `what` begins with the id of a rule.
void Violation(const char* what) {
  std::ofstream(Folder() + "violations", std::ios::app) << what << "\n";
}

struct Event {
  std::uint64_t request = 0;
  std::uint32_t kind = 0;
  std::int32_t status = 0;
  std::string data;
};

struct Queue {
  std::deque<Event> waiting;
  std::vector<std::string> delivered;  // scribbled over at the next wait
  int users = 0;                       // in queue_wait or queue_close
  bool woken = false;
  int idle_waits = 0;
};

// Never freed: a host that calls after destroy() is to be heard of, not to crash.
class Provider : public llmp_provider {
 public:
  explicit Provider(std::string conduct);

 private:
  static Provider& Self(llmp_provider* p) {
    auto& self = *static_cast<Provider*>(p);
    if (self.destroyed_)
      Violation("LLMP-HOST-012 it calls a provider that it has destroyed");
    return self;
  }

  std::int32_t Wait(std::uint64_t number, std::int32_t timeout_ms, llmp_event* events,
                    std::uint32_t cap);
  void Close(std::uint64_t number);
  std::int32_t Begin(std::uint64_t queue, std::uint64_t request, const char* json,
                     std::vector<Event> events);
  std::vector<Event> Answer() const;

  const std::string conduct_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, Queue> queues_;
  std::set<std::uint64_t> requests_;
  std::uint64_t last_ = 0;
  bool destroyed_ = false;
};

constexpr char kStatus[] =
    R"({"ok":true,"state":"connected","connected":true,"status":"connected",)"
    R"("warnings":[],"what_is_this":{"nobody":"knows"}})";
constexpr char kModels[] =
    R"({"ok":true,"source":"api","stale":false,"count":1,"models":[{"id":"misbehaving/m",)"
    R"("name":"m"}],"available_models":["misbehaving/m"],)"
    R"("default_model_id":"misbehaving/m","fetched_at":0})";
constexpr char kFailure[] =
    R"({"ok":false,"error":"no_such_error","reason":"none","detail":"it fails on demand",)"
    R"("hint":"nothing helps","retry":false})";
constexpr char kUnavailableInfo[] =
    R"({"id":"misbehaving","state":"unavailable","error":{"ok":false,"error":)"
    R"("misbehaving_unavailable","reason":"host_too_old","detail":"on demand",)"
    R"("hint":"nothing helps","retry":false}})";

Provider::Provider(std::string conduct) : llmp_provider(), conduct_(std::move(conduct)) {
  struct_size = sizeof(llmp_provider);
  abi_major = LLMP_ABI_MAJOR;
  abi_minor = LLMP_ABI_MINOR;
  const bool unavailable = conduct_ == "is unavailable";
  state = unavailable ? LLMP_UNAVAILABLE : LLMP_READY;
  info = unavailable ? kUnavailableInfo : R"({"id":"misbehaving","state":"ready"})";
  destroy = [](llmp_provider* p) { Self(p).destroyed_ = true; };
  get_extension = [](const llmp_provider*, const char*) -> const void* {
    return nullptr;
  };
  queue_open = [](llmp_provider* p, std::uint32_t) {
    Provider& self = Self(p);
    const std::lock_guard<std::mutex> lock(self.mutex_);
    self.queues_[++self.last_].idle_waits =
        self.conduct_ == "answers after idle waits" ? 3 : 0;
    return self.last_;
  };
  queue_wait = [](llmp_provider* p, std::uint64_t queue, std::int32_t timeout_ms,
                  llmp_event* ev,
                  std::uint32_t cap) { return Self(p).Wait(queue, timeout_ms, ev, cap); };
  queue_wake = [](llmp_provider* p, std::uint64_t queue) {
    Provider& self = Self(p);
    const std::lock_guard<std::mutex> lock(self.mutex_);
    if (self.queues_.count(queue) != 0) self.queues_[queue].woken = true;
    self.changed_.notify_all();
  };
  queue_fd = [](llmp_provider* p, std::uint64_t) -> std::int32_t {
    Self(p);
    return -1;
  };
  queue_close = [](llmp_provider* p, std::uint64_t queue) { Self(p).Close(queue); };
  list_models = [](llmp_provider* p, std::uint64_t queue, std::uint64_t request,
                   const char* json, std::size_t) {
    return Self(p).Begin(queue, request, json,
                         {{request, LLMP_EV_END, LLMP_OK, kModels}});
  };
  onboarding_action = [](llmp_provider* p, std::uint64_t queue, std::uint64_t request,
                         const char* json, std::size_t) {
    return Self(p).Begin(queue, request, json,
                         {{request, LLMP_EV_END, LLMP_OK, kStatus}});
  };
  complete = [](llmp_provider* p, std::uint64_t queue, std::uint64_t request,
                const char* json, std::size_t) {
    Provider& self = Self(p);
    return self.Begin(queue, request, json, self.Answer());
  };
  cancel = [](llmp_provider* p, std::uint64_t) { Self(p); };
}

std::vector<Event> Provider::Answer() const {
  if (conduct_ == "fails") return {{0, LLMP_EV_END, -77, kFailure}};
  std::vector<Event> events;
  const bool strange = conduct_ == "answers with unknown things";
  if (conduct_ != "answers without START") {
    events.push_back({0, LLMP_EV_START, 0, R"({"model":"m","new":[1,{"a":null}]})"});
  }
  for (const char* piece : {"one ", "two ", "three ", "four ", "five"}) {
    if (strange) events.push_back({0, 99, -5, "\x01nobody knows this kind"});
    events.push_back({0, LLMP_EV_TEXT, 0, piece});
  }
  events.push_back({0, LLMP_EV_END, LLMP_OK,
                    R"({"ok":true,"model":"m","finish_reason":"stop","new":{}})"});
  return events;
}

std::int32_t Provider::Begin(std::uint64_t queue, std::uint64_t request, const char* json,
                             std::vector<Event> events) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (request == 0) Violation("LLMP-HOST-011 it uses the request number 0");
  if (json == nullptr) Violation("LLMP-HOST-013 it passes null as JSON");
  if (!requests_.insert(request).second)
    Violation("LLMP-HOST-011 it uses a request number twice");
  if (queues_.count(queue) == 0) {
    Violation("LLMP-HOST-013 it starts a request on a queue that is not open");
    return LLMP_E_INVALID;
  }
  for (Event& event : events) {
    event.request = request;
    queues_[queue].waiting.push_back(std::move(event));
  }
  changed_.notify_all();
  return LLMP_OK;
}

// One event at a time, so that the bytes of the one before are gone when it comes.
std::int32_t Provider::Wait(std::uint64_t number, std::int32_t timeout_ms,
                            llmp_event* events, std::uint32_t cap) {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto it = queues_.find(number);
  if (it == queues_.end()) return LLMP_E_CLOSED;
  Queue& queue = it->second;
  if (queue.users++ != 0) Violation("LLMP-HOST-010 two threads wait on one queue");
  for (std::string& old : queue.delivered) std::memset(old.data(), '#', old.size());
  const auto ready = [&] {
    return queue.woken || !queue.waiting.empty() || queue.idle_waits > 0;
  };
  if (timeout_ms < 0) {
    changed_.wait(lock, ready);
  } else {
    changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), ready);
  }
  --queue.users;
  if (std::exchange(queue.woken, false)) return 0;
  if (queue.idle_waits > 0) {
    --queue.idle_waits;
    return 0;
  }
  if (queue.waiting.empty() || cap == 0) return 0;
  const Event event = std::move(queue.waiting.front());
  queue.waiting.pop_front();
  // Kept until the end: a host that looks at it later sees '#', and does not crash.
  queue.delivered.push_back(event.data);
  events[0] = {};
  events[0].request = event.request;
  events[0].kind = event.kind;
  events[0].status = event.status;
  events[0].data = queue.delivered.back().c_str();
  events[0].size = event.data.size();
  return 1;
}

void Provider::Close(std::uint64_t number) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto it = queues_.find(number);
  if (it == queues_.end()) return;
  if (it->second.users != 0)
    Violation("LLMP-HOST-010 it closes a queue on which somebody waits");
  queues_.erase(it);
}

// Its functions past the head are traps.
llmp_provider* AnotherMajor() {
  static llmp_provider provider = {};
  std::memset(&provider, 0, sizeof provider);
  provider.struct_size = sizeof provider;
  provider.abi_major = 7;
  provider.state = LLMP_UNAVAILABLE;
  provider.info = kUnavailableInfo;
  provider.destroy = [](llmp_provider*) {};
  provider.get_extension = [](const llmp_provider*, const char*) -> const void* {
    return nullptr;
  };
  provider.queue_open = [](llmp_provider*, std::uint32_t) -> std::uint64_t {
    Violation("LLMP-HOST-007 it opens a queue of a provider of another major");
    return 0;
  };
  return &provider;
}

llmp_provider* Create(std::uint32_t, const llmp_host*, const char*, std::size_t) {
  std::string conduct = Conduct();
  if (conduct == "has no memory") return nullptr;
  if (conduct == "has another magic")
    Violation("LLMP-HOST-009 it uses an entry with another magic");
  if (conduct == "speaks another major") return AnotherMajor();
  return new Provider(std::move(conduct));
}

}  // namespace
}  // namespace validator

extern "C" LLMP_EXPORT const llmp_entry* llmp_entry_point() {
  static llmp_entry entry = {LLMP_MAGIC, 1, 1, validator::kMisbehavingManifest,
                             validator::Create};
  std::ofstream(validator::Folder() + "loaded") << "";
  if (validator::Conduct() == "has another magic") entry.magic = 0x12345678;
  return &entry;
}
