#include "base/utf8.h"

#include <cstdint>
#include <cstring>

namespace xai {
namespace {

bool IsContinuation(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

// The length of the well-formed sequence at `p`, 0 if there is none.  `left` >= 1.
size_t SequenceLength(const unsigned char* p, size_t left) {
  const unsigned char lead = p[0];
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) {
    return left >= 2 && IsContinuation(p[1]) ? 2 : 0;
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (left < 3 || !IsContinuation(p[1]) || !IsContinuation(p[2])) return 0;
    if (lead == 0xE0 && p[1] < 0xA0) return 0;   // overlong
    if (lead == 0xED && p[1] >= 0xA0) return 0;  // surrogate
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (left < 4 || !IsContinuation(p[1]) || !IsContinuation(p[2]) ||
        !IsContinuation(p[3])) {
      return 0;
    }
    if (lead == 0xF0 && p[1] < 0x90) return 0;   // overlong
    if (lead == 0xF4 && p[1] >= 0x90) return 0;  // past U+10FFFF
    return 4;
  }
  return 0;
}

// Can steer a terminal, turn the order of what stands around it, or not be seen at all:
// C0, space and DEL, C1, and U+061C, U+200B to U+200F, U+2028 to U+202E, U+2060, U+2066
// to U+2069, U+FEFF.  REQUIRES: `c` is one well-formed code point.
bool IsFolded(std::string_view c) {
  const auto byte = [c](size_t at) { return static_cast<unsigned char>(c[at]); };
  if (c.size() == 1) return byte(0) <= 0x20 || byte(0) == 0x7F;
  if (c.size() == 2) return (byte(0) == 0xC2 && byte(1) < 0xA0) || c == "\xD8\x9C";
  if (c.size() != 3) return false;
  const unsigned char last = byte(2);
  if (c.substr(0, 2) == "\xE2\x80") {
    return (last >= 0x8B && last <= 0x8F) || (last >= 0xA8 && last <= 0xAE);
  }
  if (c.substr(0, 2) == "\xE2\x81") {
    return last == 0xA0 || (last >= 0xA6 && last <= 0xA9);
  }
  return c == "\xEF\xBB\xBF";
}

}  // namespace

size_t ValidUtf8Prefix(std::string_view text) {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  size_t at = 0;
  while (at < text.size()) {
    // Eight ASCII bytes at a time: nearly everything is ASCII.
    if (text.size() - at >= 8) {
      uint64_t word;
      std::memcpy(&word, p + at, 8);
      if ((word & 0x8080808080808080u) == 0) {
        at += 8;
        continue;
      }
    }
    const size_t length = SequenceLength(p + at, text.size() - at);
    if (length == 0) return at;
    at += length;
  }
  return at;
}

std::string ToValidUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t valid = ValidUtf8Prefix(text);
    out.append(text.substr(0, valid));
    text.remove_prefix(valid);
    if (text.empty()) break;
    out.append("\xEF\xBF\xBD");
    text.remove_prefix(1);
  }
  return out;
}

std::string_view Utf8Truncate(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  size_t end = max_bytes;
  while (end > 0 && IsContinuation(static_cast<unsigned char>(text[end]))) --end;
  return text.substr(0, end);
}

std::string ToShownText(std::string_view text, size_t max_bytes) {
  const std::string valid = ToValidUtf8(text);
  std::string out;
  bool space = false;
  for (size_t at = 0; at < valid.size();) {
    const size_t length = SequenceLength(
        reinterpret_cast<const unsigned char*>(valid.data()) + at, valid.size() - at);
    if (IsFolded(std::string_view(valid).substr(at, length))) {
      space = !out.empty();
    } else {
      if (space) out.push_back(' ');
      space = false;
      out.append(valid, at, length);
    }
    at += length;
  }
  if (out.size() <= max_bytes) return out;
  constexpr std::string_view kMore = "...";
  if (max_bytes < kMore.size()) return std::string(Utf8Truncate(out, max_bytes));
  return std::string(Utf8Truncate(out, max_bytes - kMore.size())).append(kMore);
}

}  // namespace xai
