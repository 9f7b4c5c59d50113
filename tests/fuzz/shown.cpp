#include "fuzz/shown.h"

#include <cstdint>

namespace xai {
namespace {

// The code point that stands at the front, which is removed; -1 if there is none.
int32_t TakeCodePoint(std::string_view* text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>((*text)[i]); };
  const unsigned lead = byte(0);
  if ((lead >= 0x80 && lead < 0xC0) || lead > 0xF7) return -1;
  const size_t more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  if (more >= text->size()) return -1;
  uint32_t code = more == 0 ? lead : lead & (0x3Fu >> more);
  for (size_t i = 1; i <= more; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return -1;
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  constexpr uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
  if (code < kLeast[more] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
    return -1;
  }
  text->remove_prefix(more + 1);
  return static_cast<int32_t>(code);
}

// What turns the direction of a text, ends a line, or is not seen.
bool IsHidden(int32_t code) {
  return code == 0x061C || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) || code == 0x2060 ||
         (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    if (TakeCodePoint(&text) < 0) return false;
  }
  return true;
}

bool IsShownText(std::string_view text, size_t most) {
  if (text.size() > most) return false;
  while (!text.empty()) {
    const int32_t code = TakeCodePoint(&text);
    if (code < 0x20 || (code >= 0x7F && code <= 0x9F)) return false;
    if (IsHidden(code)) return false;
  }
  return true;
}

}  // namespace xai
