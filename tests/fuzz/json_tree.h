// A second reader of JSON, by RFC 8259 and of nobody's code but its own: what the product
// reads and writes is held against it.
#ifndef XAI_TESTS_FUZZ_JSON_TREE_H_
#define XAI_TESTS_FUZZ_JSON_TREE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xai {

struct JsonTree {
  enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  std::string text;  // a string decoded; a number or a bool as written
  std::string name;  // under which it stands in an object
  std::vector<JsonTree> children;

  bool is_string() const { return kind == Kind::kString; }
  bool is_object() const { return kind == Kind::kObject; }
  bool is_array() const { return kind == Kind::kArray; }

  // The last member of this name; null if there is none.
  const JsonTree* Find(std::string_view wanted) const;
  // The same if it is a string.
  std::optional<std::string_view> String(std::string_view wanted) const;
};

// What a text has that a reader may well refuse.
struct JsonFacts {
  size_t depth = 0;
  size_t values = 0;
  size_t path_bytes = 0;        // the longest, of names and places with dots between
  bool name_twice = false;      // within one object
  bool lone_surrogate = false;  // became U+FFFD
  bool huge_number = false;     // its exponent, or its length, has three digits

  // Whether every reader of ours must take the text.
  bool plain() const {
    return depth <= 64 && values <= 512 && path_bytes <= 1'024 && !name_twice &&
           !lone_surrogate && !huge_number;
  }
};

// Nothing if it is not one JSON text, or nested deeper than 200, which shows in `facts`.
// Strings may hold ill-formed UTF-8 if the text does.
std::optional<JsonTree> ParseTree(std::string_view text, JsonFacts* facts);

// By value, numbers as written, members in any order.
bool SameTree(const JsonTree& a, const JsonTree& b);

}  // namespace xai

#endif  // XAI_TESTS_FUZZ_JSON_TREE_H_
