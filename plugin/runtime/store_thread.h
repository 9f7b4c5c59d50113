// The one thread that may block: sign-in exchanges and credential transactions, one after
// the other.
#ifndef XAI_PLUGIN_RUNTIME_STORE_THREAD_H_
#define XAI_PLUGIN_RUNTIME_STORE_THREAD_H_

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "base/log.h"
#include "runtime/thread.h"

namespace xai {

class StoreThread {
 public:
  // What is to be done when nothing else is: both run on the thread.
  struct Idle {
    std::function<std::optional<int64_t>()> wait_ms;  // nothing: there is no need
    std::function<void()> run;
  };

  explicit StoreThread(Logger* log) : log_(log) {}
  ~StoreThread();
  StoreThread(const StoreThread&) = delete;
  StoreThread& operator=(const StoreThread&) = delete;

  // Before the first task.
  void SetIdle(Idle idle) { idle_ = std::move(idle); }

  // `on_failure` runs on the thread after a task (not the idle work) has thrown and is
  // gone; it must not throw.  Before the first task.
  void SetOnFailure(std::function<void()> on_failure) {
    on_failure_ = std::move(on_failure);
  }

  // Starts the thread with the first task.  False if there is none to be had, or after
  // BeginStop().  [any thread]
  bool Post(std::function<void()> task);
  // The same for a task that only reads files, and so is soon done.
  bool PostLook(std::function<void()> task);
  // The same for one that only writes files and runs even if the end comes before it.
  bool PostTidy(std::function<void()> task);

  // True if something runs or waits that may take its time: any task but a look.  [any
  // thread]
  bool busy();

  // True once BeginStop() was called: tasks that can end early should.  [any thread]
  bool stopping() const { return stopping_.load(); }

  // Drops the waiting tasks, but for those of PostTidy(); once these and the running one
  // have ended, `last` runs on the thread if it had started.
  void BeginStop(std::function<void()> last);
  // After BeginStop().
  void Join() { thread_.Join(); }

 private:
  struct Task {
    std::function<void()> run;
    bool slow;
    bool is_kept;  // at the end
  };

  bool Add(Task task);
  void Run();
  // False if it is time for the idle work.
  bool WaitForTask(std::unique_lock<std::mutex>* lock);
  // False if it threw.
  bool Guarded(const std::function<void()>& task);

  Logger* log_;
  Idle idle_;
  std::function<void()> on_failure_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;      // guarded by mutex_
  std::function<void()> last_;  // guarded by mutex_
  int slow_ = 0;                // that run or wait; guarded by mutex_
  Thread thread_;               // started under mutex_
};

}  // namespace xai

#endif  // XAI_PLUGIN_RUNTIME_STORE_THREAD_H_
