// Tokens that a server repeats, taken out of what a person is shown.
#ifndef XAI_PLUGIN_BASE_MASK_H_
#define XAI_PLUGIN_BASE_MASK_H_

#include <string>
#include <string_view>

namespace xai {

// Replaces what looks like a token: long runs of base64url characters, and in an address
// long parts of its path.
std::string MaskTokens(std::string_view text);

// Replaces `secret`, wherever it stands.  One of less than 8 bytes is a word: it stays.
std::string MaskSecret(std::string_view text, std::string_view secret);

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_MASK_H_
