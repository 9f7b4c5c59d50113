#include "fuzz/json_tree.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>

namespace xai {
namespace {

constexpr size_t kDepthMax = 200;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

class TreeReader {
 public:
  TreeReader(std::string_view text, JsonFacts* facts) : rest_(text), facts_(facts) {}

  std::optional<JsonTree> Read() {
    JsonTree tree;
    if (!Value(1, &tree)) return std::nullopt;
    SkipSpace();
    if (!rest_.empty()) return std::nullopt;
    return tree;
  }

 private:
  char Next() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool Take(std::string_view word) {
    if (rest_.substr(0, word.size()) != word) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  void SkipSpace() {
    while (!rest_.empty() && std::string_view(" \t\r\n").find(Next()) != rest_.npos) {
      rest_.remove_prefix(1);
    }
  }

  bool Value(size_t depth, JsonTree* out) {
    SkipSpace();
    ++facts_->values;
    if (Take("null")) return true;
    if (Take("true")) return Scalar(JsonTree::Kind::kBool, "true", out);
    if (Take("false")) return Scalar(JsonTree::Kind::kBool, "false", out);
    out->kind = JsonTree::Kind::kString;
    if (Next() == '"') return String(&out->text);
    if (Next() != '{' && Next() != '[') return Number(out);
    facts_->depth = std::max(facts_->depth, depth);
    if (depth > kDepthMax) return false;
    const bool object = Next() == '{';
    rest_.remove_prefix(1);
    out->kind = object ? JsonTree::Kind::kObject : JsonTree::Kind::kArray;
    return object ? Members(depth, out) : Elements(depth, out);
  }

  bool Scalar(JsonTree::Kind kind, std::string_view text, JsonTree* out) {
    out->kind = kind;
    out->text = text;
    return true;
  }

  // With two bytes for what would look like a dot, and for nothing.
  static size_t NameBytes(std::string_view name) {
    const auto special = [](char c) { return c == '.' || c == '\037'; };
    const auto more = std::count_if(name.begin(), name.end(), special);
    return name.empty() ? 2 : name.size() + static_cast<size_t>(more);
  }

  // A value whose name or place has so many bytes.
  bool Below(size_t name_bytes, size_t depth, JsonTree* out) {
    const size_t before = path_bytes_;
    path_bytes_ += (before > 0 ? 1 : 0) + name_bytes;
    facts_->path_bytes = std::max(facts_->path_bytes, path_bytes_);
    const bool read = Value(depth + 1, out);
    path_bytes_ = before;
    return read;
  }

  bool Members(size_t depth, JsonTree* out) {
    std::set<std::string> names;
    SkipSpace();
    if (Take("}")) return true;
    do {
      SkipSpace();
      JsonTree& child = out->children.emplace_back();
      if (!String(&child.name)) return false;
      if (!names.insert(child.name).second) facts_->name_twice = true;
      SkipSpace();
      if (!Take(":") || !Below(NameBytes(child.name), depth, &child)) return false;
      SkipSpace();
    } while (Take(","));
    return Take("}");
  }

  bool Elements(size_t depth, JsonTree* out) {
    SkipSpace();
    if (Take("]")) return true;
    size_t place = 0;
    do {
      const size_t digits = std::to_string(place++).size();
      if (!Below(digits, depth, &out->children.emplace_back())) return false;
      SkipSpace();
    } while (Take(","));
    return Take("]");
  }

  bool Number(JsonTree* out) {
    const std::string_view all = rest_;
    Take("-");
    if (!Take("0") && !Digits()) return false;
    if (Take(".") && !Digits()) return false;
    if (Take("e") || Take("E")) {
      if (!Take("+")) Take("-");
      const size_t before = rest_.size();
      if (!Digits()) return false;
      facts_->huge_number = facts_->huge_number || before - rest_.size() > 2;
    }
    const size_t size = all.size() - rest_.size();
    facts_->huge_number = facts_->huge_number || size > 99;
    return Scalar(JsonTree::Kind::kNumber, all.substr(0, size), out);
  }

  bool Digits() {
    const size_t before = rest_.size();
    while (IsDigit(Next())) rest_.remove_prefix(1);
    return rest_.size() < before;
  }

  bool String(std::string* out) {
    if (!Take("\"")) return false;
    while (!rest_.empty()) {
      const char c = Next();
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        out->push_back(c);
      } else if (!Escape(out)) {
        return false;
      }
    }
    return false;
  }

