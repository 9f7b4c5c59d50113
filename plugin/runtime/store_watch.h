// Notices that another process has changed the files of the sign-in.
#ifndef XAI_PLUGIN_RUNTIME_STORE_WATCH_H_
#define XAI_PLUGIN_RUNTIME_STORE_WATCH_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/scheduler.h"
#include "base/unique_fd.h"
#include "runtime/fd_watcher.h"

namespace xai {

// It only says when to look: what is in the files is the truth.  A look follows soon
// after a change of the directory where the kernel tells of those, and else every
// `interval_ms`.  There is one look at a time, and never more than one in a second; those
// changes that it may have missed bring about the next one.
//
// Loop thread only; it has stopped when this is destroyed.
class StoreWatch {
 public:
  // Calls `attach` where it may block, then looks, and calls `done` on the loop when it
  // has.  False if it cannot look now.
  using Look =
      std::function<bool(std::function<void()> attach, std::function<void()> done)>;

  // Without a directory there is only the interval.
  StoreWatch(std::string directory, int64_t interval_ms, Scheduler* scheduler,
             FdWatcher* fds, Look look);
  StoreWatch(const StoreWatch&) = delete;
  StoreWatch& operator=(const StoreWatch&) = delete;

  // Looks, and sees changes from there on.  Once is enough, more does no harm.
  void Start();
  // What was to follow may be lost: the next Start() begins anew, unless a look is under
  // way that goes on by itself.
  void GiveUp();

 private:
  void Attach();  // while a look is under way, on its thread
  bool attached() const { return watch_ >= 0; }
  void Wait();
  void OnReadable();
  // Takes the kernel's events; true if one is about what we look at.
  bool Drain();
  void BeginLook();
  void OnLooked();
  void RunAfter(int64_t delay_ms, void (StoreWatch::*step)());

  const std::string directory_;
  const int64_t interval_ms_;
  Scheduler* scheduler_;
  FdWatcher* fds_;
  Look look_;
  bool started_ = false;
  UniqueFd inotify_;
  int watch_ = -1;  // the kernel's number of the directory; -1: it tells us nothing
  Scheduler::TimerId timer_ = 0;  // of the next step
  std::weak_ptr<char> look_under_way_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_RUNTIME_STORE_WATCH_H_
