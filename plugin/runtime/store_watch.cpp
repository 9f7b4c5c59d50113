#include "runtime/store_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "runtime/network_fs.h"

namespace xai {
namespace {

constexpr uint32_t kLost = IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT;
// Files are replaced, never written in place.
constexpr uint32_t kWatched = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                              IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW;

// Not the lock, nor the temporary files, whose names begin with a dot.
bool IsStoreFile(std::string_view name) {
  for (const std::string_view prefix : {"cred-", "pending-", "models-"}) {
    if (name.substr(0, prefix.size()) == prefix) return true;
  }
  return false;
}

}  // namespace

StoreWatch::StoreWatch(std::string directory, int64_t interval_ms, Scheduler* scheduler,
                       FdWatcher* fds, Look look)
    : directory_(std::move(directory)),
      interval_ms_(interval_ms),
      scheduler_(scheduler),
      fds_(fds),
      look_(std::move(look)) {}

void StoreWatch::Start() {
  if (started_) return;
  started_ = true;
  BeginLook();
}

void StoreWatch::GiveUp() {
  if (!look_under_way_.expired()) return;
  scheduler_->CancelTimer(timer_);
  fds_->UnwatchFd();
  started_ = false;
}

void StoreWatch::Attach() {
  if (directory_.empty()) return;
  if (!inotify_.valid()) inotify_.Reset(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  // The same directory has the same number again, another one in its place has not.
  int watch = -1;
  if (inotify_.valid() && !IsOnNetworkFs(directory_)) {
    watch = inotify_add_watch(inotify_.get(), directory_.c_str(), kWatched);
  }
  if (watch_ >= 0 && watch_ != watch) inotify_rm_watch(inotify_.get(), watch_);
  watch_ = watch;
}

void StoreWatch::Wait() {
  fds_->WatchFd(inotify_.get(), [this] { OnReadable(); });
  // Now and then even so: a parent of the directory may have been replaced.
  RunAfter(limits::kStoreRecheckMs, &StoreWatch::BeginLook);
}

void StoreWatch::OnReadable() {
  if (!Drain()) return;
  // What else belongs to this change comes within moments, and makes no second look.
  fds_->UnwatchFd();
  RunAfter(limits::kStoreSettleMs, &StoreWatch::BeginLook);
}

bool StoreWatch::Drain() {
  bool ours = false;
  alignas(inotify_event) std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t size = read(inotify_.get(), buffer.data(), buffer.size());
    if (size <= 0) return ours;
    for (const char* at = buffer.data(); at < buffer.data() + size;) {
      inotify_event event;
      std::memcpy(&event, at, sizeof event);
      const char* name = at + sizeof event;
      at = name + event.len;
      if ((event.mask & IN_Q_OVERFLOW) != 0) ours = true;
      if (event.wd != watch_) continue;
      if ((event.mask & kLost) != 0) ours = true;
      if ((event.mask & IN_IGNORED) != 0) watch_ = -1;  // the kernel has removed it
      if (event.len > 0 && IsStoreFile(name)) ours = true;
    }
  }
}

void StoreWatch::BeginLook() {
  if (attached()) {
    fds_->UnwatchFd();
    (void)Drain();  // the look sees all this
  }
  const auto under_way = std::make_shared<char>();
  look_under_way_ = under_way;
  if (!look_([this] { Attach(); }, [this, under_way] { OnLooked(); })) OnLooked();
}

void StoreWatch::OnLooked() {
  if (attached()) {
    RunAfter(limits::kStoreRestMs, &StoreWatch::Wait);
  } else {
    RunAfter(interval_ms_, &StoreWatch::BeginLook);
  }
}

void StoreWatch::RunAfter(int64_t delay_ms, void (StoreWatch::*step)()) {
  scheduler_->CancelTimer(timer_);
  timer_ = scheduler_->RunAfter(delay_ms, [this, step] { (this->*step)(); });
}

}  // namespace xai
