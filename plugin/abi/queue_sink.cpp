#include "abi/queue_sink.h"

#include "abi/status_code.h"
#include "base/error_json.h"
#include "base/json_writer.h"

namespace xai {

QueueSink::QueueSink(std::shared_ptr<EventQueue> queue, uint64_t request,
                     std::function<void()> on_end)
    : queue_(std::move(queue)), request_(request), on_end_(std::move(on_end)) {
  queue_->Expect(request_);
}

QueueSink::~QueueSink() {
  if (ended_) return;
  Error lost;
  lost.code = ErrorCode::kNoMemory;
  QueueSink::OnEnd(&lost, kNoMemoryDocument);
}

void QueueSink::Drop() {
  ended_ = true;
  on_end_();
  queue_->ForgetExpected(request_);
}

bool QueueSink::Push(uint32_t kind, uint32_t index, std::string_view data) {
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
  ended_ = true;
  // First, so that a host which sees the END may use the number again.
  on_end_();
  EventQueue::Event event;
  event.request = request_;
  event.kind = LLMP_EV_END;
  event.status = error == nullptr ? int32_t{LLMP_OK} : StatusOf(error->code);
  event.data = document;
  queue_->Push(event);
}

}  // namespace xai
