#include "base/json_reader.h"

#include <charconv>
#include <functional>

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "base/json_memory.h"
#include "base/json_parse_flags.h"
#include "base/limits.h"

namespace xai {
namespace rj = RAPIDJSON_NAMESPACE;

// Passes RapidJSON's events on and bounds the depth, and with it RapidJSON's recursion,
// and the number of values.
class JsonAdapter : public rj::BaseReaderHandler<rj::UTF8<>, JsonAdapter> {
 public:
  JsonAdapter(const rj::MemoryStream* stream, JsonHandler* handler)
      : stream_(stream), handler_(handler) {}

  bool Null() { return OneMore() && handler_->OnNull(); }
  bool Bool(bool value) { return OneMore() && handler_->OnBool(value); }
  bool RawNumber(const char* text, rj::SizeType size, bool) {
    return OneMore() && Placed()->OnNumber({text, size});
  }
  bool String(const char* text, rj::SizeType size, bool) {
    return OneMore() && Placed()->OnString({text, size});
  }
  bool Key(const char* text, rj::SizeType size, bool) {
    return Placed()->OnKey({text, size});
  }
  bool StartObject() { return OneMore() && Deeper() && handler_->OnStartObject(); }
  bool EndObject(rj::SizeType) {
    --depth_;
    return handler_->OnEndObject();
  }
  bool StartArray() { return OneMore() && Deeper() && handler_->OnStartArray(); }
  bool EndArray(rj::SizeType) {
    --depth_;
    return handler_->OnEndArray();
  }

  bool too_deep() const { return depth_ > limits::kJsonDepthMax; }
  bool too_many() const { return values_ > limits::kJsonValuesMax; }

 private:
  bool OneMore() { return ++values_ <= limits::kJsonValuesMax; }
  bool Deeper() { return ++depth_ <= limits::kJsonDepthMax; }
  JsonHandler* Placed() {
    handler_->end_ = stream_->Tell();
    return handler_;
  }

  const rj::MemoryStream* stream_;
  JsonHandler* handler_;
  int depth_ = 0;
  size_t values_ = 0;
};

namespace {

// As many as most documents have at most.
constexpr size_t kFieldsUsual = 32;

// Builds the list of JsonFields.
class FieldCollector : public JsonHandler {
 public:
  explicit FieldCollector(std::vector<JsonFields::Field>* fields) : fields_(fields) {
    hashes_.reserve(kFieldsUsual);
  }

  bool OnNull() override { return Add(JsonFields::Kind::kNull, {}); }
  bool OnBool(bool value) override {
    return Add(JsonFields::Kind::kBool, value ? "true" : "false");
  }
  bool OnNumber(std::string_view text) override {
    return Add(JsonFields::Kind::kNumber, text);
  }
  bool OnString(std::string_view text) override {
    return Add(JsonFields::Kind::kString, text);
  }
  bool OnKey(std::string_view text) override {
    path_.resize(levels_.back().path_size);
    if (!path_.empty()) path_.push_back('.');
    AppendName(text);
    return true;
  }
  bool OnStartObject() override { return Open(JsonFields::Kind::kObject); }
  bool OnEndObject() override { return Close(); }
  bool OnStartArray() override { return Open(JsonFields::Kind::kArray); }
  bool OnEndArray() override { return Close(); }

  bool duplicate() const { return duplicate_; }

 private:
  struct Level {
    bool array;
    size_t path_size;
    size_t next_index;
  };

  // No two names become one, none looks like a level, and an empty one not like none.
  void AppendName(std::string_view name) {
    if (name.empty()) path_.append("\037e");
    for (const char c : name) {
      if (c == '.') {
        path_.append("\037d");
      } else if (c == '\037') {
        path_.append("\037u");
      } else {
        path_.push_back(c);
      }
    }
  }

  void NamePlace() {
    if (levels_.empty() || !levels_.back().array) return;
    path_.resize(levels_.back().path_size);
    if (!path_.empty()) path_.push_back('.');
    path_.append(std::to_string(levels_.back().next_index++));
  }

