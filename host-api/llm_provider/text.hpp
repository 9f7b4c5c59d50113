// UTF-8 and the form of strings in JSON.  Part of llm_provider.hpp.  C++17.
#ifndef LLM_PROVIDER_TEXT_HPP
#define LLM_PROVIDER_TEXT_HPP

#include <cstddef>
#include <string>
#include <string_view>

namespace llmp {

namespace detail {

/// The length of the valid UTF-8 sequence at the front of text, or 0.
inline std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates and what lies above U+10FFFF.
  const unsigned char next = byte(1);
  if ((lead == 0xE0 && next < 0xA0) || (lead == 0xED && next > 0x9F)) return 0;
  if ((lead == 0xF0 && next < 0x90) || (lead == 0xF4 && next > 0x8F)) return 0;
  return length;
}

/// The length of the longest prefix that is valid UTF-8.
inline std::size_t valid_utf8_prefix(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = utf8_sequence(text.substr(at));
    if (length == 0) break;
    at += length;
  }
  return at;
}

inline void append_json_string(std::string* out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out->push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"':
        *out += "\\\"";
        break;
      case '\\':
        *out += "\\\\";
        break;
      case '\n':
        *out += "\\n";
        break;
      case '\r':
        *out += "\\r";
        break;
      case '\t':
        *out += "\\t";
        break;
      default:
        if (byte >= 0x20 && byte != 0x7F) {
          out->push_back(c);
        } else {
          *out += {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
        }
    }
  }
  out->push_back('"');
}

}  // namespace detail

/// Replaces each byte that is not part of valid UTF-8 by U+FFFD.  Messages of the system,
/// and paths, may be in any encoding; JSON may not.
inline std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = detail::utf8_sequence(text);
    if (length == 0) out += "\xEF\xBF\xBD";
    out.append(text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace llmp

#endif  // LLM_PROVIDER_TEXT_HPP
