// The null object: a provider that accepts every request and ends it at once with one and
// the same error document.  Part of llm_provider.hpp.  C++17, POSIX.
#ifndef LLM_PROVIDER_NULL_PROVIDER_HPP
#define LLM_PROVIDER_NULL_PROVIDER_HPP

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../llm_provider.h"

namespace llmp::detail {

/// A queue_fd(): the host's end is readable exactly while its queue has events.  We keep
/// a duplicate of the host's end to take back what it has not read itself.
class ReadableSignal {
 public:
  ReadableSignal() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
      return;
    host_end_ = ends[0];
    our_end_ = ends[1];
  }
  ReadableSignal(ReadableSignal&& other) noexcept
      : host_end_(std::exchange(other.host_end_, -1)),
        our_end_(std::exchange(other.our_end_, -1)) {}
  ReadableSignal& operator=(ReadableSignal&&) = delete;
  ~ReadableSignal() {
    if (host_end_ >= 0) ::close(host_end_);
    if (our_end_ >= 0) ::close(our_end_);
  }

  /// A descriptor for the host to close, or -1.
  int duplicate() const {
    return host_end_ < 0 ? -1 : ::fcntl(host_end_, F_DUPFD_CLOEXEC, 0);
  }

  void set() const {
    // A full or closed socket needs nothing: the host has been told, or has gone.
    (void)::send(our_end_, "!", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  void clear() const {
    char bytes[64];
    while (::recv(host_end_, bytes, sizeof bytes, MSG_DONTWAIT) > 0) {
    }
  }

 private:
  int host_end_ = -1;
  int our_end_ = -1;
};

/// Thread-safe, as llm_provider.h demands.  Created by make(), freed by destroy().
class NullProvider : public llmp_provider {
 public:
  /// document: the error document; every request ends with it.  info_json: the provider's
  /// info. host may be null; otherwise it outlives the provider.
  static llmp_provider* make(const llmp_host* host, std::string document,
                             std::string info_json) {
    return new NullProvider(host, std::move(document), std::move(info_json));
  }

 private:
  struct Queue {
    std::deque<uint64_t> ended;  // Requests whose END has not been fetched.
    std::vector<ReadableSignal> signals;
    bool woken = false;
  };

  NullProvider(const llmp_host* host, std::string document, std::string info_json)
      : llmp_provider(),
        host_(host),
        document_(std::move(document)),
        info_(std::move(info_json)) {
    struct_size = sizeof(llmp_provider);
    abi_major = LLMP_ABI_MAJOR;
    abi_minor = LLMP_ABI_MINOR;
    state = LLMP_UNAVAILABLE;
    info = info_.c_str();
    llmp_provider::destroy = [](llmp_provider* p) {
      if (!self(p).forked()) delete &self(p);
    };
    llmp_provider::get_extension = [](const llmp_provider*, const char*) -> const void* {
      return nullptr;
    };
    llmp_provider::queue_open = [](llmp_provider* p, uint32_t) {
      return guarded(uint64_t{0}, [&] { return self(p).open(); });
    };
    llmp_provider::queue_wait = [](llmp_provider* p, uint64_t queue, int32_t timeout_ms,
                                   llmp_event* ev, uint32_t cap) {
      return self(p).wait(queue, timeout_ms, ev, cap);
    };
    llmp_provider::queue_wake = [](llmp_provider* p, uint64_t queue) {
      self(p).wake(queue);
    };
    llmp_provider::queue_fd = [](llmp_provider* p, uint64_t queue) {
      return guarded(int32_t{-1}, [&] { return self(p).descriptor(queue); });
    };
    llmp_provider::queue_close = [](llmp_provider* p, uint64_t queue) {
      self(p).close(queue);
    };
    const auto start = [](llmp_provider* p, uint64_t queue, uint64_t request,
                          const char* json, size_t) {
      return guarded(int32_t{LLMP_E_NO_MEMORY},
                     [&] { return self(p).end(queue, request, json); });
    };
    llmp_provider::list_models = start;
    llmp_provider::complete = start;
    llmp_provider::onboarding_action = start;
    llmp_provider::cancel = [](llmp_provider*, uint64_t) {
    };  // Everything has ended already.
  }

  ~NullProvider() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    if (notifier_.joinable()) notifier_.join();
  }

  static NullProvider& self(llmp_provider* p) { return *static_cast<NullProvider*>(p); }
  bool forked() const { return ::getpid() != pid_; }

  /// No exception may leave the provider; only memory and threads can fail here.
  template <typename Result, typename Function>
  static Result guarded(Result failure, Function function) noexcept {
    try {
      return function();
    } catch (const std::exception&) {
      return failure;
    }
  }

  uint64_t open() {
    if (forked()) return 0;
    const std::lock_guard<std::mutex> lock(mutex_);
    queues_[++last_queue_];
    return last_queue_;
  }

  int32_t wait(uint64_t queue, int32_t timeout_ms, llmp_event* ev, uint32_t cap) {
    if (forked()) return LLMP_E_FORKED;
    if (ev == nullptr && cap != 0) return LLMP_E_INVALID;
    std::unique_lock<std::mutex> lock(mutex_);
    const auto it = queues_.find(queue);
    if (it == queues_.end()) return LLMP_E_CLOSED;
    Queue& q = it->second;  // Stays: only the waiter may close, and it is here.
    const auto ready = [&] { return q.woken || !q.ended.empty(); };
    if (timeout_ms < 0) {
      changed_.wait(lock, ready);
    } else {
      changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), ready);
    }
    if (std::exchange(q.woken, false)) return 0;
    uint32_t count = 0;
    for (; count < cap && !q.ended.empty(); ++count, q.ended.pop_front()) {
      ev[count] = end_event(q.ended.front());
    }
    if (q.ended.empty()) {
      for (const ReadableSignal& signal : q.signals) signal.clear();
    }
    return static_cast<int32_t>(count);
  }

  llmp_event end_event(uint64_t request) const {
    llmp_event event = {};
    event.request = request;
    event.kind = LLMP_EV_END;
    event.status = LLMP_E_UNAVAILABLE;
    event.data = document_.c_str();
    event.size = document_.size();
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    event.time_ns = static_cast<uint64_t>(std::chrono::nanoseconds(now).count());
    return event;
  }

  void wake(uint64_t queue) {
    if (forked()) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto it = queues_.find(queue);
    if (it == queues_.end()) return;
    it->second.woken = true;
    changed_.notify_all();
  }

  int32_t descriptor(uint64_t queue) {
    if (forked()) return -1;
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto it = queues_.find(queue);
    if (it == queues_.end()) return -1;
    ReadableSignal signal;
    const int fd = signal.duplicate();
    if (fd < 0) return -1;
    if (!it->second.ended.empty()) signal.set();
    it->second.signals.push_back(std::move(signal));
    return fd;
  }

  void close(uint64_t queue) {
    if (forked()) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    queues_.erase(queue);
  }

  int32_t end(uint64_t queue, uint64_t request, const char* json) {
    if (forked()) return LLMP_E_FORKED;
    if (json == nullptr || request == 0) return LLMP_E_INVALID;
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto it = queues_.find(queue);
    if (it == queues_.end()) return LLMP_E_INVALID;
    for (const auto& entry : queues_) {
      const std::deque<uint64_t>& ended = entry.second.ended;
      if (std::find(ended.begin(), ended.end(), request) != ended.end())
        return LLMP_E_INVALID;
    }
    const bool was_empty = it->second.ended.empty();
    if (was_empty) tell_host(queue);
    it->second.ended.push_back(request);
    if (was_empty) {
      for (const ReadableSignal& signal : it->second.signals) signal.set();
    }
    changed_.notify_all();
    return LLMP_OK;
  }

  /// llmp_host.wake comes from a thread of the provider, as the header says: a host may
  /// hold a lock around complete() that its wake() takes too.
  void tell_host(uint64_t queue) {
    if (host_ == nullptr || !LLMP_HAS(host_, llmp_host, wake)) return;
    to_wake_.push_back(queue);
    if (notifier_.joinable()) return;
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool started = guarded(false, [&] {
      notifier_ = std::thread([this] { notify_host(); });
      return true;
    });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (!started) throw std::bad_alloc();
  }

  void notify_host() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return stopping_ || !to_wake_.empty(); });
      if (stopping_) return;
      const uint64_t queue = to_wake_.front();
      to_wake_.pop_front();
      lock.unlock();  // Callbacks run without a lock of ours.
      host_->wake(host_, queue);
      lock.lock();
    }
  }

  const llmp_host* const host_;
  const std::string document_;
  const std::string info_;
  const pid_t pid_ = ::getpid();

  std::mutex mutex_;  // Guards everything below.
  std::condition_variable changed_;
  std::map<uint64_t, Queue> queues_;
  uint64_t last_queue_ = 0;
  std::deque<uint64_t> to_wake_;
  std::thread notifier_;
  bool stopping_ = false;
};

}  // namespace llmp::detail

#endif  // LLM_PROVIDER_NULL_PROVIDER_HPP
