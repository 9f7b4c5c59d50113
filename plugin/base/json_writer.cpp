#include "base/json_writer.h"

#include <algorithm>

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

// No function: a search would call it for each byte.
constexpr auto kIsPlain = [](char c) {
  return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
};

void AppendEscaped(char c, std::string* out) {
  constexpr std::string_view kLetters = "btn?fr";  // from \b to \r, but \v has none
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out->push_back('\\');
  if (byte >= 0x20) {
    out->push_back(c);
  } else if (byte >= '\b' && byte <= '\r' && byte != '\v') {
    out->push_back(kLetters[byte - '\b']);
  } else {
    out->append("u00").append({kHex[byte >> 4], kHex[byte & 15]});
  }
}

// RapidJSON writes a text byte by byte, which is half of what a long request costs.
class Writer : public rj::Writer<StringSink, rj::UTF8<>, rj::UTF8<>, JsonMemory> {
 public:
  using rj::Writer<StringSink, rj::UTF8<>, rj::UTF8<>, JsonMemory>::Writer;

  void Text(std::string_view text) {
    Prefix(rj::kStringType);
    std::string& out = os_->text_;
    out.push_back('"');
    const char* plain = text.data();
    const char* const end = plain + text.size();
    while (plain != end) {
      const char* const stop = std::find_if_not(plain, end, kIsPlain);
      out.append(plain, stop);
      if (stop == end) break;
      AppendEscaped(*stop, &out);
      plain = stop + 1;
    }
    out.push_back('"');
    EndValue(true);
  }
};

}  // namespace

struct JsonWriter::Impl {
  StringSink sink;
  Writer writer{sink};
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
    impl_->writer.Text(text);
  } else {
    impl_->writer.Text(ToValidUtf8(text));
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
