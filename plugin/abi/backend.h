// The C++ object behind an llmp_provider: queues, request numbers, and the provider.
#ifndef XAI_PLUGIN_ABI_BACKEND_H_
#define XAI_PLUGIN_ABI_BACKEND_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "abi/event_queue.h"
#include "abi/host_adapter.h"
#include "abi/host_secret_store.h"
#include "abi/wake_batch.h"
#include "base/result.h"
#include "llm_provider.h"
#include "runtime/process.h"
#include "runtime/provider.h"

namespace xai {

// Thread-safe as llm_provider.h demands.
class Backend {
 public:
  enum class Call { kListModels, kComplete, kOnboard };

  // Null without memory.  A configuration that is wrong makes a backend all the same:
  // each request ends with what is wrong.
  static std::unique_ptr<Backend> Make(const llmp_host* host, const std::string& config);
  ~Backend();
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  const char* info() const { return info_.c_str(); }
  // In a forked child there are no threads, and locks may be held for ever.
  bool Forked() const;

  uint64_t OpenQueue(uint32_t flags);
  std::shared_ptr<EventQueue> FindQueue(uint64_t queue);
  void CloseQueue(uint64_t queue);
  int32_t Begin(Call call, uint64_t queue, uint64_t request, std::string_view json);
  void Cancel(uint64_t request);

  // A request's END has been told: its number is free.
  void Release(uint64_t request);

 private:
  explicit Backend(const llmp_host* host);
  bool Configure(const std::string& config);
  // What has begun, or is about to.
  struct Live {
    uint64_t queue = 0;
    bool cancelled = false;
  };
  // Whether somebody has cancelled it, or closed its queue, before it had begun.
  bool WasCancelled(uint64_t request);
  // Nobody tells of anything any more.
  void CloseQueues();

  // Both: false if there is no thread, and then the sink was not told.
  bool Start(Call call, uint64_t request, std::shared_ptr<RequestSink> sink,
             std::string json);
  // Ends a request that is too large, or whose provider has a wrong configuration, from a
  // thread of ours: the host is told of events by no thread of its own.
  bool Refuse(Call call, std::shared_ptr<RequestSink> sink);
  void TellAll(uint32_t kind, int32_t status, std::string_view data);
  void Wake(uint64_t queue);

  const llmp_host* host_;
  uint32_t fork_count_;
  std::string info_;
  size_t window_bytes_;
  HostClock clock_;
  HostLogger log_;

  std::mutex mutex_;  // guards what follows; never held while a queue is waited on
  uint64_t last_queue_ = 0;
  std::map<uint64_t, std::shared_ptr<EventQueue>> queues_;
  std::unordered_map<uint64_t, Live> live_;  // by request
  std::unique_ptr<IoLoop> refusals_;         // made when first needed

  WakeBatch wakes_;  // of the provider's loop

  // Const after Configure().
  std::optional<Error> config_error_;
  std::unique_ptr<SecretStore> host_store_;  // may be null
  std::unique_ptr<Provider> provider_;       // null if config_error_; dies early

  ExitWatch exit_watch_;  // dies first
};

}  // namespace xai

#endif  // XAI_PLUGIN_ABI_BACKEND_H_