  bool Add(JsonFields::Kind kind, std::string_view text) {
    NamePlace();
    if (path_.size() > limits::kJsonPathBytesMax) return false;
    // Comparing the paths themselves took as long as their common beginnings are.
    const size_t hash = std::hash<std::string_view>()(path_);
    for (size_t i = 0; i < hashes_.size(); ++i) {
      if (hashes_[i] == hash && (*fields_)[i].path == path_) {
        duplicate_ = true;
        return false;
      }
    }
    if (fields_->size() >= limits::kJsonFieldsMax) return false;
    fields_->push_back({path_, kind, WipedString(text)});
    hashes_.push_back(hash);
    return true;
  }

  bool Open(JsonFields::Kind kind) {
    if (!Add(kind, {})) return false;
    levels_.push_back({kind == JsonFields::Kind::kArray, path_.size(), 0});
    return true;
  }

  bool Close() {
    path_.resize(levels_.back().path_size);
    levels_.pop_back();
    return true;
  }

  std::vector<JsonFields::Field>* fields_;
  std::vector<size_t> hashes_;  // of their paths
  std::vector<Level> levels_;
  std::string path_;
  bool duplicate_ = false;
};

// `Memory` is where strings are decoded.
template <typename Memory>
std::optional<JsonFault> Read(std::string_view text, JsonHandler* handler) {
  rj::MemoryStream stream(text.data(), text.size());
  rj::GenericReader<rj::UTF8<>, rj::UTF8<>, Memory> reader;
  JsonAdapter adapter(&stream, handler);
  const rj::ParseResult result = reader.template Parse<kReaderFlags>(stream, adapter);
  if (result.IsError()) {
    if (adapter.too_deep()) return JsonFault{result.Offset(), "nested too deep"};
    if (adapter.too_many()) return JsonFault{result.Offset(), "too many values", true};
    if (result.Code() == rj::kParseErrorTermination)
      return JsonFault{result.Offset(), ""};
    return JsonFault{result.Offset(), "not JSON"};
  }
  // RapidJSON takes a NUL byte for the end.
  if (stream.Tell() != text.size()) return JsonFault{stream.Tell(), "not JSON"};
  return std::nullopt;
}

}  // namespace

std::optional<JsonFault> ReadJson(std::string_view text, JsonHandler* handler) {
  return Read<JsonMemory>(text, handler);
}

Result<JsonFields> JsonFields::Read(std::string_view text) {
  JsonFields fields;
  FieldCollector collector(&fields.fields_);
  const std::optional<JsonFault> fault = xai::Read<WipingJsonMemory>(text, &collector);
  if (!fault) return fields;
  std::string what = fault->what;
  if (collector.duplicate()) {
    what = "a member named twice";
  } else if (what.empty()) {
    what = "too many members, or one named too long";
  }
  return Error::Make(ErrorCode::kProtocol, "the answer is not acceptable JSON: " + what);
}

const JsonFields::Field* JsonFields::Find(std::string_view path) const {
  for (const Field& field : fields_) {
    if (field.path == path) return &field;
  }
  return nullptr;
}

std::optional<std::string_view> JsonFields::String(std::string_view path) const {
  const Field* field = Find(path);
  if (field == nullptr || field->kind != Kind::kString) return std::nullopt;
  return field->text;
}

std::optional<int64_t> JsonFields::Integer(std::string_view path) const {
  const Field* field = Find(path);
  if (field == nullptr || field->kind != Kind::kNumber) return std::nullopt;
  return ParseInteger(field->text);
}

std::optional<bool> JsonFields::Bool(std::string_view path) const {
  const Field* field = Find(path);
  if (field == nullptr || field->kind != Kind::kBool) return std::nullopt;
  return field->text == "true";
}

std::optional<int64_t> ParseInteger(std::string_view text) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto whole = std::from_chars(text.data(), end, value);
  if (whole.ec == std::errc() && whole.ptr == end) return value;
  double real = 0;
  const auto parsed = std::from_chars(text.data(), end, real);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  // 2^53: beyond it a double cannot tell whole numbers apart.
  if (!(real >= -9007199254740992.0 && real <= 9007199254740992.0)) return std::nullopt;
  value = static_cast<int64_t>(real);
  if (static_cast<double>(value) != real) return std::nullopt;
  return value;
}

}  // namespace xai
