#include "grok/chat_decoder.h"

#include "base/utf8.h"
#include "grok/lone_surrogates.h"
#include "grok/usage.h"

namespace xai {

ChatDecoder::ChatDecoder(Answer* answer, AnswerSink* sink, bool stream_tool_calls)
    : answer_(answer), sink_(sink), stream_tool_calls_(stream_tool_calls) {}

AnswerDecoder::Progress ChatDecoder::OnData(std::string_view data) {
  if (data == "[DONE]") {
    if (answer_->finish_reason.empty()) answer_->finish_reason = "stop";
    TellToolCalls();
    return Progress::kComplete;
  }
  if (const std::optional<std::string_view> text = template_.TextOf(data)) {
    Tell(text_name_, *text);
    return Progress::kContent;
  }
  template_.Forget();
  told_ = 0;
  text_name_ = Name::kOther;
  const Progress progress = ReadChunk(data);
  if (progress == Progress::kContent && told_ == 1 && text_name_ != Name::kOther) {
    template_.Learn(data, text_, std::nullopt);
  }
  return progress;
}

AnswerDecoder::Progress ChatDecoder::ReadChunk(std::string_view data) {
  depth_ = 0;
  name_ = Name::kOther;
  usage_.reset();
  error_ = content_ = chunk_ = false;
  const std::optional<JsonFault> fault =
      ReadJson(ReplaceLoneSurrogates(data, &repaired_), this);
  if (fault) {
    if (fault->too_many_values) answer_->too_large = true;
    return error_ ? Progress::kError : Progress::kInvalid;
  }
  if (error_) return Progress::kError;
  if (!chunk_) return Progress::kInvalid;
  if (!answer_->finish_reason.empty()) TellToolCalls();
  return content_ ? Progress::kContent : Progress::kLiveness;
}

bool ChatDecoder::TakePause() {
  const bool pause = pause_;
  pause_ = false;
  return pause;
}

void ChatDecoder::EndCapture() {
  // Very old models repeat a growing usage: the last one counts.
  std::string wire = usage_->Take();
  if (!answer_->usage || answer_->usage->wire != wire) {
    answer_->usage = ReadChatUsage(std::move(wire));
    if (!answer_->usage->wire.empty()) content_ = true;
  }
  usage_.reset();
  name_ = Name::kOther;
  chunk_ = true;
}

void ChatDecoder::OnToolCallEnd() {
  ++told_;
  std::vector<ToolCall>& calls = answer_->tool_calls;
  // A call without an index continues the last one, unless it has an id of its own.
  size_t index = calls.empty() ? 0 : calls.size() - 1;
  // A hostile index must not cost memory.
  constexpr auto kMax = static_cast<int64_t>(limits::kToolCallsMax);
  if (call_index_ && *call_index_ >= 0 && *call_index_ < kMax) {
    index = static_cast<size_t>(*call_index_);
  } else if (!call_id_.empty() && !calls.empty() && calls.back().id != call_id_) {
    index = calls.size();
  }
  // A new id at an old index is another call.
  if (index < calls.size() && !call_id_.empty() && !calls[index].id.empty() &&
      calls[index].id != call_id_) {
    index = calls.size();
  }
  // A message that is whole has no pieces of calls.
  if (in_message_) index = calls.size();
  if (index >= limits::kToolCallsMax) {
    answer_->too_large = true;
    return;
  }
  // One that says nothing may come for ever, to keep the connection alive.
  if (index >= calls.size()) {
    calls.resize(index + 1);
    content_ = true;
  }
  ToolCall& call = calls[index];
  if (!call_arguments_.empty() || (!call_id_.empty() && call_id_ != call.id) ||
      (!call_name_.empty() && call_name_ != call.name)) {
    content_ = true;
  }
  if (!call_id_.empty()) answer_->Assign(call_id_, &call.id);
  if (!call_name_.empty()) answer_->Assign(call_name_, &call.name);
  answer_->Append(call_arguments_, &call.arguments);
  // What is told is what is kept.
  if (!stream_tool_calls_ || answer_->too_large) return;
  std::string_view news = call_arguments_;
  if (!call.announced) {
    if (call.name.empty()) return;
    Announce(&call);
    news = call.arguments;  // with what came before its name
  }
  if (!news.empty()) Told(sink_->OnToolArguments(call.index, news));
}

void ChatDecoder::Announce(ToolCall* call) {
  call->announced = true;
  call->index = calls_told_++;
  Told(sink_->OnToolCall(call->index, *call));
}

void ChatDecoder::TellToolCalls() {
  if (answer_->too_large) return;  // one of them may be cut
  const bool cut = answer_->IsCut();
  for (ToolCall& call : answer_->tool_calls) {
    if (call.name.empty()) continue;  // its index was passed over
    if (!cut) answer_->finish_reason = "tool_calls";
    if (call.announced || (cut && !call.IsWhole())) continue;
    Announce(&call);
    Told(sink_->OnToolArguments(call.index, call.arguments));
  }
}

void ChatDecoder::Finish(std::string_view wire_reason) {
  if (wire_reason == "length" || wire_reason == "content_filter") {
    answer_->finish_reason = std::string(wire_reason);
  } else {
    answer_->finish_reason = "stop";
  }
}

void ChatDecoder::Tell(Name name, std::string_view text) {
  Told(name == Name::kContent ? sink_->OnText(Clean(text))
                              : sink_->OnReasoning(Clean(text)));
}

std::string_view ChatDecoder::Clean(std::string_view text) {
  // Ill-formed bytes must not reach the host.
  if (IsValidUtf8(text)) return text;
  cleaned_ = ToValidUtf8(text);
  return cleaned_;
}

void ChatDecoder::Told(bool go_on) {
  content_ = true;
  if (!go_on) pause_ = true;
}

}  // namespace xai
