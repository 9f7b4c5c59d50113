// A stream from the bytes of its connection to the host's hand, without a network: event
// stream parser, decoder, completion, event queue and the host that takes from it.
#ifndef XAI_TESTS_BENCH_HOT_STREAM_H_
#define XAI_TESTS_BENCH_HOT_STREAM_H_

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "abi/event_queue.h"
#include "abi/queue_sink.h"
#include "grok/api_world.h"
#include "grok/completion.h"

namespace xai {

// From the middle of an answer: so many deltas of text, as xAI sends them.  One in 16 has
// an escape in it, one in 16 a letter that is not ASCII.
std::string TextEvents(Lane lane, size_t events);
// The text in them.
std::string TextOf(size_t events);

// Used by one thread.
class HotStream {
 public:
  explicit HotStream(Lane lane);

  // The bytes as libcurl delivers them, a buffer at a time; whatever comes out is taken
  // from the queue at once.
  void Feed(std::string_view bytes);

  // Of the events of text that the host has taken.
  size_t text_bytes() const { return text_bytes_; }

 private:
  void TakeAll();

  ApiWorld world_;
  std::shared_ptr<EventQueue> queue_;
  WakeBatch wakes_;
  QueueSink sink_;
  std::unique_ptr<Completion> completion_;
  std::array<llmp_event, 64> events_;
  size_t text_bytes_ = 0;
};

}  // namespace xai

#endif  // XAI_TESTS_BENCH_HOT_STREAM_H_
