// ChatDecoder: which parts of a chunk's JSON matter.
#include "grok/chat_decoder.h"

namespace xai {

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
  if (place() == Place::kChoice) in_message_ = text == "message";
  return true;
}

bool ChatDecoder::OnNull() {
  return usage_ == nullptr || usage_->OnNull();
}

bool ChatDecoder::OnBool(bool value) {
  if (usage_ != nullptr) return usage_->OnBool(value);
  NoteError();
  return true;
}

bool ChatDecoder::OnNumber(std::string_view text) {
  if (usage_ != nullptr) return usage_->OnNumber(text);
  NoteError();
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
      NoteError();
      return true;
    case Place::kChoice:
      if (name_ == Name::kFinishReason) Finish(text);
      return true;
    case Place::kDelta:
      if (text.empty()) return true;
      if (name_ == Name::kContent || name_ == Name::kReasoningContent) {
        ++told_;
        text_name_ = name_;
        text_ = {end() - 1 - text.size(), end() - 1};
        Tell(name_, text);
      }
      if (name_ == Name::kRefusal) {
        ++told_;
        content_ = true;
        answer_->Append(Clean(text), &answer_->refusal);
      }
      return true;
    case Place::kToolCall:
      if (name_ == Name::kId) call_id_.assign(Clean(text));
      return true;
    case Place::kFunction:
      if (name_ == Name::kFunctionName) call_name_.assign(Clean(text));
      if (name_ == Name::kArguments) call_arguments_.assign(Clean(text));
      return true;
    case Place::kCitations:
      if (answer_->AddCitation(Clean(text))) content_ = true;
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
      NoteError();
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
  NoteError();
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

}  // namespace xai
