#include "abi/backend.h"

#include <vector>

#include "abi/queue_sink.h"
#include "base/error_json.h"
#include "base/limits.h"
#include "base/manifest.h"
#include "grok/completion_result.h"
#include "runtime/process.h"

namespace xai {
namespace {

std::string MakeInfo(const JsonValue& manifest) {
  const LibraryVersions found = FoundVersions();
  JsonWriter json;
  json.BeginObject();
  for (const char* name : {"id", "name", "version"}) {
    json.Key(name);
    manifest[name].WriteTo(&json);
  }
  json.Key("state").String("ready");
  json.Key("abi").BeginObject();
  json.Key("major").Int(LLMP_ABI_MAJOR).Key("minor").Int(LLMP_ABI_MINOR).EndObject();
  json.Key("fork").String("refuses");
  json.Key("features").BeginArray().String("device_code").EndArray();
  json.Key("libraries").BeginObject().Key("libcurl").String(found.libcurl);
  json.Key("tls").String(found.tls).Key("libsodium").String(found.libsodium);
  return json.EndObject().EndObject().Take();
}

}  // namespace

std::unique_ptr<Backend> Backend::Make(const llmp_host* host, const std::string& config) {
  std::unique_ptr<Backend> backend(new Backend(host));
  if (!backend->Configure(config)) return nullptr;
  return backend;
}

Backend::Backend(const llmp_host* host)
    : host_(host),
      fork_count_(ForkCount()),
      window_bytes_(limits::kWindowBytesDefault),
      clock_(host),
      log_(host,
           [this](int32_t level, const std::string& message) {
             TellAll(LLMP_EV_LOG, level, message);
           }),
      exit_watch_([this] { CloseQueues(); }) {}

bool Backend::Configure(const std::string& config) {
  std::unique_ptr<JsonDocument> manifest = ParseManifest();
  info_ = MakeInfo(manifest->root());
  host_store_ = FindHostStore(host_);
  Result<ProviderConfig> read =
      ReadProviderConfig(config, manifest->root(), ProcessEnvironment());
  if (read.ok() && host_store_ != nullptr) {
    Result<void> fits = CheckForHostStore(read.value());
    if (!fits.ok()) read = std::move(fits).error();
  }
  if (!read.ok()) {
    config_error_ = std::move(read).error();
    return true;
  }
  window_bytes_ = static_cast<size_t>(read.value().window_bytes);
  ProviderHost services;
  services.log = &log_;
  services.clock = &clock_;
  services.host_key = FindHostKey(host_);
  services.host_store = host_store_.get();
  services.on_auth_changed = [this](const std::string& document) {
    TellAll(LLMP_EV_AUTH_CHANGED, 0, document);
  };
  services.on_models_changed = [this](const std::string& document) {
    TellAll(LLMP_EV_MODELS_CHANGED, 0, document);
  };
  services.after_round = [this] { wakes_.Flush(); };
  provider_ =
      Provider::Make(std::move(read).value(), std::move(manifest), std::move(services));
  return provider_ != nullptr;
}

Backend::~Backend() {
  CloseQueues();  // what ends from here on is told to nobody, and wakes nobody
  // Its tasks use the mutex.
  if (refusals_ != nullptr) refusals_->Stop();
}

bool Backend::Forked() const {
  return ForkCount() != fork_count_;
}

uint64_t Backend::OpenQueue(uint32_t flags) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const uint64_t number = ++last_queue_;
  std::function<void()> wake;
  if (LLMP_HAS(host_, llmp_host, wake)) wake = [this, number] { Wake(number); };
  queues_[number] = std::make_shared<EventQueue>(flags, window_bytes_, std::move(wake),
                                                 [this](uint64_t request) {
                                                   if (provider_ != nullptr)
                                                     provider_->Resume(request);
                                                 });
  return number;
}

void Backend::Wake(uint64_t queue) {
  host_->wake(host_, queue);
}

std::shared_ptr<EventQueue> Backend::FindQueue(uint64_t queue) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = queues_.find(queue);
  return found == queues_.end() ? nullptr : found->second;
}

