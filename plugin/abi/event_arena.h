// Events in order of arrival: records in one block, their bytes in another.
#ifndef XAI_PLUGIN_ABI_EVENT_ARENA_H_
#define XAI_PLUGIN_ABI_EVENT_ARENA_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "abi/event_queue.h"
#include "base/limits.h"

namespace xai {

// One waiting event.  Its bytes lie at `offset` of the arena.
struct EventRecord {
  uint64_t request;
  uint64_t time_ns;
  size_t offset;
  size_t size;
  uint32_t kind;
  uint32_t index;
  int32_t status;
};

// Not thread-safe.  It keeps its memory when it is cleared, so that filling it again
// allocates nothing.
class EventArena {
 public:
  // Copies the event, or appends its bytes to the last record if that is of the same
  // part.  Returns what that costs: its bytes, and the record if it has one of its own.
  // Throws std::bad_alloc, and then has changed nothing.
  size_t Add(const EventQueue::Event& event);

  bool empty() const { return records_.empty(); }
  size_t size() const { return records_.size(); }
  const EventRecord& record(size_t at) const { return records_[at]; }
  // The bytes, with a NUL behind them, until the next call that is not const.
  const char* data(const EventRecord& record) const {
    return bytes_.data() + record.offset;
  }

  // What the events of this record cost.
  static size_t CostOf(const EventRecord& record) {
    return record.size + limits::kEventRecordBytes;
  }

  void Clear();
  // Clears, and gives back what a burst made too large to keep.
  void Shrink();

 private:
  void AppendReserved(std::string_view data);

  std::vector<EventRecord> records_;
  std::string bytes_;  // each record's, followed by a NUL
};

// CLOCK_MONOTONIC.
uint64_t MonotonicNs();

}  // namespace xai

#endif  // XAI_PLUGIN_ABI_EVENT_ARENA_H_
