// Words of a request that a server throws back: no error may show what somebody asked.
#ifndef XAI_PLUGIN_GROK_QUOTES_H_
#define XAI_PLUGIN_GROK_QUOTES_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace xai {

// Shorter runs are what any two texts have in common.
inline constexpr size_t kQuoteBytesMin = 16;

// `message` with "..." for each run of kQuoteBytesMin bytes or more that stands in `body`
// as well, but for a name: of `model`, or a word of the wire format, which tell what is
// wrong.  Quotation marks and the like around a name do not count.  Whole code points are
// replaced.  One pass through `body`, which may be large; `message` is short.
std::string HideQuotes(std::string_view message, std::string_view body,
                       std::string_view model);

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_QUOTES_H_
