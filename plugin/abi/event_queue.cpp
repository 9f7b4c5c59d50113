#include "abi/event_queue.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>
#include <vector>

#include "abi/event_arena.h"
#include "abi/ready_signal.h"
#include "base/error_json.h"

namespace xai {
namespace {

// What the queue knows of a request until its END is handed out.
struct Unread {
  size_t bytes = 0;               // records included
  bool over = false;              // past the window, and not yet back at half of it
  bool end_without_room = false;  // its END waits here instead of in an arena
  uint64_t end_time_ns = 0;
};

}  // namespace

// Everything is guarded by `mutex`, but for what the constructor sets.
struct EventQueue::State {
  uint32_t flags = 0;
  size_t window = 0;
  std::function<void()> on_empty_to_full;
  std::function<void(uint64_t)> on_drained;

  std::mutex mutex;
  std::condition_variable changed;
  EventArena front;  // the waiter's: the host holds pointers into its bytes
  EventArena back;   // the producers'
  size_t taken = 0;  // records of `front` that were handed out
  size_t ends_without_room = 0;
  std::unordered_map<uint64_t, Unread> unread;
  std::vector<uint64_t> drained;  // has room for every request in `unread`
  ReadySignal signal;
  bool in_batch = false;
  bool woke_late = false;  // became full within a batch, and nobody was told
  bool waiting = false;
  bool wake = false;
  bool closed = false;

  bool Empty() const {
    return taken == front.size() && back.empty() && ends_without_room == 0;
  }

  // The entry to count in, null if the event needs none.
  Unread* UnreadOf(const Event& event) {
    if (event.request == 0) return nullptr;
    const auto found = unread.find(event.request);
    if (found != unread.end()) return &found->second;
    return event.kind == LLMP_EV_END ? nullptr : MakeUnread(event.request);
  }

  Unread* MakeUnread(uint64_t request) {
    if (drained.capacity() <= unread.size()) drained.reserve(2 * unread.size() + 4);
    return &unread[request];
  }

  // Takes the event.  Throws as Push() does.
  void Add(const Event& event, Unread* entry) {
    size_t cost = 0;
    try {
      cost = back.Add(event);
    } catch (const std::bad_alloc&) {
      if (event.kind != LLMP_EV_END || entry == nullptr || entry->end_without_room) throw;
      entry->end_without_room = true;
      entry->end_time_ns = MonotonicNs();
      ++ends_without_room;
      return;
    }
    if (entry != nullptr) entry->bytes += cost;
  }

  // True if there is something to take; false if `timeout_ms` passed, or closed or woken.
  bool Await(std::unique_lock<std::mutex>* lock, int32_t timeout_ms) {
    const auto ready = [this] { return closed || wake || !Empty(); };
    if (!ready()) {
      // Idle, so a burst is over; and the host gave back what it had.
      front.Shrink();
      back.Shrink();
      taken = 0;
      waiting = true;
      if (timeout_ms < 0) {
        changed.wait(*lock, ready);
      } else if (timeout_ms > 0) {
        const auto deadline =
            std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
        changed.wait_until(*lock, deadline, ready);
      }
      waiting = false;
    }
    return !closed && !wake && !Empty();
  }

  uint32_t Take(llmp_event* events, uint32_t cap) {
    if (taken == front.size()) {
      front.Clear();
      taken = 0;
      std::swap(front, back);
    }
    uint32_t count = 0;
    while (count < cap && taken < front.size()) {
      const EventRecord& record = front.record(taken++);
      events[count++] = {record.request,     record.kind, record.status,  record.index, 0,
                         front.data(record), record.size, record.time_ns, {0, 0}};
      CountAsRead(record);
    }
    if (ends_without_room != 0 && taken == front.size() && back.empty()) {
      count += TakeEndsWithoutRoom(events + count, cap - count);
    }
    return count;
  }

  void CountAsRead(const EventRecord& record) {
    const auto found = unread.find(record.request);
    if (found == unread.end()) return;
    Unread& entry = found->second;
    if (record.kind == LLMP_EV_END) {
      unread.erase(found);
      return;
    }
    entry.bytes -= EventArena::CostOf(record);
    if (entry.over && entry.bytes <= window / 2) {
      entry.over = false;
      drained.push_back(record.request);
    }
  }

