// Calls llmp_host.wake from a thread of its own, as the mark [plugin-thread] promises: a
// host may hold a lock around complete() that its wake() takes as well.
#ifndef XAI_PLUGIN_ENTRY_WAKE_THREAD_H_
#define XAI_PLUGIN_ENTRY_WAKE_THREAD_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "llm_provider.h"

namespace xai {

// Thread-safe.  Without a host, or one without wake(), it does nothing.
class WakeThread {
 public:
  // `host` may be null; otherwise it outlives this.
  explicit WakeThread(const llmp_host* host);
  ~WakeThread();  // joins
  WakeThread(const WakeThread&) = delete;
  WakeThread& operator=(const WakeThread&) = delete;

  // Starts the thread if it does not run, with room for `queues` queues at a time. Throws
  // std::bad_alloc or std::system_error.
  void Prepare(size_t queues);

  // REQUIRES: Prepare() has been called with at least the number of open queues.
  void Post(uint64_t queue) noexcept;

 private:
  void Run();

  const llmp_host* const host_;  // null if it has no wake()

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::vector<uint64_t> queues_;  // each at most once
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_ENTRY_WAKE_THREAD_H_
