// ResponsesDecoder: which parts of an event's JSON matter.
#include "grok/responses_decoder.h"

namespace xai {

bool ResponsesDecoder::OnKey(std::string_view text) {
  if (capture_ != nullptr) return capture_->OnKey(text);
  name_ = Name::kOther;
  if (depth_ != 1) return true;
  if (text == "type") name_ = Name::kType;
  if (text == "delta") name_ = Name::kDelta;
  if (text == "output_index") name_ = Name::kOutputIndex;
  if (text == "sequence_number") name_ = Name::kSequenceNumber;
  if (text == "item" || text == "response" || text == "annotation") name_ = Name::kNested;
  return true;
}

bool ResponsesDecoder::OnNull() {
  return capture_ == nullptr || capture_->OnNull();
}

bool ResponsesDecoder::OnBool(bool value) {
  return capture_ == nullptr || capture_->OnBool(value);
}

bool ResponsesDecoder::OnNumber(std::string_view text) {
  if (capture_ != nullptr) return capture_->OnNumber(text);
  if (name_ == Name::kOutputIndex) output_index_ = ParseInteger(text).value_or(-1);
  if (name_ == Name::kSequenceNumber) sequence_number_ = {end() - text.size(), end()};
  return true;
}

bool ResponsesDecoder::OnString(std::string_view text) {
  if (capture_ != nullptr) return capture_->OnString(text);
  if (name_ == Name::kType) type_.assign(text);
  if (name_ == Name::kDelta) {
    delta_.assign(text);
    text_ = {end() - 1 - text.size(), end() - 1};
  }
  return true;
}

bool ResponsesDecoder::OnStartObject() {
  if (capture_ == nullptr && name_ == Name::kNested) {
    capture_ = std::make_unique<JsonCapture>();
  }
  if (capture_ != nullptr) return capture_->OnStartObject();
  ++depth_;
  name_ = Name::kOther;
  return true;
}

bool ResponsesDecoder::OnEndObject() {
  if (capture_ == nullptr) {
    --depth_;
    return true;
  }
  capture_->OnEndObject();
  if (capture_->done()) {
    nested_ = capture_->Take();
    capture_.reset();
    name_ = Name::kOther;
  }
  return true;
}

bool ResponsesDecoder::OnStartArray() {
  if (capture_ != nullptr) return capture_->OnStartArray();
  ++depth_;
  name_ = Name::kOther;
  return true;
}

bool ResponsesDecoder::OnEndArray() {
  if (capture_ != nullptr) return capture_->OnEndArray();
  --depth_;
  return true;
}

}  // namespace xai
