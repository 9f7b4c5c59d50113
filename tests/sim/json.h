// Reading and writing JSON with RapidJSON.  Values are looked at through the functions
// here and are never compared with == or !=.
#ifndef XAI_TESTS_SIM_JSON_H_
#define XAI_TESTS_SIM_JSON_H_

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace xai::sim {

using JsonValue = RAPIDJSON_NAMESPACE::Value;
using JsonDocument = RAPIDJSON_NAMESPACE::Document;

// Parses one strict document in UTF-8, nested at most 127 deep.  On failure the document
// has a parse error or is null, and `error` says why.
bool ParseJson(std::string_view text, JsonDocument& document, std::string& error);

// The member of an object; null when the value is no object or lacks the member.
const JsonValue* Member(const JsonValue& value, std::string_view name);
// The same, and null also when the member is a JSON null.
const JsonValue* Present(const JsonValue& value, std::string_view name);
// The text of a string member, or nothing.
std::optional<std::string_view> TextMember(const JsonValue& value, std::string_view name);
// REQUIRES: value.IsString().
std::string_view TextOf(const JsonValue& value);
// The name of a member that occurs twice, or an empty string.  REQUIRES: an object.
std::string DuplicateMember(const JsonValue& object);
// What serde calls the type of a value.
std::string_view KindOf(const JsonValue& value);

std::string Dump(const JsonValue& value);

// Writes one document from left to right.
class JsonWriter {
 public:
  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view name);
  JsonWriter& Value(std::string_view text);
  JsonWriter& Value(const std::string& text) { return Value(std::string_view(text)); }
  JsonWriter& Value(const char* text) { return Value(std::string_view(text)); }
  JsonWriter& Value(bool value);
  JsonWriter& Value(double value);
  template <std::integral Number>
  JsonWriter& Value(Number value) {
    writer_.Int64(static_cast<std::int64_t>(value));
    return *this;
  }
  JsonWriter& Null();
  // Copies a document as it is.
  JsonWriter& Raw(std::string_view json);

  template <class T>
  JsonWriter& Member(std::string_view name, const T& value) {
    return Key(name).Value(value);
  }
  JsonWriter& RawMember(std::string_view name, std::string_view json) {
    return Key(name).Raw(json);
  }
  JsonWriter& NullMember(std::string_view name) { return Key(name).Null(); }
  JsonWriter& ObjectMember(std::string_view name) { return Key(name).BeginObject(); }
  JsonWriter& ArrayMember(std::string_view name) { return Key(name).BeginArray(); }

  std::string text() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  RAPIDJSON_NAMESPACE::StringBuffer buffer_;
  RAPIDJSON_NAMESPACE::Writer<RAPIDJSON_NAMESPACE::StringBuffer> writer_{buffer_};
};

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_JSON_H_
