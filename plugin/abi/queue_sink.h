// The events of one request, on their way into a queue.
#ifndef XAI_PLUGIN_ABI_QUEUE_SINK_H_
#define XAI_PLUGIN_ABI_QUEUE_SINK_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "abi/event_queue.h"
#include "abi/wake_batch.h"
#include "runtime/request_table.h"

namespace xai {

// Loop thread only, but for its begin and its own end.
class QueueSink : public RequestSink {
 public:
  // `wakes`: null to wake the queue's waiter for each event.  `on_end` comes just before
  // the END event is pushed, on any thread, and must not throw.  Throws std::bad_alloc.
  QueueSink(std::shared_ptr<EventQueue> queue, uint64_t request, WakeBatch* wakes,
            std::function<void()> on_end);
  // If it was taken, whoever had to end the request has lost it for want of memory: it
  // ends here.
  ~QueueSink() override;
  QueueSink(const QueueSink&) = delete;
  QueueSink& operator=(const QueueSink&) = delete;

  void OnTaken() override { taken_ = true; }
  void OnStart(const std::string& document) override;
  bool OnText(std::string_view text) override;
  bool OnReasoning(std::string_view text) override;
  bool OnToolCall(uint32_t index, const ToolCall& call) override;
  bool OnToolArguments(uint32_t index, std::string_view text) override;
  bool OnUsage(const Usage& usage) override;
  void OnEnd(const Error* error, std::string_view document) override;

 private:
  bool Push(uint32_t kind, uint32_t index, std::string_view data);
  void PushEnd(int32_t status, std::string_view document);
  void JoinBatch();

  std::shared_ptr<EventQueue> queue_;
  uint64_t request_;
  WakeBatch* wakes_;
  uint64_t joined_round_ = 0;
  std::function<void()> on_end_;
  bool taken_ = false;
  bool ended_ = false;
};

}  // namespace xai

#endif  // XAI_PLUGIN_ABI_QUEUE_SINK_H_
