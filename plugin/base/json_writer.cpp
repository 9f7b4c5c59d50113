#include "base/json_writer.h"

#include <rapidjson/writer.h>

#include "base/json_memory.h"
#include "base/utf8.h"

namespace xai {
namespace {

namespace rj = RAPIDJSON_NAMESPACE;

// RapidJSON's idea of an output stream over a std::string.
class StringSink {
 public:
  using Ch = char;

  void Put(char c) { text_.push_back(c); }
  void Flush() {}

  std::string text_;
};

}  // namespace

struct JsonWriter::Impl {
  StringSink sink;
  rj::Writer<StringSink, rj::UTF8<>, rj::UTF8<>, JsonMemory> writer{sink};
};

JsonWriter::JsonWriter(size_t reserve_bytes) : impl_(std::make_unique<Impl>()) {
  impl_->sink.text_.reserve(reserve_bytes);
}

JsonWriter::~JsonWriter() = default;

JsonWriter& JsonWriter::BeginObject() {
  impl_->writer.StartObject();
  return *this;
}

JsonWriter& JsonWriter::EndObject() {
  impl_->writer.EndObject();
  return *this;
}

JsonWriter& JsonWriter::BeginArray() {
  impl_->writer.StartArray();
  return *this;
}

JsonWriter& JsonWriter::EndArray() {
  impl_->writer.EndArray();
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view name) {
  return String(name);
}

JsonWriter& JsonWriter::String(std::string_view text) {
  if (IsValidUtf8(text)) {
    // RapidJSON reads the pointer even if the size is 0.
    impl_->writer.String(text.empty() ? "" : text.data(),
                         static_cast<rj::SizeType>(text.size()));
  } else {
    const std::string valid = ToValidUtf8(text);
    impl_->writer.String(valid.data(), static_cast<rj::SizeType>(valid.size()));
  }
  return *this;
}

JsonWriter& JsonWriter::Int(int64_t value) {
  impl_->writer.Int64(value);
  return *this;
}

JsonWriter& JsonWriter::Bool(bool value) {
  impl_->writer.Bool(value);
  return *this;
}

JsonWriter& JsonWriter::Null() {
  impl_->writer.Null();
  return *this;
}

JsonWriter& JsonWriter::Raw(std::string_view json) {
  impl_->writer.RawValue(json.data(), json.size(), rj::kObjectType);
  return *this;
}

std::string JsonWriter::Take() {
  std::string text = std::move(impl_->sink.text_);
  impl_->sink.text_.clear();
  impl_->writer.Reset(impl_->sink);
  return text;
}

}  // namespace xai
