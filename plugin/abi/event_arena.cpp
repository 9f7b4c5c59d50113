#include "abi/event_arena.h"

#include <chrono>

namespace xai {
namespace {

static_assert(limits::kEventRecordBytes == sizeof(EventRecord));

bool IsJoinable(uint32_t kind) {
  return kind == LLMP_EV_TEXT || kind == LLMP_EV_REASONING || kind == LLMP_EV_TOOL_ARGS;
}

}  // namespace

uint64_t MonotonicNs() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

size_t EventArena::Add(const EventQueue::Event& event) {
  bytes_.reserve(bytes_.size() + event.data.size() + 1);
  if (IsJoinable(event.kind) && !records_.empty()) {
    EventRecord& last = records_.back();
    if (last.request == event.request && last.kind == event.kind &&
        last.index == event.index) {
      bytes_.pop_back();
      AppendReserved(event.data);
      last.size += event.data.size();
      return event.data.size();
    }
  }
  records_.push_back({event.request, MonotonicNs(), bytes_.size(), event.data.size(),
                      event.kind, event.index, event.status});
  AppendReserved(event.data);
  return CostOf(records_.back());
}

void EventArena::Clear() {
  records_.clear();
  bytes_.clear();
}

void EventArena::Shrink() {
  Clear();
  if (bytes_.capacity() > limits::kQueueBytesKept) std::string().swap(bytes_);
  if (records_.capacity() > limits::kQueueRecordsKept) {
    std::vector<EventRecord>().swap(records_);
  }
}

void EventArena::AppendReserved(std::string_view data) {
  bytes_.append(data);
  bytes_.push_back('\0');
}

}  // namespace xai
