// The events of one request, on their way into a queue.
#ifndef XAI_PLUGIN_ABI_QUEUE_SINK_H_
#define XAI_PLUGIN_ABI_QUEUE_SINK_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "abi/event_queue.h"
#include "runtime/request_table.h"

namespace xai {

// Loop thread only, but for its begin and end.
class QueueSink : public RequestSink {
 public:
  // `on_end` comes just before the END event is pushed, on any thread, and must not
  // throw.  Throws std::bad_alloc.
  QueueSink(std::shared_ptr<EventQueue> queue, uint64_t request,
            std::function<void()> on_end);
  // Whoever had to end the request has lost it for want of memory: it ends here.
  ~QueueSink() override;
  QueueSink(const QueueSink&) = delete;
  QueueSink& operator=(const QueueSink&) = delete;

  // The request was not begun: nothing is told, not even an end.
  void Drop();

  void OnStart(const std::string& document) override;
  void OnBatchBegin() override { queue_->BeginBatch(); }
  void OnBatchEnd() override { queue_->EndBatch(); }
  bool OnText(std::string_view text) override;
  bool OnReasoning(std::string_view text) override;
  bool OnToolCall(uint32_t index, const ToolCall& call) override;
  bool OnToolArguments(uint32_t index, std::string_view text) override;
  bool OnUsage(const Usage& usage) override;
  void OnEnd(const Error* error, std::string_view document) override;

 private:
  bool Push(uint32_t kind, uint32_t index, std::string_view data);

  std::shared_ptr<EventQueue> queue_;
  uint64_t request_;
  std::function<void()> on_end_;
  bool ended_ = false;
};

}  // namespace xai

#endif  // XAI_PLUGIN_ABI_QUEUE_SINK_H_
