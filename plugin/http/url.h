// The little that we need to know about a URL, and nothing that a parser could get wrong:
// anything unusual is not a URL of ours.
#ifndef XAI_PLUGIN_HTTP_URL_H_
#define XAI_PLUGIN_HTTP_URL_H_

#include <optional>
#include <string>
#include <string_view>

namespace xai {

struct UrlParts {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; IPv6 in brackets
  std::string port;    // digits, empty: the scheme's own
  std::string path;    // from the first '/', with query; empty if there is none
};

// Nothing for user information, a fragment, spaces, control or non-ASCII characters,
// another scheme, or a host that is not made of letters, digits, '.', '-' or an IPv6
// literal.
std::optional<UrlParts> ParseUrl(std::string_view url);

// 127.0.0.0/8, [::1] and localhost.
bool IsLoopbackHost(std::string_view host);

// `host` is `domain` or below it.
bool IsWithinDomain(std::string_view host, std::string_view domain);

}  // namespace xai

#endif  // XAI_PLUGIN_HTTP_URL_H_
