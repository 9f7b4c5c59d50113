// The shapes in which xAI wraps an error: flat, nested, in an array, a bare string, JSON
// within a string, plain text.
#ifndef XAI_PLUGIN_GROK_API_ERROR_ENVELOPE_H_
#define XAI_PLUGIN_GROK_API_ERROR_ENVELOPE_H_

#include <string>
#include <string_view>

namespace xai {

struct ErrorEnvelope {
  std::string slug;     // the machine's word, empty if there is none
  std::string message;  // fit to show, at most limits::kShownTextBytesMax; may be empty
};

ErrorEnvelope ReadErrorEnvelope(std::string_view body);

// Replaces what looks like a token: long runs of base64url characters, and in an address
// long parts of its path.
std::string MaskTokens(std::string_view text);

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_API_ERROR_ENVELOPE_H_
