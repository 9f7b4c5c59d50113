// Being told that a descriptor can be read.
#ifndef XAI_PLUGIN_RUNTIME_FD_WATCHER_H_
#define XAI_PLUGIN_RUNTIME_FD_WATCHER_H_

#include <functional>

namespace xai {

// Loop thread only.
class FdWatcher {
 public:
  FdWatcher() = default;
  FdWatcher(const FdWatcher&) = delete;
  FdWatcher& operator=(const FdWatcher&) = delete;
  virtual ~FdWatcher() = default;

  // Runs the task on the loop as long as the descriptor can be read.  There is one
  // watch at a time: another takes its place.
  virtual void WatchFd(int fd, std::function<void()> on_readable) = 0;
  // To be called before the descriptor is closed.
  virtual void UnwatchFd() = 0;
};

}  // namespace xai

#endif  // XAI_PLUGIN_RUNTIME_FD_WATCHER_H_
