#include "sim/json.h"

#include <rapidjson/error/en.h>

#include <algorithm>
#include <vector>

namespace xai::sim {
namespace {

namespace rj = RAPIDJSON_NAMESPACE;

constexpr int kDepthMax = 127;

// Measures before parsing, because walking a deep document would recurse.
bool TooDeep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
      continue;
    }
    if (c == '"') quoted = true;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (depth > kDepthMax) return true;
  }
  return false;
}

rj::SizeType Size(std::string_view text) {
  return static_cast<rj::SizeType>(text.size());
}

}  // namespace

bool ParseJson(std::string_view text, JsonDocument& document, std::string& error) {
  if (TooDeep(text)) {
    error = "recursion limit exceeded";
    return false;
  }
  document.Parse<rj::kParseIterativeFlag | rj::kParseValidateEncodingFlag>(text.data(),
                                                                           text.size());
  if (!document.HasParseError()) return true;
  error = rj::GetParseError_En(document.GetParseError());
  error += " at offset " + std::to_string(document.GetErrorOffset());
  return false;
}

const JsonValue* Member(const JsonValue& value, std::string_view name) {
  if (!value.IsObject()) return nullptr;
  for (const auto& member : value.GetObject()) {
    if (TextOf(member.name) == name) return &member.value;
  }
  return nullptr;
}

const JsonValue* Present(const JsonValue& value, std::string_view name) {
  const JsonValue* member = Member(value, name);
  return member && !member->IsNull() ? member : nullptr;
}

std::optional<std::string_view> TextMember(const JsonValue& value,
                                           std::string_view name) {
  const JsonValue* member = Member(value, name);
  if (!member || !member->IsString()) return std::nullopt;
  return TextOf(*member);
}

std::string_view TextOf(const JsonValue& value) {
  return {value.GetString(), value.GetStringLength()};
}

std::string DuplicateMember(const JsonValue& object) {
  std::vector<std::string_view> names;
  for (const auto& member : object.GetObject()) names.push_back(TextOf(member.name));
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  return twice == names.end() ? std::string() : std::string(*twice);
}

std::string_view KindOf(const JsonValue& value) {
  if (value.IsNull()) return "null";
  if (value.IsBool()) return "boolean";
  if (value.IsString()) return "string";
  if (value.IsArray()) return "sequence";
  if (value.IsObject()) return "map";
  return value.IsDouble() ? "floating point" : "integer";
}

std::string Dump(const JsonValue& value) {
  rj::StringBuffer buffer;
  rj::Writer<rj::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

JsonWriter& JsonWriter::BeginObject() {
  writer_.StartObject();
  return *this;
}

JsonWriter& JsonWriter::EndObject() {
  writer_.EndObject();
  return *this;
}

JsonWriter& JsonWriter::BeginArray() {
  writer_.StartArray();
  return *this;
}

JsonWriter& JsonWriter::EndArray() {
  writer_.EndArray();
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view name) {
  writer_.Key(name.data(), Size(name));
  return *this;
}

JsonWriter& JsonWriter::Value(std::string_view text) {
  writer_.String(text.data(), Size(text));
  return *this;
}

JsonWriter& JsonWriter::Value(bool value) {
  writer_.Bool(value);
  return *this;
}

JsonWriter& JsonWriter::Value(double value) {
  writer_.Double(value);
  return *this;
}

JsonWriter& JsonWriter::Null() {
  writer_.Null();
  return *this;
}

JsonWriter& JsonWriter::Raw(std::string_view json) {
  writer_.RawValue(json.data(), json.size(), rj::kObjectType);
  return *this;
}

}  // namespace xai::sim
