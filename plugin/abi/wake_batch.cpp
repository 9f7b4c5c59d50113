#include "abi/wake_batch.h"

#include <new>

namespace xai {

void WakeBatch::Join(const std::shared_ptr<EventQueue>& queue) {
  if (!queue->BeginBatch()) return;
  try {
    queues_.push_back(queue);
  } catch (const std::bad_alloc&) {
    queue->EndBatch();  // then it is woken for each
  }
}

void WakeBatch::Flush() {
  if (queues_.empty()) return;
  for (const std::shared_ptr<EventQueue>& queue : queues_) queue->EndBatch();
  queues_.clear();
  ++round_;
}

}  // namespace xai
