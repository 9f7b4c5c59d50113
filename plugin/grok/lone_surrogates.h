// Halves of surrogate pairs in JSON escapes: a model that is cut between the two writes
// one.
#ifndef XAI_PLUGIN_GROK_LONE_SURROGATES_H_
#define XAI_PLUGIN_GROK_LONE_SURROGATES_H_

#include <string>
#include <string_view>

namespace xai {

// `json` with U+FFFD in place of each escape that is only half of a pair, so that the
// rest of the event can be read.  Almost always that is `json` itself; otherwise it is in
// `*buffer`.
std::string_view ReplaceLoneSurrogates(std::string_view json, std::string* buffer);

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_LONE_SURROGATES_H_
