#include "sim/schema_sample.h"

#include <algorithm>

namespace xai::sim {
namespace {

// A schema that refers to itself would otherwise never end, or grow without bound.
constexpr int kDepthMax = 24;
constexpr int kNodesMax = 10000;
constexpr std::int64_t kItemsMax = 16;

class Sampler {
 public:
  Sampler(const JsonValue& root, std::string_view text) : root_(root), text_(text) {}

  void Write(JsonWriter& json, const JsonValue& schema, int depth) {
    if (depth > kDepthMax || ++nodes_ > kNodesMax || !schema.IsObject()) {
      json.Null();
      return;
    }
    if (const auto reference = TextMember(schema, "$ref")) {
      const JsonValue* target = Resolve(*reference);
      return target ? Write(json, *target, depth + 1) : void(json.Null());
    }
    if (const JsonValue* value = Member(schema, "const"))
      return void(json.Raw(Dump(*value)));
    if (const JsonValue* first = First(schema, "enum"))
      return void(json.Raw(Dump(*first)));
    for (const std::string_view choice : {"anyOf", "oneOf", "allOf"}) {
      if (const JsonValue* first = First(schema, choice)) {
        return Write(json, *first, depth + 1);
      }
    }
    WriteType(json, schema, depth);
  }

 private:
  static const JsonValue* First(const JsonValue& schema, std::string_view name) {
    const JsonValue* list = Member(schema, name);
    return list && list->IsArray() && !list->Empty() ? &(*list)[0] : nullptr;
  }

  static std::string_view TypeOf(const JsonValue& schema) {
    if (const auto type = TextMember(schema, "type")) return *type;
    const JsonValue* first = First(schema, "type");
    if (first && first->IsString()) return TextOf(*first);
    return Member(schema, "properties") ? "object" : "string";
  }

  const JsonValue* Resolve(std::string_view reference) const {
    if (reference.substr(0, 1) != "#") return nullptr;
    const JsonValue* value = &root_;
    reference.remove_prefix(1);
    while (value && !reference.empty()) {
      reference.remove_prefix(1);
      const std::string_view name = reference.substr(0, reference.find('/'));
      value = Member(*value, name);
      reference.remove_prefix(name.size());
    }
    return value;
  }

  void WriteType(JsonWriter& json, const JsonValue& schema, int depth) {
    const std::string_view type = TypeOf(schema);
    if (type == "object") return WriteObject(json, schema, depth);
    if (type == "array") return WriteArray(json, schema, depth);
    if (type == "integer" || type == "number") {
      const JsonValue* minimum = Member(schema, "minimum");
      json.Raw(minimum && minimum->IsNumber() ? Dump(*minimum) : "1");
    } else if (type == "boolean") {
      json.Value(true);
    } else if (type == "null") {
      json.Null();
    } else {
      json.Value(text_);
    }
  }

  void WriteObject(JsonWriter& json, const JsonValue& schema, int depth) {
    json.BeginObject();
    const JsonValue* properties = Member(schema, "properties");
    if (properties && properties->IsObject()) {
      for (const auto& property : properties->GetObject()) {
        json.Key(TextOf(property.name));
        Write(json, property.value, depth + 1);
      }
    }
    json.EndObject();
  }

  void WriteArray(JsonWriter& json, const JsonValue& schema, int depth) {
    json.BeginArray();
    const JsonValue* items = Member(schema, "items");
    const JsonValue* least = Member(schema, "minItems");
    std::int64_t count = least && least->IsInt64() ? least->GetInt64() : 1;
    count = std::clamp<std::int64_t>(count, 0, kItemsMax);
    for (std::int64_t i = 0; items && i < count; ++i) Write(json, *items, depth + 1);
    json.EndArray();
  }

  const JsonValue& root_;
  const std::string_view text_;
  int nodes_ = 0;
};

}  // namespace

std::string SampleOf(const JsonValue& schema, std::string_view text) {
  JsonWriter json;
  Sampler(schema, text).Write(json, schema, 0);
  return json.text();
}

}  // namespace xai::sim
