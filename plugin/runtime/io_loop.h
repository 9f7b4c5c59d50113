// The one thread that moves bytes: tasks, timers and libcurl's transfers in turn.
#ifndef XAI_PLUGIN_RUNTIME_IO_LOOP_H_
#define XAI_PLUGIN_RUNTIME_IO_LOOP_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/scheduler.h"
#include "http/curl_transport.h"
#include "runtime/fd_watcher.h"
#include "runtime/thread.h"

namespace xai {

class IoLoop : public Scheduler, public FdWatcher {
 public:
  // Null without memory.  No thread yet.
  static std::unique_ptr<IoLoop> Make(HttpSettings settings, Logger* log);
  ~IoLoop() override;

  // Runs the task on the loop's thread, which starts with the first one.  False if there
  // is no thread to be had, or after Stop().  [any thread]
  bool Post(std::function<void()> task);

  // `on_failure` runs on the loop's thread after a task, timer or transfer has thrown:
  // what it was to do is not done.  Before the first task.
  void SetOnFailure(std::function<void()> on_failure) {
    on_failure_ = std::move(on_failure);
  }
  // `after_round` runs on the loop's thread whenever it has done what there was to do,
  // and between much of it: whoever was told something should be woken.  It must not
  // throw. Before the first task.
  void SetAfterRound(std::function<void()> after_round) {
    after_round_ = std::move(after_round);
  }
  // As if a task had thrown, after those that were posted before.  [any thread]
  void Fail();

  // Runs what was posted, drops what is timed or watched, and joins the thread.
  void Stop();

  // The rest: loop thread only.
  TimerId RunAfter(int64_t delay_ms, std::function<void()> task) override;
  void CancelTimer(TimerId id) override;
  void WatchFd(int fd, std::function<void()> on_readable) override;
  void UnwatchFd() override;
  HttpTransport* transport() { return transport_.get(); }

 private:
  using TimerKey = std::pair<int64_t, TimerId>;  // due, id

  IoLoop(std::unique_ptr<CurlTransport> transport, Logger* log);
  void Run();
  // False if the loop is to end.
  bool RunRound(bool is_readable);
  // False if the loop is to end: then all that was posted has run.
  bool RunTasks();
  // At most kTasksMax, and whether the loop is to end.
  bool RunSomeTasks();
  void RunDueTimers();
  int WaitMs() const;
  void Guarded(const std::function<void()>& task);
  void Recover();

  std::unique_ptr<CurlTransport> transport_;
  Logger* log_;
  SystemClock clock_;

  std::mutex mutex_;
  std::vector<std::function<void()>> inbox_;  // guarded by mutex_
  bool stopping_ = false;                     // guarded by mutex_
  Thread thread_;                             // started under mutex_
  std::function<void()> on_failure_;
  std::function<void()> after_round_ = [] {};
  bool fail_posted_ = false;  // guarded by mutex_

  // Loop thread only.
  std::vector<std::function<void()>> tasks_;  // from the inbox
  size_t next_task_ = 0;                      // of them
  bool fails_after_ = false;                  // when these have run
  bool failed_ = false;
  bool more_tasks_ = false;  // here, or perhaps in the inbox
  std::map<TimerKey, std::function<void()>> timers_;
  std::unordered_map<TimerId, int64_t> due_;
  TimerId next_timer_ = 1;
  int watched_fd_ = -1;
  std::function<void()> on_readable_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_RUNTIME_IO_LOOP_H_
