#include "abi/queue_sink.h"

#include "abi/status_code.h"
#include "base/error_json.h"
#include "base/json_writer.h"

namespace xai {

QueueSink::QueueSink(std::shared_ptr<EventQueue> queue, uint64_t request,
                     WakeBatch* wakes, std::function<void()> on_end)
    : queue_(std::move(queue)),
      request_(request),
      wakes_(wakes),
      on_end_(std::move(on_end)) {
  queue_->Expect(request_);
}

QueueSink::~QueueSink() {
  // Perhaps on another thread: without the batch.
  if (taken_ && !ended_) PushEnd(LLMP_E_NO_MEMORY, kNoMemoryDocument);
}

void QueueSink::JoinBatch() {
  if (wakes_ == nullptr || joined_round_ == wakes_->round()) return;
  joined_round_ = wakes_->round();
  wakes_->Join(queue_);
}

bool QueueSink::Push(uint32_t kind, uint32_t index, std::string_view data) {
  JoinBatch();
  EventQueue::Event event;
  event.request = request_;
  event.kind = kind;
  event.index = index;
  event.data = data;
  return queue_->Push(event);
}

void QueueSink::OnStart(const std::string& document) {
  Push(LLMP_EV_START, 0, document);
}

bool QueueSink::OnText(std::string_view text) {
  return Push(LLMP_EV_TEXT, 0, text);
}

bool QueueSink::OnReasoning(std::string_view text) {
  return Push(LLMP_EV_REASONING, 0, text);
}

bool QueueSink::OnToolCall(uint32_t index, const ToolCall& call) {
  JsonWriter json;
  json.BeginObject().Key("id").String(call.id).Key("name").String(call.name);
  return Push(LLMP_EV_TOOL_CALL, index, json.EndObject().Take());
}

bool QueueSink::OnToolArguments(uint32_t index, std::string_view text) {
  return Push(LLMP_EV_TOOL_ARGS, index, text);
}

bool QueueSink::OnUsage(const Usage& usage) {
  JsonWriter json;
  usage.WriteTo(&json);
  return Push(LLMP_EV_USAGE, 0, json.Take());
}

void QueueSink::OnEnd(const Error* error, std::string_view document) {
  JoinBatch();
  PushEnd(error == nullptr ? int32_t{LLMP_OK} : StatusOf(error->code), document);
}

void QueueSink::PushEnd(int32_t status, std::string_view document) {
  ended_ = true;
  // First, so that a host which sees the END may use the number again.
  on_end_();
  EventQueue::Event event;
  event.request = request_;
  event.kind = LLMP_EV_END;
  event.status = status;
  event.data = document;
  queue_->Push(event);
}

}  // namespace xai
