// ResponsesDecoder: calls of the host's functions.
#include "base/limits.h"
#include "grok/responses_decoder.h"

namespace xai {

void ResponsesDecoder::OnFunctionCall(const OutputItem& item, int64_t output_index) {
  const std::optional<size_t> index = CallAt(output_index);
  if (!index) return;
  ToolCall& call = answer_->tool_calls[*index];
  if (!item.call_id.empty()) answer_->Assign(item.call_id, &call.id);
  if (!item.name.empty()) answer_->Assign(item.name, &call.name);
  const bool late_arguments = call.arguments.empty() && !item.input.empty();
  if (late_arguments) answer_->Assign(item.input, &call.arguments);
  if (item.status == "incomplete") call.cut = true;
  if (answer_->too_large) return;
  if (!call.announced) {
    // What is not whole may be cut, or as the model wrote it: the last event tells.
    if (!call.name.empty() && call.IsWhole()) TellCall(*index);
  } else if (late_arguments) {
    Told(sink_->OnToolArguments(static_cast<uint32_t>(*index), call.arguments));
  }
}

// REQUIRES: a finish reason.
void ResponsesDecoder::TellToolCalls() {
  const bool cut = answer_->IsCut();
  for (const auto& [output_index, item] : items_) {
    if (!item.call) continue;
    ToolCall& call = answer_->tool_calls[*item.call];
    if (call.name.empty() || !((item.done && !cut && !call.cut) || call.IsWhole())) {
      call.cut = true;
      continue;
    }
    if (!cut) answer_->finish_reason = "tool_calls";
    if (!call.announced) TellCall(*item.call);
  }
}

// The number of the call that this item is.  Nothing, and the answer too large, if it
// would be one too many.
std::optional<size_t> ResponsesDecoder::CallAt(int64_t output_index) {
  Item* const item = ItemAt(output_index);
  if (item == nullptr) return std::nullopt;
  std::vector<ToolCall>& calls = answer_->tool_calls;
  if (!item->call && calls.size() < limits::kToolCallsMax) {
    item->call = calls.size();
    calls.emplace_back();
  }
  if (!item->call) answer_->too_large = true;
  return item->call;
}

void ResponsesDecoder::Announce(size_t index) {
  ToolCall& call = answer_->tool_calls[index];
  call.announced = true;
  call.index = static_cast<uint32_t>(index);
  Told(sink_->OnToolCall(call.index, call));
}

void ResponsesDecoder::TellCall(size_t index) {
  Announce(index);
  const ToolCall& call = answer_->tool_calls[index];
  Told(sink_->OnToolArguments(call.index, call.arguments));
}

}  // namespace xai
