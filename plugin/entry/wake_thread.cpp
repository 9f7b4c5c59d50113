#include "entry/wake_thread.h"

#include <algorithm>

#include <pthread.h>
#include <signal.h>

namespace xai {
namespace {

// Blocks all signals while it lives: a thread inherits that, and the host's signals stay
// with the host's threads.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

WakeThread::WakeThread(const llmp_host* host)
    : host_(host != nullptr && LLMP_HAS(host, llmp_host, wake) ? host : nullptr) {}

WakeThread::~WakeThread() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void WakeThread::Prepare(size_t queues) {
  if (host_ == nullptr) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  // Queues that are closed meanwhile may still stand in the list.
  queues_.reserve(queues_.size() + queues);
  if (thread_.joinable()) return;
  const SignalsBlocked blocked;
  thread_ = std::thread([this] { Run(); });
}

void WakeThread::Post(uint64_t queue) noexcept {
  if (host_ == nullptr) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (std::find(queues_.begin(), queues_.end(), queue) == queues_.end()) {
      queues_.push_back(queue);
    }
  }
  changed_.notify_one();
}

void WakeThread::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !queues_.empty(); });
    if (stopping_) return;
    const uint64_t queue = queues_.back();
    queues_.pop_back();
    // A callback runs without any lock of ours.
    lock.unlock();
    host_->wake(host_, queue);
    lock.lock();
  }
}

}  // namespace xai
