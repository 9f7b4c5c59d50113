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

// `bearer` is the token of the request, of which nothing is shown.
ErrorEnvelope ReadErrorEnvelope(std::string_view body, std::string_view bearer = {});

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_API_ERROR_ENVELOPE_H_
