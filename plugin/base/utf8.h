// UTF-8, checked by one pass of our own: RapidJSON's check costs more than the parsing.
#ifndef XAI_PLUGIN_BASE_UTF8_H_
#define XAI_PLUGIN_BASE_UTF8_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace xai {

// The length of the longest prefix of `text` that is well-formed (RFC 3629: no overlong
// forms, no surrogates, nothing past U+10FFFF).
size_t ValidUtf8Prefix(std::string_view text);

inline bool IsValidUtf8(std::string_view text) {
  return ValidUtf8Prefix(text) == text.size();
}

// `text` with each ill-formed byte replaced by U+FFFD.
std::string ToValidUtf8(std::string_view text);

// At most `max_bytes` of `text`, never splitting a code point.  REQUIRES: valid UTF-8.
std::string_view Utf8Truncate(std::string_view text, size_t max_bytes);

// `text` made fit to show to a person on a terminal or in a log: valid UTF-8, runs
// of white space, of control characters, and of what turns the direction of a text or is
// not seen, folded to one space, at most `max_bytes`.
std::string ToShownText(std::string_view text, size_t max_bytes);

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_UTF8_H_
