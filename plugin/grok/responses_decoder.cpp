#include "grok/responses_decoder.h"

#include <algorithm>

#include "base/limits.h"
#include "base/utf8.h"
#include "grok/lone_surrogates.h"
#include "grok/usage.h"

namespace xai {
namespace {

// Deltas that are not told and yet no mere sign of life: what the vendor's own tools are
// given, and thoughts under another name.
bool IsWorkUnseen(std::string_view type) {
  return type.find("_call_") != std::string_view::npos ||
         type.starts_with("response.reasoning");
}

}  // namespace

ResponsesDecoder::ResponsesDecoder(Answer* answer, AnswerSink* sink,
                                   bool stream_tool_calls)
    : answer_(answer), sink_(sink), stream_tool_calls_(stream_tool_calls) {}

AnswerDecoder::Progress ResponsesDecoder::OnData(std::string_view data) {
  // Documented, though never seen on this lane; the terminal event came before it.
  if (data == "[DONE]") return MayEnd() ? Progress::kComplete : Progress::kLiveness;
  if (const std::optional<std::string_view> text = template_.TextOf(data)) {
    if (IsValidUtf8(*text)) {
      Tell(told_, *text);
    } else {
      Tell(told_, ToValidUtf8(*text));
    }
    return Progress::kContent;
  }
  template_.Forget();
  told_ = Delta::kOther;
  const Progress progress = ReadEvent(data);
  if (told_ != Delta::kOther) template_.Learn(data, text_, sequence_number_);
  return progress;
}

AnswerDecoder::Progress ResponsesDecoder::ReadEvent(std::string_view data) {
  depth_ = 0;
  name_ = Name::kOther;
  type_.clear();
  delta_.clear();
  nested_.clear();
  output_index_ = -1;
  sequence_number_.reset();
  capture_.reset();
  data = ReplaceLoneSurrogates(data, &repaired_);
  if (const std::optional<JsonFault> fault = ReadJson(data, this)) {
    if (fault->too_many_values) answer_->too_large = true;
    return Progress::kInvalid;
  }
  return type_.empty() ? OnWholeResponse(data) : OnTypedEvent(data);
}

bool ResponsesDecoder::TakePause() {
  const bool pause = pause_;
  pause_ = false;
  return pause;
}

AnswerDecoder::Progress ResponsesDecoder::OnTypedEvent(std::string_view) {
  if (type_.size() > 6 && type_.substr(type_.size() - 6) == ".delta") return OnDelta();
  if (type_ == "error" || type_ == "response.failed") return Progress::kError;
  if (type_ == "response.output_item.added") {
    return OnItemAdded() ? Progress::kContent : Progress::kLiveness;
  }
  if (type_ == "response.output_item.done") {
    return OnItemDone(nested_, output_index_) ? Progress::kContent : Progress::kLiveness;
  }
  if (type_ == "response.output_text.annotation.added") {
    if (nested_.empty()) return Progress::kLiveness;
    Item* const item = ItemAt(output_index_);
    if (item != nullptr) item->annotations = true;
    AddAnnotation(nested_, answer_);
    return Progress::kContent;
  }
  const bool terminal = type_ == "response.completed" || type_ == "response.incomplete" ||
                        type_ == "response.done";
  const bool opening = type_ == "response.created" || type_ == "response.in_progress";
  if (!terminal && !opening) return Progress::kLiveness;
  const std::optional<ResponseSnapshot> response = ReadResponse(nested_);
  if (!response) return terminal ? Progress::kInvalid : Progress::kLiveness;
  if (terminal) return OnSnapshot(*response);
  answer_->id = response->id;
  if (!response->model.empty()) answer_->model = response->model;
  return Progress::kLiveness;
}

AnswerDecoder::Progress ResponsesDecoder::OnDelta() {
  if (delta_.empty()) return Progress::kLiveness;
  if (!IsValidUtf8(delta_)) delta_ = ToValidUtf8(delta_);
  if (type_ == "response.output_text.delta") {
    Item* const item = ItemAt(output_index_);
    if (item == nullptr) return Progress::kContent;
    item->text = true;
    told_ = Delta::kText;
    Tell(told_, delta_);
  } else if (type_ == "response.reasoning_summary_text.delta" ||
             type_ == "response.reasoning_text.delta") {
    reasoning_streamed_ = true;
    told_ = Delta::kReasoning;
    Tell(told_, delta_);
  } else if (type_ == "response.refusal.delta") {
    answer_->Append(delta_, &answer_->refusal);
  } else if (type_ == "response.function_call_arguments.delta") {
    const std::optional<size_t> index = CallAt(output_index_);
    if (!index) return Progress::kContent;
    ToolCall& call = answer_->tool_calls[*index];
    answer_->Append(delta_, &call.arguments);
    if (stream_tool_calls_ && call.announced && !answer_->too_large) {
      Told(sink_->OnToolArguments(static_cast<uint32_t>(*index), delta_));
    }
  } else if (!IsWorkUnseen(type_)) {
    return Progress::kLiveness;
  }
  return Progress::kContent;
}

// REQUIRES: valid UTF-8.
void ResponsesDecoder::Tell(Delta delta, std::string_view text) {
  Told(delta == Delta::kText ? sink_->OnText(text) : sink_->OnReasoning(text));
}

bool ResponsesDecoder::OnItemAdded() {
  const std::optional<OutputItem> item = ReadOutputItem(nested_);
  if (!item || item->type.empty()) return false;
  Item* const known = ItemAt(output_index_);
  // A host that was told of a call cannot be told that it was another.
  if (known == nullptr || known->done || known->added) return false;
  known->added = true;
  if (item->type != "function_call") return true;
  const std::optional<size_t> index = CallAt(output_index_);
  if (!index) return true;
  ToolCall& call = answer_->tool_calls[*index];
  answer_->Assign(item->call_id, &call.id);
  answer_->Assign(item->name, &call.name);
  if (call.arguments.empty()) answer_->Assign(item->input, &call.arguments);
  if (!stream_tool_calls_ || answer_->too_large) return true;
  Announce(*index);
  if (!call.arguments.empty()) Told(sink_->OnToolArguments(call.index, call.arguments));
  return true;
}

bool ResponsesDecoder::OnItemDone(const std::string& json, int64_t output_index) {
  const std::optional<OutputItem> item = ReadOutputItem(json);
  if (!item || item->type.empty()) return false;
  Item* const known = ItemAt(output_index);
  if (known == nullptr || known->done) return false;
  known->done = true;
  if (item->type == "message") {
    OnMessage(*item, output_index);
  } else if (item->type == "function_call") {
    OnFunctionCall(*item, output_index);
  } else if (item->type == "reasoning") {
    if (item->encrypted) {
      KeepInOrder(output_index, json, &reasoning_places_, &answer_->encrypted_reasoning);
    }
    if (!reasoning_streamed_ && !item->summary.empty()) {
      Told(sink_->OnReasoning(item->summary));
    }
  } else if (IsServerToolCall(*item)) {
    KeepInOrder(output_index, ServerToolDocument(*item), &tool_places_,
                &answer_->server_tool_calls);
  }
  return true;
}

// Items can end in another order than they began in; what is kept of them stays in the
// order of the answer, which counts when it is handed back.
void ResponsesDecoder::KeepInOrder(int64_t output_index, std::string document,
                                   std::vector<int64_t>* places,
                                   std::vector<std::string>* documents) {
  if (!answer_->Keep(document.size() + limits::kAnswerEntryBytes)) return;
  const auto place = std::upper_bound(places->begin(), places->end(), output_index);
  documents->insert(documents->begin() + (place - places->begin()), std::move(document));
  places->insert(place, output_index);
}

void ResponsesDecoder::OnMessage(const OutputItem& item, int64_t output_index) {
  if (!Streamed(output_index, &Item::text) && !item.text.empty())
    Told(sink_->OnText(item.text));
  if (answer_->refusal.empty()) answer_->Assign(item.refusal, &answer_->refusal);
  if (Streamed(output_index, &Item::annotations)) return;
  for (const std::string& annotation : item.annotations)
    AddAnnotation(annotation, answer_);
}

AnswerDecoder::Progress ResponsesDecoder::OnSnapshot(const ResponseSnapshot& response) {
  if (response.has_error) return Progress::kError;
  if (!response.id.empty()) answer_->id = response.id;
  if (!response.model.empty()) answer_->model = response.model;
  if (!response.usage.empty()) answer_->usage = ReadResponsesUsage(response.usage);
  // What did not stream.  Some snapshots have no output at all.
  for (size_t i = 0; i < response.items.size() && !answer_->too_large; ++i) {
    (void)OnItemDone(response.items[i], static_cast<int64_t>(i));
  }
  if (response.status == "incomplete" || type_ == "response.incomplete") {
    answer_->finish_reason =
        response.incomplete_reason == "content_filter" ? "content_filter" : "length";
  } else {
    answer_->finish_reason = "stop";
  }
  if (!answer_->too_large) TellToolCalls();
  return Progress::kComplete;
}

AnswerDecoder::Progress ResponsesDecoder::OnWholeResponse(std::string_view data) {
  const std::optional<ResponseSnapshot> response = ReadResponse(data);
  if (!response) return Progress::kInvalid;
  if (response->has_error) return Progress::kError;
  if (response->status.empty() && response->items.empty()) return Progress::kInvalid;
  if (response->status == "failed") return Progress::kError;
  return OnSnapshot(*response);
}

// Null, and the answer too large, if it would be one too many.
ResponsesDecoder::Item* ResponsesDecoder::ItemAt(int64_t output_index) {
  const auto found = items_.find(output_index);
  if (found != items_.end()) return &found->second;
  if (items_.size() < limits::kOutputItemsMax) return &items_[output_index];
  answer_->too_large = true;
  return nullptr;
}

// An event without an index may have been of any item.
bool ResponsesDecoder::Streamed(int64_t output_index, bool Item::*what) const {
  for (const int64_t index : {output_index, int64_t{-1}}) {
    const auto found = items_.find(index);
    if (found != items_.end() && found->second.*what) return true;
  }
  return false;
}

void ResponsesDecoder::Told(bool go_on) {
  if (!go_on) pause_ = true;
}

}  // namespace xai
