// llm_provider.hpp - the C ABI of llm_provider.h for C++ hosts.
//
//     llmp::Provider provider = llmp::load("/usr/lib/example", {"my-agent", "2.3.1"});
//     for (const llmp_event& event : provider.complete(request)) {
//       if (event.kind == LLMP_EV_TEXT) std::cout << llmp::text(event);
//       if (event.kind == LLMP_EV_END && event.status != LLMP_OK) complain(event);
//     }
//
// Loading never fails.  Whatever goes wrong (no manifest, a truncated library, one for
// another machine, another major version) the result is a provider: a null object that
// accepts every request and ends it with LLMP_E_UNAVAILABLE and a document that says what
// is wrong and what to do.  Nothing here throws but std::bad_alloc.
//
// C++17 and later; Linux; needs Boost.DLL (header-only) and RapidJSON.  The contract is
// in abi.md and json.md.
#ifndef LLM_PROVIDER_HPP
#define LLM_PROVIDER_HPP

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "llm_provider.h"
#include "llm_provider/json.hpp"
#include "llm_provider/session.hpp"

namespace llmp {

/// The bytes of an event, valid until the next wait on its queue.
inline std::string_view text(const llmp_event& event) {
  return {event.data, event.size};
}

/// Some events, valid until the next wait on the same queue or its end.
class Batch {
 public:
  Batch(const llmp_event* events, std::int32_t result)
      : events_(events), result_(result) {}
  const llmp_event* begin() const { return events_; }
  const llmp_event* end() const { return events_ + size(); }
  std::size_t size() const { return result_ > 0 ? static_cast<std::size_t>(result_) : 0; }
  /// LLMP_E_CLOSED or LLMP_E_FORKED: no event will ever come.  Otherwise LLMP_OK.
  std::int32_t error() const { return result_ < 0 ? result_ : LLMP_OK; }

 private:
  const llmp_event* events_;
  std::int32_t result_;
};

/// A place where events arrive; closed by the destructor.  It keeps its provider alive.
/// One thread at a time may wait, and only that one may destroy; wake() is for any
/// thread.
class Queue {
 public:
  /// flags: LLMP_QUEUE_NOTIFY or 0.
  Queue(std::shared_ptr<detail::Session> session, std::uint32_t flags)
      : session_(std::move(session)), events_(64), id_(get()->queue_open(get(), flags)) {}
  Queue(Queue&& other) noexcept
      : session_(std::move(other.session_)),
        events_(std::move(other.events_)),
        id_(std::exchange(other.id_, 0)) {}
  Queue& operator=(Queue&&) = delete;
  ~Queue() {
    if (id_ != 0) get()->queue_close(get(), id_);
  }

  /// 0 in a forked child or without memory: then every call with it is refused.
  std::uint64_t id() const { return id_; }
  /// Waits for events as long as timeout_ms says: 0 polls, -1 waits for ever.
  Batch wait(std::int32_t timeout_ms) {
    const auto cap = static_cast<std::uint32_t>(events_.size());
    return {events_.data(),
            get()->queue_wait(get(), id_, timeout_ms, events_.data(), cap)};
  }
  void wake() const { get()->queue_wake(get(), id_); }
  /// A descriptor for poll() and its kin, the caller's to close; -1 where there is none.
  std::int32_t fd() const { return get()->queue_fd(get(), id_); }

 private:
  llmp_provider* get() const { return session_->provider; }
  std::shared_ptr<detail::Session> session_;
  std::vector<llmp_event> events_;  // On the heap, so that a Batch survives a move.
  std::uint64_t id_;
};

/// One request and the events of its own queue, END included, as a range to be walked
/// once. Destroying it cancels what is still running.  One thread at a time; cancel()
/// from any.
class Stream {
 public:
  using Start = std::int32_t(LLMP_CALL*)(llmp_provider*, std::uint64_t, std::uint64_t,
                                         const char*, std::size_t);

  /// If the call is refused, the range has one event: END with an error document.  So
  /// there is one place to handle every failure.
  Stream(std::shared_ptr<detail::Session> session, Start start, std::string_view json,
         std::uint32_t queue_flags = 0);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  std::uint64_t request() const { return request_; }
  /// Asks the request to end soon; its END still comes.
  void cancel() const { session_->provider->cancel(session_->provider, request_); }

  /// The next event, valid until the next call; null if timeout_ms ran out, wake() was
  /// called or END has been delivered.  With LLMP_QUEUE_NOTIFY, events whose request is 0
  /// come too.
  const llmp_event* next(std::int32_t timeout_ms = -1);
  void wake() const { queue_.wake(); }

  /// True once END has been delivered; then these say how it went.
  bool ended() const { return ended_; }
  std::int32_t status() const { return status_; }
  /// The result, or the error document.
  const std::string& document() const { return document_; }
  /// Walks to END, dropping what comes before it.
  Stream& finish() {
    while (!ended_) next();
    return *this;
  }

  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = llmp_event;
    using difference_type = std::ptrdiff_t;
    using pointer = const llmp_event*;
    using reference = const llmp_event&;