  bool Escape(std::string* out) {
    constexpr std::string_view kShort = "\"\\/bfnrt";
    constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    if (Take("u")) return Unicode(out);
    const size_t at = rest_.empty() ? kShort.npos : kShort.find(Next());
    if (at == kShort.npos) return false;
    out->push_back(kMeant[at]);
    rest_.remove_prefix(1);
    return true;
  }

  bool Unicode(std::string* out) {
    uint32_t code = 0;
    if (!Hex(&code)) return false;
    if (code >= 0xD800 && code <= 0xDBFF && rest_.substr(0, 2) == "\\u") {
      const std::string_view before = rest_;
      rest_.remove_prefix(2);
      uint32_t low = 0;
      if (!Hex(&low)) return false;
      if (low >= 0xDC00 && low <= 0xDFFF) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      } else {
        rest_ = before;
      }
    }
    if (code >= 0xD800 && code <= 0xDFFF) {
      facts_->lone_surrogate = true;
      code = 0xFFFD;
    }
    Encode(code, out);
    return true;
  }

  bool Hex(uint32_t* out) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    if (rest_.size() < 4) return false;
    for (int i = 0; i < 4; ++i) {
      const bool letter = (Next() >= 'A' && Next() <= 'F');
      const char digit = letter ? static_cast<char>(Next() + ('a' - 'A')) : Next();
      const size_t value = kDigits.find(digit);
      if (value == kDigits.npos) return false;
      *out = *out << 4 | static_cast<uint32_t>(value);
      rest_.remove_prefix(1);
    }
    return true;
  }

  static void Encode(uint32_t code, std::string* out) {
    const auto put = [out](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
    const auto more = [&](int shift) { put(0x80 | (code >> shift & 0x3F)); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xC0 | code >> 6);
      more(0);
    } else if (code < 0x10000) {
      put(0xE0 | code >> 12);
      more(6);
      more(0);
    } else {
      put(0xF0 | code >> 18);
      more(12);
      more(6);
      more(0);
    }
  }

  std::string_view rest_;
  JsonFacts* facts_;
  size_t path_bytes_ = 0;  // of the value that is being read
};

}  // namespace

const JsonTree* JsonTree::Find(std::string_view wanted) const {
  const JsonTree* found = nullptr;
  if (!is_object()) return found;
  for (const JsonTree& child : children) {
    if (child.name == wanted) found = &child;
  }
  return found;
}

std::optional<std::string_view> JsonTree::String(std::string_view wanted) const {
  const JsonTree* member = Find(wanted);
  if (member == nullptr || !member->is_string()) return std::nullopt;
  return member->text;
}

std::optional<JsonTree> ParseTree(std::string_view text, JsonFacts* facts) {
  return TreeReader(text, facts).Read();
}

bool SameTree(const JsonTree& a, const JsonTree& b) {
  if (a.kind != b.kind || a.text != b.text) return false;
  if (a.children.size() != b.children.size()) return false;
  for (size_t i = 0; i < a.children.size(); ++i) {
    const JsonTree& mine = a.children[i];
    const JsonTree* other = &b.children[i];
    // Nearly always they stand in the same order.
    if (mine.name != other->name) other = b.Find(mine.name);
    if (other == nullptr || !SameTree(mine, *other)) return false;
  }
  return true;
}

}  // namespace xai
