// Doing something later on the loop's thread.
#ifndef XAI_PLUGIN_BASE_SCHEDULER_H_
#define XAI_PLUGIN_BASE_SCHEDULER_H_

#include <cstdint>
#include <functional>

namespace xai {

// Loop thread only.
class Scheduler {
 public:
  using TimerId = uint64_t;

  Scheduler() = default;
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  virtual ~Scheduler() = default;

  // Never runs the task before it returns.  0 is never an id.
  virtual TimerId RunAfter(int64_t delay_ms, std::function<void()> task) = 0;
  // An id that is unknown or has run is ignored.
  virtual void CancelTimer(TimerId id) = 0;
};

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_SCHEDULER_H_
