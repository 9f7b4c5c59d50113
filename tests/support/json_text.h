// JSON in tests: parsing what must be good, and comparing by meaning.
#ifndef XAI_TESTS_SUPPORT_JSON_TEXT_H_
#define XAI_TESTS_SUPPORT_JSON_TEXT_H_

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/json_document.h"

namespace xai {

// Throws, and so fails the test, if the text is not JSON.
inline std::unique_ptr<JsonDocument> MustParse(std::string_view text) {
  Result<std::unique_ptr<JsonDocument>> document = JsonDocument::Parse(std::string(text));
  if (!document.ok()) {
    throw std::runtime_error("not JSON: " + std::string(text.substr(0, 200)));
  }
  return std::move(document).value();
}

inline std::string JsonOf(const JsonValue& value) {
  if (!value.present()) return "absent";
  JsonWriter json;
  value.WriteTo(&json);
  return json.Take();
}

// The order of an object's members does not count; numbers are the same by value.
inline bool SameJson(const JsonValue& a, const JsonValue& b) {
  if (a.type() != b.type()) return false;
  if (a.type() == JsonValue::Type::kNumber) return a.Number() == b.Number();
  if (a.is_array()) {
    JsonValue x = a.FirstChild();
    JsonValue y = b.FirstChild();
    for (; x.present() && y.present(); x = x.Next(), y = y.Next()) {
      if (!SameJson(x, y)) return false;
    }
    return !x.present() && !y.present();
  }
  if (a.is_object()) {
    if (a.size() != b.size()) return false;
    for (JsonValue x = a.FirstChild(); x.present(); x = x.Next()) {
      if (!SameJson(x, b[x.name()])) return false;
    }
    return true;
  }
  return JsonOf(a) == JsonOf(b);
}

inline bool SameJson(std::string_view a, std::string_view b) {
  const std::unique_ptr<JsonDocument> x = MustParse(a);
  const std::unique_ptr<JsonDocument> y = MustParse(b);
  return SameJson(x->root(), y->root());
}

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_JSON_TEXT_H_
