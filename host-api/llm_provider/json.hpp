// A small JSON value for hosts: enough to read a provider's documents and to write
// requests.
//
// Part of llm_provider.hpp.  C++17.  RapidJSON does the parsing and appears nowhere else.
#ifndef LLM_PROVIDER_JSON_HPP
#define LLM_PROVIDER_JSON_HPP

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text.hpp"

namespace llmp {

/// A value with the order of its members kept.  Numbers are kept as they were written, so
/// nothing is lost between parse() and dump().  Reading what is not there gives a null
/// value, so a chain such as doc["usage"]["input_tokens"].integer() needs no checks.
class Json {
 public:
  enum class Kind { null, boolean, number, string, array, object };

  /// Nested deeper than this, a text is refused: neither parsing nor destroying can then
  /// exhaust the stack.
  static constexpr std::size_t kMaxDepth = 64;

  // Implicit on purpose, so that documents read like JSON: doc.set("stream", true).
  // NOLINTBEGIN(google-explicit-constructor)
  Json() = default;
  Json(bool value) : kind_(Kind::boolean), text_(value ? "true" : "false") {}
  Json(int value) : Json(static_cast<std::int64_t>(value)) {}
  Json(std::int64_t value) : kind_(Kind::number), text_(std::to_string(value)) {}
  Json(std::string value) : kind_(Kind::string), text_(std::move(value)) {}
  Json(std::string_view value) : Json(std::string(value)) {}
  Json(const char* value) : Json(std::string(value)) {}
  // NOLINTEND(google-explicit-constructor)

  static Json array() { return Json(Kind::array); }
  static Json object() { return Json(Kind::object); }

  /// Nothing, and the reason in *error, if text is not one JSON value, is not UTF-8, is
  /// nested too deep, or has an object that names a member twice.
  static std::optional<Json> parse(std::string_view text, std::string* error = nullptr);

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_string() const { return kind_ == Kind::string; }
  bool is_array() const { return kind_ == Kind::array; }
  bool is_object() const { return kind_ == Kind::object; }

  /// Elements of an array, members of an object, otherwise 0.
  std::size_t size() const { return items_.size(); }
  const Json& operator[](std::size_t index) const;
  const Json& operator[](std::string_view name) const;
  const Json& operator[](const char* name) const {
    return (*this)[std::string_view(name)];
  }
  bool has(std::string_view name) const { return find(name) < names_.size(); }
  /// The names of an object's members, in order; value i is (*this)[i].
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<Json>& items() const { return items_; }

  /// The value of a string, and the fallback for everything else.
  std::string str(std::string_view fallback = {}) const;
  /// The value of a whole number that fits.
  std::optional<std::int64_t> integer() const;
  /// True for true; anything else is false.
  bool is_true() const { return kind_ == Kind::boolean && text_ == "true"; }
  /// A number or a boolean as it was written.
  const std::string& literal() const { return text_; }

  /// Adds a member, or replaces the one of that name.  REQUIRES: an object.
  Json& set(std::string_view name, Json value);
  /// REQUIRES: an array.
  Json& push_back(Json value);

  /// One line without spaces, always valid UTF-8.
  std::string dump() const;

 private:
  struct Reader;
  explicit Json(Kind kind) : kind_(kind) {}
  std::size_t find(std::string_view name) const;
  void dump_to(std::string* out) const;

  Kind kind_ = Kind::null;
  std::string text_;
  std::vector<std::string> names_;  // As long as items_ in an object, else empty.
  std::vector<Json> items_;
};

// Builds the value from RapidJSON's events.  There is no RapidJSON DOM anywhere:
// comparing its values recurses for ever under g++ 12 in C++20.
struct Json::Reader {
  Json root;
  std::vector<Json*> open;  // The containers around the next value, the outermost first.
  std::string name;
  const char* refusal = nullptr;

  // A pointer in `open` stays valid: its parent's items_ do not grow before it is closed.
  Json* add(Json value) {
    if (open.empty()) {
      root = std::move(value);
      return &root;
    }
    Json& parent = *open.back();
    if (parent.is_object()) parent.names_.push_back(std::move(name));
    parent.items_.push_back(std::move(value));
    return &parent.items_.back();
  }
  bool start(Json::Kind kind) {
    if (open.size() == kMaxDepth) {
      refusal = "nested too deep";
      return false;
    }
    open.push_back(add(Json(kind)));
    return true;
  }
  bool refuse_number() {
    refusal =
        "unexpected form of a number";  // Numbers arrive as text, by the parse flag.
    return false;
  }
  bool scalar(Json value) {
    add(std::move(value));
    return true;
  }