    explicit Iterator(Stream* stream) : stream_(stream) { ++*this; }
    Iterator() = default;
    reference operator*() const { return *event_; }
    pointer operator->() const { return event_; }
    Iterator& operator++() {
      event_ = nullptr;
      while (event_ == nullptr && !stream_->ended()) event_ = stream_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(const Iterator& other) const { return event_ == other.event_; }
    bool operator!=(const Iterator& other) const { return event_ != other.event_; }

   private:
    Stream* stream_ = nullptr;
    const llmp_event* event_ = nullptr;
  };
  Iterator begin() { return Iterator(this); }
  Iterator end() { return Iterator(); }

 private:
  const llmp_event* refused(std::int32_t result);
  const llmp_event* deliver(const llmp_event& event);

  std::shared_ptr<detail::Session> session_;
  Queue queue_;
  std::uint64_t request_;
  std::int32_t accepted_;  // What the call returned.
  Batch batch_{nullptr, 0};
  std::size_t next_ = 0;
  bool ended_ = false;
  std::int32_t status_ = LLMP_OK;
  std::string document_;
  llmp_event refusal_ = {};
};

/// One account with one vendor.  Thread-safe.  The plugin's provider is destroyed when
/// the last of Provider and its queues and streams goes, and only then is the library
/// released.
class Provider {
 public:
  explicit Provider(std::shared_ptr<detail::Session> session)
      : session_(std::move(session)) {}

  /// False: every request will end with LLMP_E_UNAVAILABLE.  Nobody needs to ask.
  bool ready() const { return get()->state == LLMP_READY; }
  /// JSON about versions and features; if not ready(), its member "error" is the
  /// document.
  std::string_view info() const { return get()->info; }

  /// For any JSON see json.md.  A std::bad_alloc is the only failure that is not an END.
  Stream complete(std::string_view json, std::uint32_t queue_flags = 0) const {
    return Stream(session_, get()->complete, json, queue_flags);
  }
  Stream list_models(std::string_view json = "{}", std::uint32_t queue_flags = 0) const {
    return Stream(session_, get()->list_models, json, queue_flags);
  }
  Stream onboarding_action(std::string_view json, std::uint32_t queue_flags = 0) const {
    return Stream(session_, get()->onboarding_action, json, queue_flags);
  }

  /// For many requests on one queue: open it, number the requests, and call through
  /// get().
  Queue open_queue(std::uint32_t flags = 0) const { return Queue(session_, flags); }
  std::uint64_t next_request() const { return ++session_->last_request; }
  llmp_provider* get() const { return session_->provider; }

 private:
  // Shared, because a queue that outlives its Provider must still be able to close
  // itself.
  std::shared_ptr<detail::Session> session_;
};

/// Loads the provider whose manifest.json is in a folder; a path of the file itself also
/// does. config: JSON for the plugin's create().
Provider load(const std::filesystem::path& folder, Host host,
              std::string_view config = "{}");

/// The same with several folders: the first that has a manifest is used, and if it does
/// not load, that is the answer.
Provider load_first(const std::vector<std::filesystem::path>& folders, Host host,
                    std::string_view config = "{}");

inline Stream::Stream(std::shared_ptr<detail::Session> session, Start start,
                      std::string_view json, std::uint32_t queue_flags)
    : session_(std::move(session)),
      queue_(session_, queue_flags),
      request_(++session_->last_request),
      accepted_(start(session_->provider, queue_.id(), request_,
                      json.data() == nullptr ? "" : json.data(), json.size())) {}

inline const llmp_event* Stream::next(std::int32_t timeout_ms) {
  if (ended_) return nullptr;
  if (accepted_ != LLMP_OK) return refused(accepted_);
  if (next_ == batch_.size()) {
    batch_ = queue_.wait(timeout_ms);
    next_ = 0;
    if (batch_.error() != LLMP_OK) return refused(batch_.error());
    if (batch_.size() == 0) return nullptr;
  }
  return deliver(batch_.begin()[next_++]);
}

inline const llmp_event* Stream::deliver(const llmp_event& event) {
  if (event.request == request_ && event.kind == LLMP_EV_END) {
    ended_ = true;
    status_ = event.status;
    document_ = text(event);
  }
  return &event;
}

inline const llmp_event* Stream::refused(std::int32_t result) {
  const std::string document = detail::refusal_document(result);
  refusal_.request = request_;
  refusal_.kind = LLMP_EV_END;
  refusal_.status = result;
  refusal_.data = document.c_str();
  refusal_.size = document.size();
  deliver(refusal_);
  refusal_.data = document_.c_str();
  return &refusal_;
}

inline Provider load(const std::filesystem::path& folder, Host host,
                     std::string_view config) {
  return load_first({folder}, std::move(host), config);
}

inline Provider load_first(const std::vector<std::filesystem::path>& folders, Host host,
                           std::string_view config) {
  return Provider(detail::open_session(folders, std::move(host), config));
}

}  // namespace llmp

#endif  // LLM_PROVIDER_HPP
