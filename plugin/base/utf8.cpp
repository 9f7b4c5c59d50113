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
    const auto byte = static_cast<unsigned char>(valid[at]);
    const size_t length = SequenceLength(
        reinterpret_cast<const unsigned char*>(valid.data()) + at, valid.size() - at);
    // C0, DEL and C1 (U+0080 to U+009F) can steer a terminal.
    const bool c1 = byte == 0xC2 && static_cast<unsigned char>(valid[at + 1]) < 0xA0;
    if (byte <= 0x20 || byte == 0x7F || c1) {
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
