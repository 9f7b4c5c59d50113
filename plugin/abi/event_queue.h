// Where a host's events wait.  Producers push, one waiter takes in batches.
//
// Two arenas of records and bytes under one mutex: the waiter swaps them and serves from
// the front while producers fill the back, so nothing is allocated for each event in the
// steady state, and what the waiter was given stays valid until it comes back.
#ifndef XAI_PLUGIN_ABI_EVENT_QUEUE_H_
#define XAI_PLUGIN_ABI_EVENT_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "llm_provider.h"

namespace xai {

// Thread-safe, but for Wait() and Close(): see the marks in llm_provider.h.  The queue
// must outlive every call on it.
class EventQueue {
 public:
  struct Event {
    uint64_t request = 0;
    uint32_t kind = 0;
    int32_t status = 0;
    uint32_t index = 0;
    std::string_view data;  // copied
  };

  // on_empty_to_full: called without the lock, from the producer, when an empty queue got
  // its first event (llmp_host.wake).  on_drained: called without the lock, from the
  // waiter, when the unread bytes of a request that was over `window` have fallen to half
  // of it; the request may have ended meanwhile.  Both may be empty, and must not throw.
  EventQueue(uint32_t flags, size_t window_bytes, std::function<void()> on_empty_to_full,
             std::function<void(uint64_t request)> on_drained);
  ~EventQueue();
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  // True if the queue also receives the events whose request is 0.
  bool notify() const;

  // False once the request's unread bytes, and limits::kEventRecordBytes for each event,
  // have passed the window: the producer should stop until on_drained says that it may go
  // on.  The event is taken in any case.
  // Adjacent TEXT, REASONING or TOOL_ARGS bytes of one part are joined while they wait.
  // After Close() events are dropped.
  //
  // Throws std::bad_alloc, and then nothing was taken: end the request.  An END does not
  // throw if its request was expected: without room for its document it arrives as
  // LLMP_E_NO_MEMORY with a fixed one.
  bool Push(const Event& event);

  // Makes room for the END of a request, whatever becomes of the memory.  Throws
  // std::bad_alloc.
  void Expect(uint64_t request);
  // The request was not begun: it has no END.
  void ForgetExpected(uint64_t request);

  // Between the two a waiter is not woken for each event but once at the end: a piece of
  // a stream holds a hundred of them.  True if there was no batch: the others have not
  // begun this one, and must not end it.
  bool BeginBatch();
  void EndBatch();

  // See llmp_provider.queue_wait.  With a `cap` of 0 it waits and takes nothing.
  int32_t Wait(int32_t timeout_ms, llmp_event* events, uint32_t cap);
  // See llmp_provider.queue_wake.
  void Wake();
  // See llmp_provider.queue_fd.  When the queue is destroyed the host's descriptor reads
  // end-of-file.
  int32_t DupFd();

  // No event is taken or given from now on; a running Wait() returns LLMP_E_CLOSED.
  void Close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_ABI_EVENT_QUEUE_H_
