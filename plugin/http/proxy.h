// Who is asked for a connection: the host itself, or a proxy.
#ifndef XAI_PLUGIN_HTTP_PROXY_H_
#define XAI_PLUGIN_HTTP_PROXY_H_

#include <string_view>

#include "http/transport.h"

namespace xai {

// Whether a connection to `host`, as ParseUrl() has it, goes through the proxy.  For
// words alone: libcurl decides, and it knows networks in no_proxy, which are not read
// here.
bool UsesProxy(const HttpSettings& settings, std::string_view host);

}  // namespace xai

#endif  // XAI_PLUGIN_HTTP_PROXY_H_
