// What auth.x.ai says about itself: discovery, keys and known scopes.
#ifndef XAI_TESTS_SIM_OAUTH_DISCOVERY_H_
#define XAI_TESTS_SIM_OAUTH_DISCOVERY_H_

#include <optional>
#include <string>
#include <string_view>

#include "sim/http_types.h"
#include "sim/token_mint.h"

namespace xai::sim {

// The discovery document or the key set, if the request asks for one of them.
std::optional<HttpReply> Discover(const HttpRequest& request, const TokenMint& mint);

// The first scope that a person's sign-in may not ask for.
std::optional<std::string> FindUnknownScope(std::string_view scopes);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_OAUTH_DISCOVERY_H_
