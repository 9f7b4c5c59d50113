// FdWatcher that looks at the descriptor when a test says so.
#ifndef XAI_TESTS_SUPPORT_MANUAL_FD_WATCHER_H_
#define XAI_TESTS_SUPPORT_MANUAL_FD_WATCHER_H_

#include <poll.h>

#include <functional>
#include <utility>

#include "runtime/fd_watcher.h"

namespace xai {

// Used by one thread.
class ManualFdWatcher : public FdWatcher {
 public:
  void WatchFd(int fd, std::function<void()> on_readable) override {
    fd_ = fd;
    on_readable_ = std::move(on_readable);
  }
  void UnwatchFd() override { fd_ = -1; }

  bool watching() const { return fd_ >= 0; }
  // True if the descriptor could be read, and its task has run.
  bool RunReadable() {
    pollfd watched = {fd_, POLLIN, 0};
    if (fd_ < 0 || poll(&watched, 1, 0) != 1) return false;
    const std::function<void()> task = on_readable_;
    task();
    return true;
  }

 private:
  int fd_ = -1;
  std::function<void()> on_readable_;
};

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_MANUAL_FD_WATCHER_H_