  using Size = RAPIDJSON_NAMESPACE::SizeType;
  bool Null() { return scalar(Json()); }
  bool Bool(bool value) { return scalar(Json(value)); }
  bool Int(int) { return refuse_number(); }
  bool Uint(unsigned) { return refuse_number(); }
  bool Int64(std::int64_t) { return refuse_number(); }
  bool Uint64(std::uint64_t) { return refuse_number(); }
  bool Double(double) { return refuse_number(); }
  bool RawNumber(const char* text, Size size, bool) {
    Json number(Kind::number);
    number.text_.assign(text, size);
    return scalar(std::move(number));
  }
  // The text is UTF-8, but for what half of a surrogate pair is unescaped to.
  bool String(const char* text, Size size, bool) {
    return scalar(valid_utf8({text, size}));
  }
  bool StartObject() { return start(Kind::object); }
  bool Key(const char* text, Size size, bool) {
    name = valid_utf8({text, size});
    return true;
  }
  bool EndObject(Size) {
    std::vector<std::string_view> sorted(open.back()->names_.begin(),
                                         open.back()->names_.end());
    std::sort(sorted.begin(), sorted.end());
    open.pop_back();
    if (std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end()) return true;
    refusal = "a member is named twice";
    return false;
  }
  bool StartArray() { return start(Kind::array); }
  bool EndArray(Size) {
    open.pop_back();
    return true;
  }
};

inline std::optional<Json> Json::parse(std::string_view text, std::string* error) {
  namespace rj = RAPIDJSON_NAMESPACE;
  // Numbers as text also avoids CVE-2024-38517, an underflow in RapidJSON's own
  // conversion.
  constexpr unsigned kFlags = rj::kParseIterativeFlag | rj::kParseNumbersAsStringsFlag;
  // RapidJSON's own check reads behind the text for the rest of a sequence that its end
  // cuts off.
  const std::size_t valid = detail::valid_utf8_prefix(text);
  if (valid != text.size()) {
    if (error != nullptr) *error = "not UTF-8 at byte " + std::to_string(valid);
    return std::nullopt;
  }
  const std::string terminated(
      text);  // The stream ends at a NUL; so one inside ends it early.
  rj::StringStream stream(terminated.c_str());
  rj::Reader parser;
  Reader handler;
  const rj::ParseResult result = parser.Parse<kFlags>(stream, handler);
  const char* refusal = handler.refusal;
  if (refusal == nullptr && result.IsError())
    refusal = rj::GetParseError_En(result.Code());
  if (refusal == nullptr && terminated.find('\0') != std::string::npos) {
    refusal = "a NUL in the text";
  }
  if (refusal == nullptr) return std::move(handler.root);
  if (error != nullptr) {
    *error = refusal;
    while (!error->empty() && error->back() == '.') error->pop_back();  // RapidJSON's
    *error += " at byte " + std::to_string(stream.Tell());
  }
  return std::nullopt;
}

namespace detail {
inline const Json no_json;
}

inline const Json& Json::operator[](std::size_t index) const {
  return index < items_.size() ? items_[index] : detail::no_json;
}

inline const Json& Json::operator[](std::string_view name) const {
  return (*this)[is_object() ? find(name) : items_.size()];
}

inline std::string Json::str(std::string_view fallback) const {
  return is_string() ? text_ : std::string(fallback);
}

inline std::optional<std::int64_t> Json::integer() const {
  std::int64_t value = 0;
  const char* end = text_.data() + text_.size();
  const auto [stop, code] = std::from_chars(text_.data(), end, value);
  if (kind_ != Kind::number || code != std::errc() || stop != end) return std::nullopt;
  return value;
}

inline Json& Json::set(std::string_view name, Json value) {
  const std::size_t index = find(name);
  if (index < items_.size()) {
    items_[index] = std::move(value);
  } else {
    names_.emplace_back(name);
    items_.push_back(std::move(value));
  }
  return *this;
}

inline Json& Json::push_back(Json value) {
  items_.push_back(std::move(value));
  return *this;
}

inline std::string Json::dump() const {
  std::string out;
  dump_to(&out);
  return out;
}

inline std::size_t Json::find(std::string_view name) const {
  const auto it = std::find(names_.begin(), names_.end(), name);
  return static_cast<std::size_t>(it - names_.begin());
}

inline void Json::dump_to(std::string* out) const {
  switch (kind_) {
    case Kind::null:
      *out += "null";
      return;
    case Kind::boolean:
    case Kind::number:
      *out += text_;
      return;
    case Kind::string:
      detail::append_json_string(out, valid_utf8(text_));
      return;
    case Kind::array:
    case Kind::object:
      break;
  }
  *out += is_object() ? '{' : '[';
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (i > 0) *out += ',';
    if (is_object()) {
      detail::append_json_string(out, valid_utf8(names_[i]));
      *out += ':';
    }
    items_[i].dump_to(out);
  }
  *out += is_object() ? '}' : ']';
}

}  // namespace llmp

#endif  // LLM_PROVIDER_JSON_HPP