void Backend::CloseQueue(uint64_t queue) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = queues_.find(queue);
  if (found == queues_.end()) return;
  found->second->Close();
  queues_.erase(found);
  for (const auto& [request, live] : live_) {
    if (live.queue == queue && provider_ != nullptr) provider_->Cancel(request);
  }
}

void Backend::CloseQueues() {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [number, queue] : queues_) queue->Close();
}

int32_t Backend::Begin(Call call, uint64_t queue, uint64_t request,
                       std::string_view json) {
  if (IsExiting()) return LLMP_E_CLOSED;
  std::shared_ptr<EventQueue> target = FindQueue(queue);
  if (target == nullptr || request == 0) return LLMP_E_INVALID;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!live_.emplace(request, Live{queue}).second) return LLMP_E_INVALID;
  }
  bool begun = false;
  try {
    const bool refused = config_error_ || json.size() > limits::kRequestBytesMax;
    // What is refused is told by another loop than the provider's.  No reference stays
    // here: the END of what is begun never comes from the host's thread.
    auto sink = std::make_shared<QueueSink>(target, request, refused ? nullptr : &wakes_,
                                            [this, request] { Release(request); });
    begun = refused ? Refuse(call, std::move(sink))
                    : Start(call, request, std::move(sink), std::string(json));
  } catch (const std::bad_alloc&) {
    // As without a thread.
  }
  if (begun) {
    // Reading a large request takes a while, and only now does the provider know it.
    if (WasCancelled(request) && provider_ != nullptr) provider_->Cancel(request);
    return LLMP_OK;
  }
  target->ForgetExpected(request);
  Release(request);
  return LLMP_E_NO_MEMORY;
}

bool Backend::Start(Call call, uint64_t request, std::shared_ptr<RequestSink> sink,
                    std::string json) {
  switch (call) {
    case Call::kListModels:
      return provider_->ListModels(request, std::move(sink), std::move(json));
    case Call::kComplete:
      return provider_->Complete(request, std::move(sink), std::move(json));
    case Call::kOnboard:
      return provider_->Onboard(request, std::move(sink), std::move(json));
  }
  return false;
}

bool Backend::Refuse(Call call, std::shared_ptr<RequestSink> sink) {
  Error error = config_error_ ? *config_error_
                              : Error::Make(ErrorCode::kInvalidRequest,
                                            "the request is larger than 32 MiB", "size");
  const std::lock_guard<std::mutex> lock(mutex_);
  if (refusals_ == nullptr) refusals_ = IoLoop::Make(HttpSettings(), &log_);
  return refusals_ != nullptr &&
         refusals_->Post([call, sink = std::move(sink), error = std::move(error)] {
           sink->OnTaken();
           if (call == Call::kComplete) {
             sink->OnStart(StartDocument("", Lane::kChatCompletions, {}));
           }
           sink->OnEnd(&error, ErrorDocument(error));
         });
}

void Backend::Cancel(uint64_t request) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = live_.find(request);
    if (found != live_.end()) found->second.cancelled = true;
  }
  if (provider_ != nullptr) provider_->Cancel(request);
}

bool Backend::WasCancelled(uint64_t request) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = live_.find(request);
  if (found == live_.end()) return false;  // it has ended
  return found->second.cancelled || queues_.count(found->second.queue) == 0;
}

void Backend::Release(uint64_t request) {
  const std::lock_guard<std::mutex> lock(mutex_);
  live_.erase(request);
}

void Backend::TellAll(uint32_t kind, int32_t status, std::string_view data) {
  std::vector<std::shared_ptr<EventQueue>> listeners;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [number, queue] : queues_) {
      if (queue->notify()) listeners.push_back(queue);
    }
  }
  EventQueue::Event event;
  event.kind = kind;
  event.status = status;
  event.data = data;
  for (const std::shared_ptr<EventQueue>& queue : listeners) queue->Push(event);
}

}  // namespace xai
