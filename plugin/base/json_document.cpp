#include "base/json_document.h"

#include <string.h>  // explicit_bzero

#include <algorithm>
#include <charconv>

#include <rapidjson/reader.h>

#include "base/json_memory.h"
#include "base/json_parse_flags.h"
#include "base/json_reader.h"
#include "base/limits.h"
#include "base/utf8.h"

namespace xai {
namespace rj = RAPIDJSON_NAMESPACE;

// Appends a node for each value and links siblings.
class JsonDocumentBuilder
    : public rj::BaseReaderHandler<rj::UTF8<>, JsonDocumentBuilder> {
 public:
  JsonDocumentBuilder(JsonDocument* document, JsonDocument::Names names)
      : document_(document), names_(names) {}

  bool Null() { return Add(JsonValue::Type::kNull, {}, false); }
  bool Bool(bool value) { return Add(JsonValue::Type::kBool, {}, value); }
  bool RawNumber(const char* text, rj::SizeType size, bool) {
    return Add(JsonValue::Type::kNumber, {text, size}, false);
  }
  bool String(const char* text, rj::SizeType size, bool) {
    return Add(JsonValue::Type::kString, {text, size}, false);
  }
  bool Key(const char* text, rj::SizeType size, bool) {
    name_ = {text, size};
    return true;
  }
  bool StartObject() { return Open(JsonValue::Type::kObject); }
  bool EndObject(rj::SizeType) {
    if (names_ == JsonDocument::Names::kOnce && NamesOneTwice(levels_[depth_ - 1].node)) {
      fault_ = "a member is named twice";
      return false;
    }
    return Close();
  }
  bool StartArray() { return Open(JsonValue::Type::kArray); }
  bool EndArray(rj::SizeType) { return Close(); }

  const char* fault() const { return fault_; }

 private:
  struct Level {
    uint32_t node;
    uint32_t last_child;
  };

  bool Add(JsonValue::Type type, std::string_view text, bool truth) {
    std::vector<JsonDocument::Node>& nodes = document_->nodes_;
    if (nodes.size() >= limits::kJsonNodesMax) {
      fault_ = "too many values";
      return false;
    }
    const auto index = static_cast<uint32_t>(nodes.size());
    nodes.push_back({text, name_, 0, 0, type, truth});
    name_ = {};
    if (depth_ > 0) {
      Level& level = levels_[depth_ - 1];
      if (level.last_child != 0) nodes[level.last_child].next = index;
      level.last_child = index;
      ++nodes[level.node].children;
    }
    return true;
  }

  bool Open(JsonValue::Type type) {
    if (depth_ >= limits::kJsonDepthMax) {
      fault_ = "nested too deep";
      return false;
    }
    const auto index = static_cast<uint32_t>(document_->nodes_.size());
    if (!Add(type, {}, false)) return false;
    levels_[depth_++] = {index, 0};
    return true;
  }

  bool Close() {
    --depth_;
    return true;
  }

  // Of the children of the object.
  bool NamesOneTwice(uint32_t object) {
    const std::vector<JsonDocument::Node>& nodes = document_->nodes_;
    if (nodes[object].children < 2) return false;
    sorted_.clear();
    for (uint32_t child = object + 1; child != 0; child = nodes[child].next) {
      sorted_.push_back(nodes[child].name);
    }
    std::sort(sorted_.begin(), sorted_.end());
    return std::adjacent_find(sorted_.begin(), sorted_.end()) != sorted_.end();
  }

  JsonDocument* document_;
  const JsonDocument::Names names_;
  std::vector<std::string_view> sorted_;
  std::string_view name_;
  Level levels_[limits::kJsonDepthMax] = {};
  int depth_ = 0;
  const char* fault_ = nullptr;
};

Result<std::unique_ptr<JsonDocument>> JsonDocument::Parse(std::string text, Names names) {
  auto document = std::make_unique<JsonDocument>();
  document->text_ = std::move(text);
  std::string& buffer = document->text_;
  const auto refuse = [](size_t offset, std::string_view what) {
    return Error::Make(
        ErrorCode::kInvalidRequest,
        "JSON, offset " + std::to_string(offset) + ": " + std::string(what));
  };
  const size_t valid = ValidUtf8Prefix(buffer);
  if (valid != buffer.size()) return refuse(valid, "not UTF-8");
  const size_t nul = buffer.find('\0');
  if (nul != std::string::npos) return refuse(nul, "a NUL byte");

  rj::InsituStringStream stream(buffer.data());
  rj::GenericReader<rj::UTF8<>, rj::UTF8<>, JsonMemory> reader;
  JsonDocumentBuilder builder(document.get(), names);
  const rj::ParseResult result = reader.Parse<kDocumentFlags>(stream, builder);
  if (result.IsError()) {
    return refuse(result.Offset(),
                  builder.fault() != nullptr ? builder.fault() : "not valid here");
  }
  return document;
}

void JsonDocument::Wipe() {
  explicit_bzero(text_.data(), text_.size());
  nodes_.clear();
}

JsonValue::Type JsonValue::type() const {
  return document_ == nullptr ? Type::kAbsent : document_->nodes_[index_].type;
}

std::optional<std::string_view> JsonValue::String() const {
  if (type() != Type::kString) return std::nullopt;
  return document_->nodes_[index_].text;
}

std::optional<int64_t> JsonValue::Integer() const {
  if (type() != Type::kNumber) return std::nullopt;
  return ParseInteger(document_->nodes_[index_].text);
}

std::optional<double> JsonValue::Number() const {
  if (type() != Type::kNumber) return std::nullopt;
  const std::string_view text = document_->nodes_[index_].text;
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc()) return std::nullopt;
  return value;
}

std::optional<bool> JsonValue::Bool() const {
  if (type() != Type::kBool) return std::nullopt;
  return document_->nodes_[index_].truth;
}

JsonValue JsonValue::operator[](std::string_view name) const {
  JsonValue found;
  if (type() != Type::kObject) return found;
  for (JsonValue child = FirstChild(); child.present(); child = child.Next()) {
    if (child.name() == name) found = child;
  }
  return found;
}

JsonValue JsonValue::FirstChild() const {
  if (size() == 0) return {};
  return JsonValue(document_, index_ + 1);
}

JsonValue JsonValue::Next() const {
  if (document_ == nullptr || document_->nodes_[index_].next == 0) return {};
  return JsonValue(document_, document_->nodes_[index_].next);
}

size_t JsonValue::document_bytes() const {
  return document_ == nullptr ? 0 : document_->text_.size();
}

std::string_view JsonValue::name() const {
  return document_ == nullptr ? std::string_view() : document_->nodes_[index_].name;
}

size_t JsonValue::size() const {
  return document_ == nullptr ? 0 : document_->nodes_[index_].children;
}

void JsonValue::WriteTo(JsonWriter* json) const {
  switch (type()) {
    case Type::kAbsent:
    case Type::kNull:
      json->Null();
      return;
    case Type::kBool:
      json->Bool(*Bool());
      return;
    case Type::kNumber:
      json->Raw(document_->nodes_[index_].text);
      return;
    case Type::kString:
      json->String(*String());
      return;
    case Type::kArray:
      json->BeginArray();
      for (JsonValue child = FirstChild(); child.present(); child = child.Next()) {
        child.WriteTo(json);
      }
      json->EndArray();
      return;
    case Type::kObject:
      json->BeginObject();
      for (JsonValue child = FirstChild(); child.present(); child = child.Next()) {
        json->Key(child.name());
        child.WriteTo(json);
      }
      json->EndObject();
      return;
  }
}

}  // namespace xai
