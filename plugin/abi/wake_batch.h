// Wakes whoever waits for a queue once for all that the loop had for it.
#ifndef XAI_PLUGIN_ABI_WAKE_BATCH_H_
#define XAI_PLUGIN_ABI_WAKE_BATCH_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "abi/event_queue.h"

namespace xai {

// A thread that is woken costs more than the events that it is woken for.  Loop thread
// only.
class WakeBatch {
 public:
  // The queue's waiter is woken by the next Flush().  Once in a round is enough.
  void Join(const std::shared_ptr<EventQueue>& queue);
  // Of the time until the next Flush().
  uint64_t round() const { return round_; }

  // Before the loop rests, or turns to something that takes a while.
  void Flush();

 private:
  uint64_t round_ = 1;
  std::vector<std::shared_ptr<EventQueue>> queues_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_ABI_WAKE_BATCH_H_
