// Small text conversions.
#ifndef XAI_TESTS_SIM_TEXT_H_
#define XAI_TESTS_SIM_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace xai::sim {

// Makes text safe inside HTML elements and quoted attributes.
std::string EscapeHtml(std::string_view text);

std::string Base64Url(std::string_view bytes);  // without padding
// Accepts the ordinary and the URL alphabet, with or without padding.
std::optional<std::string> DecodeBase64(std::string_view text);

// Undoes application/x-www-form-urlencoded; nullopt for a broken escape.
std::optional<std::string> DecodeForm(std::string_view text);

bool IsUtf8(std::string_view text);
// Replaces what is not UTF-8 by U+FFFD.
std::string LossyUtf8(std::string_view text);
// The longest prefix of at most `bytes_max` bytes that ends between two characters.
std::string_view TruncateUtf8(std::string_view text, std::size_t bytes_max);

// A whole decimal number without sign; nullopt for anything else or past `max`.
std::optional<std::int64_t> ParseNumber(std::string_view text, std::int64_t max);

// The next token of a text from `position` on: blanks and the word after them.
std::string_view NextToken(std::string_view text, std::size_t position);
std::int64_t CountTokens(std::string_view text);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_TEXT_H_