  uint32_t TakeEndsWithoutRoom(llmp_event* events, uint32_t cap) {
    uint32_t count = 0;
    for (auto at = unread.begin(); at != unread.end() && count < cap;) {
      const Unread& entry = at->second;
      if (!entry.end_without_room) {
        ++at;
        continue;
      }
      events[count] = {};
      events[count].request = at->first;
      events[count].kind = LLMP_EV_END;
      events[count].status = LLMP_E_NO_MEMORY;
      events[count].data = kNoMemoryDocument.data();
      events[count].size = kNoMemoryDocument.size();
      events[count++].time_ns = entry.end_time_ns;
      at = unread.erase(at);
      --ends_without_room;
    }
    return count;
  }

  // Called without the lock.
  void ReportDrained() {
    while (true) {
      uint64_t request = 0;
      {
        const std::lock_guard<std::mutex> lock(mutex);
        if (drained.empty()) return;
        request = drained.back();
        drained.pop_back();
      }
      if (on_drained) on_drained(request);
    }
  }
};

EventQueue::EventQueue(uint32_t flags, size_t window_bytes,
                       std::function<void()> on_empty_to_full,
                       std::function<void(uint64_t request)> on_drained)
    : state_(std::make_unique<State>()) {
  state_->flags = flags;
  state_->window = window_bytes;
  state_->on_empty_to_full = std::move(on_empty_to_full);
  state_->on_drained = std::move(on_drained);
}

EventQueue::~EventQueue() = default;

bool EventQueue::notify() const {
  return (state_->flags & LLMP_QUEUE_NOTIFY) != 0;
}

bool EventQueue::Push(const Event& event) {
  State& state = *state_;
  bool was_empty = false;
  bool waiting = false;
  bool over = false;
  {
    const std::lock_guard<std::mutex> lock(state.mutex);
    if (state.closed) return true;
    was_empty = state.Empty();
    Unread* entry = state.UnreadOf(event);
    state.Add(event, entry);
    if (entry != nullptr) {
      if (entry->bytes > state.window) entry->over = true;
      over = entry->over;
    }
    if (state.in_batch) {
      state.woke_late = state.woke_late || was_empty;
      return !over;
    }
    if (was_empty) state.signal.Raise();
    waiting = state.waiting;
  }
  if (waiting) state.changed.notify_one();
  if (was_empty && state.on_empty_to_full) state.on_empty_to_full();
  return !over;
}

void EventQueue::Expect(uint64_t request) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  (void)state_->MakeUnread(request);
}

void EventQueue::ForgetExpected(uint64_t request) {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  state_->unread.erase(request);
}

bool EventQueue::BeginBatch() {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return !std::exchange(state_->in_batch, true);
}

void EventQueue::EndBatch() {
  State& state = *state_;
  bool became_full = false;
  bool waiting = false;
  {
    const std::lock_guard<std::mutex> lock(state.mutex);
    state.in_batch = false;
    if (state.closed) return;
    // A waiter that came by itself may have taken everything already.
    became_full = std::exchange(state.woke_late, false) && !state.Empty();
    if (became_full) state.signal.Raise();
    waiting = state.waiting && !state.Empty();
  }
  if (waiting) state.changed.notify_one();
  if (became_full && state.on_empty_to_full) state.on_empty_to_full();
}

int32_t EventQueue::Wait(int32_t timeout_ms, llmp_event* events, uint32_t cap) {
  State& state = *state_;
  if (events == nullptr) cap = 0;
  cap = std::min<uint32_t>(cap, std::numeric_limits<int32_t>::max());
  uint32_t count = 0;
  bool drained = false;
  {
    std::unique_lock<std::mutex> lock(state.mutex);
    const bool something = state.Await(&lock, timeout_ms);
    if (state.closed) return LLMP_E_CLOSED;
    if (state.wake) {
      state.wake = false;
      // A host that polls until 0 stops here, perhaps after it has read the byte: the
      // rest of the events must make its descriptor readable again.
      if (!state.Empty()) {
        state.signal.Clear();
        state.signal.Raise();
      }
      return 0;
    }
    if (!something) return 0;
    count = state.Take(events, cap);
    if (state.Empty()) state.signal.Clear();
    drained = !state.drained.empty();
  }
  if (drained) state.ReportDrained();
  return static_cast<int32_t>(count);
}

void EventQueue::Wake() {
  std::unique_lock<std::mutex> lock(state_->mutex);
  state_->wake = true;
  lock.unlock();
  state_->changed.notify_one();
}

int32_t EventQueue::DupFd() {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  if (state_->closed) return -1;
  return state_->signal.Dup(!state_->Empty());
}

void EventQueue::Close() {
  std::unique_lock<std::mutex> lock(state_->mutex);
  state_->closed = true;
  lock.unlock();
  state_->changed.notify_all();
}

}  // namespace xai
