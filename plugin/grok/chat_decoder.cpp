#include "grok/chat_decoder.h"

#include "base/utf8.h"
#include "grok/lone_surrogates.h"
#include "grok/usage.h"

namespace xai {
namespace {

// More calls than any model makes; keeps a hostile index from costing memory.
constexpr int64_t kToolCallsMax = 256;

}  // namespace

ChatDecoder::ChatDecoder(Answer* answer, AnswerSink* sink, bool stream_tool_calls)
    : answer_(answer), sink_(sink), stream_tool_calls_(stream_tool_calls) {}

AnswerDecoder::Progress ChatDecoder::OnData(std::string_view data) {
  if (data == "[DONE]") {
    TellToolCalls();
    if (answer_->finish_reason.empty()) answer_->finish_reason = "stop";
    return Progress::kComplete;
  }
  depth_ = 0;
  name_ = Name::kOther;
  usage_.reset();
  error_ = content_ = chunk_ = false;
  if (ReadJson(ReplaceLoneSurrogates(data, &repaired_), this))
    return error_ ? Progress::kError : Progress::kInvalid;
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

ChatDecoder::Name ChatDecoder::NameFor(Place place, std::string_view text) {
  switch (place) {
    case Place::kRoot:
      if (text == "id") return Name::kId;
      if (text == "model") return Name::kModel;
      if (text == "choices") return Name::kChoices;
      if (text == "usage") return Name::kUsage;
      if (text == "citations") return Name::kCitations;
      if (text == "error") return Name::kError;
      return Name::kOther;
    case Place::kChoice:
      // An answer that is not streamed has `message` where a chunk has `delta`.
      if (text == "delta" || text == "message") return Name::kDelta;
      if (text == "finish_reason") return Name::kFinishReason;
      return Name::kOther;
    case Place::kDelta:
      if (text == "content") return Name::kContent;
      if (text == "reasoning_content") return Name::kReasoningContent;
      if (text == "tool_calls") return Name::kToolCalls;
      if (text == "refusal") return Name::kRefusal;
      return Name::kOther;
    case Place::kToolCall:
      if (text == "index") return Name::kIndex;
      if (text == "id") return Name::kId;
      if (text == "function") return Name::kFunction;
      return Name::kOther;
    case Place::kFunction:
      if (text == "name") return Name::kFunctionName;
      if (text == "arguments") return Name::kArguments;
      return Name::kOther;
    default:
      return Name::kOther;
  }
}

bool ChatDecoder::OnKey(std::string_view text) {
  if (usage_ != nullptr) return usage_->OnKey(text);
  name_ = NameFor(place(), text);
  return true;
}

bool ChatDecoder::OnNull() {
  return usage_ == nullptr || usage_->OnNull();
}

bool ChatDecoder::OnBool(bool value) {
  return usage_ == nullptr || usage_->OnBool(value);
}

bool ChatDecoder::OnNumber(std::string_view text) {
  if (usage_ != nullptr) return usage_->OnNumber(text);
  if (place() == Place::kToolCall && name_ == Name::kIndex) {
    call_index_ = ParseInteger(text);
  }
  return true;
}

bool ChatDecoder::OnString(std::string_view text) {
  if (usage_ != nullptr) return usage_->OnString(text);
  switch (place()) {
    case Place::kRoot:
      if (name_ == Name::kId) answer_->id.assign(text);
      if (name_ == Name::kModel) answer_->model.assign(text);
      if (name_ == Name::kError) error_ = true;
      return true;
    case Place::kChoice:
      if (name_ == Name::kFinishReason) Finish(text);
      return true;
    case Place::kDelta:
      if (text.empty()) return true;
      if (name_ == Name::kContent) Told(sink_->OnText(Clean(text)));
      if (name_ == Name::kReasoningContent) Told(sink_->OnReasoning(Clean(text)));
      if (name_ == Name::kRefusal) answer_->refusal.append(Clean(text));
      return true;
    case Place::kToolCall:
      if (name_ == Name::kId) call_id_.assign(Clean(text));
      return true;
    case Place::kFunction:
      if (name_ == Name::kFunctionName) call_name_.assign(Clean(text));
      if (name_ == Name::kArguments) call_arguments_.assign(Clean(text));
      return true;
    case Place::kCitations:
      answer_->AddCitation(Clean(text));
      return true;
    default:
      return true;
  }
}

bool ChatDecoder::OnStartObject() {
  if (usage_ != nullptr) return usage_->OnStartObject();
  switch (place()) {
    case Place::kNone:
      Enter(Place::kRoot);
      return true;
    case Place::kRoot:
      if (name_ == Name::kUsage) {
        usage_ = std::make_unique<JsonCapture>();
        return usage_->OnStartObject();
      }
      if (name_ == Name::kError) error_ = true;
      Enter(Place::kElsewhere);
      return true;
    case Place::kChoices:
      Enter(Place::kChoice);
      return true;
    case Place::kChoice:
      Enter(name_ == Name::kDelta ? Place::kDelta : Place::kElsewhere);
      return true;
    case Place::kToolCalls:
      call_index_.reset();
      call_id_.clear();
      call_name_.clear();
      call_arguments_.clear();
      Enter(Place::kToolCall);
      return true;
    case Place::kToolCall:
      Enter(name_ == Name::kFunction ? Place::kFunction : Place::kElsewhere);
      return true;
    default:
      Enter(Place::kElsewhere);
      return true;
  }
}

bool ChatDecoder::OnEndObject() {
  if (usage_ != nullptr) {
    usage_->OnEndObject();
    if (usage_->done()) EndCapture();
    return true;
  }
  if (place() == Place::kToolCall) OnToolCallEnd();
  --depth_;
  name_ = Name::kOther;
  return true;
}

bool ChatDecoder::OnStartArray() {
  if (usage_ != nullptr) return usage_->OnStartArray();
  Place next = Place::kElsewhere;
  if (place() == Place::kRoot && name_ == Name::kChoices) {
    next = Place::kChoices;
    chunk_ = true;
  } else if (place() == Place::kRoot && name_ == Name::kCitations) {
    next = Place::kCitations;
  } else if (place() == Place::kDelta && name_ == Name::kToolCalls) {
    next = Place::kToolCalls;
  }
  Enter(next);
  return true;
}

bool ChatDecoder::OnEndArray() {
  if (usage_ != nullptr) return usage_->OnEndArray();
  --depth_;
  name_ = Name::kOther;
  return true;
}

void ChatDecoder::EndCapture() {
  // Very old models repeat a growing usage: the last one counts.
  answer_->usage = ReadChatUsage(usage_->Take());
  usage_.reset();
  name_ = Name::kOther;
  chunk_ = true;
}

void ChatDecoder::OnToolCallEnd() {
  std::vector<ToolCall>& calls = answer_->tool_calls;
  // A call without an index continues the last one, unless it has an id of its own.
  size_t index = calls.empty() ? 0 : calls.size() - 1;
  if (call_index_ && *call_index_ >= 0 && *call_index_ < kToolCallsMax) {
    index = static_cast<size_t>(*call_index_);
  } else if (!call_id_.empty() && !calls.empty() && calls.back().id != call_id_) {
    index = calls.size();
  }
  // A new id at an old index is another call.
  if (index < calls.size() && !call_id_.empty() && !calls[index].id.empty() &&
      calls[index].id != call_id_) {
    index = calls.size();
  }
  if (index >= static_cast<size_t>(kToolCallsMax)) return;
  if (index >= calls.size()) calls.resize(index + 1);
  ToolCall& call = calls[index];
  if (!call_id_.empty()) call.id = call_id_;
  if (!call_name_.empty()) call.name = call_name_;
  call.arguments.append(call_arguments_);
  content_ = true;
  if (!stream_tool_calls_) return;
  const auto number = static_cast<uint32_t>(index);
  if (!call.announced && !call.name.empty()) {
    call.announced = true;
    Told(sink_->OnToolCall(number, call));
  }
  if (call.announced && !call_arguments_.empty()) {
    Told(sink_->OnToolArguments(number, call_arguments_));
  }
}

void ChatDecoder::TellToolCalls() {
  if (!answer_->tool_calls.empty()) answer_->finish_reason = "tool_calls";
  for (size_t i = 0; i < answer_->tool_calls.size(); ++i) {
    ToolCall& call = answer_->tool_calls[i];
    if (call.announced) continue;
    call.announced = true;
    const auto index = static_cast<uint32_t>(i);
    Told(sink_->OnToolCall(index, call));
    Told(sink_->OnToolArguments(index, call.arguments));
  }
}

void ChatDecoder::Finish(std::string_view wire_reason) {
  if (wire_reason == "length" || wire_reason == "content_filter") {
    answer_->finish_reason = std::string(wire_reason);
  } else {
    answer_->finish_reason = "stop";
  }
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
