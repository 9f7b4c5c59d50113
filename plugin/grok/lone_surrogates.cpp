#include "grok/lone_surrogates.h"

namespace xai {
namespace {

constexpr size_t kEscapeBytes = 6;  // \uD83D

enum class Half { kNone, kHigh, kLow };

bool IsHexDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// What the text begins with.
Half HalfAt(std::string_view text) {
  if (text.size() < kEscapeBytes || text[0] != '\\' || text[1] != 'u' ||
      (text[2] != 'd' && text[2] != 'D') || !IsHexDigit(text[4]) ||
      !IsHexDigit(text[5])) {
    return Half::kNone;
  }
  switch (text[3]) {
    case '8':
    case '9':
    case 'a':
    case 'b':
    case 'A':
    case 'B':
      return Half::kHigh;
    case 'c':
    case 'd':
    case 'e':
    case 'f':
    case 'C':
    case 'D':
    case 'E':
    case 'F':
      return Half::kLow;
    default:
      return Half::kNone;
  }
}

}  // namespace

std::string_view ReplaceLoneSurrogates(std::string_view json, std::string* buffer) {
  bool copied = false;
  size_t at = json.find('\\');
  while (at != std::string_view::npos && at + 1 < json.size()) {
    const Half half = HalfAt(json.substr(at));
    size_t size = 2;  // of other escapes, as far as a backslash can stand in them
    if (half == Half::kHigh && HalfAt(json.substr(at + kEscapeBytes)) == Half::kLow) {
      size = 2 * kEscapeBytes;
    } else if (half != Half::kNone) {
      if (!copied) buffer->assign(json);
      copied = true;
      buffer->replace(at, kEscapeBytes, "\\uFFFD");
      size = kEscapeBytes;
    }
    at = json.find('\\', at + size);
  }
  return copied ? std::string_view(*buffer) : json;
}

}  // namespace xai
