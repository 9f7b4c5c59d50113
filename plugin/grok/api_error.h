// What an error of api.x.ai means: five kinds of 403 look alike but for their body.
#ifndef XAI_PLUGIN_GROK_API_ERROR_H_
#define XAI_PLUGIN_GROK_API_ERROR_H_

#include <string>
#include <string_view>

#include "base/error.h"
#include "http/transport.h"

namespace xai {

// The reason of an error that means "this access token is stale": code kReauthRequired.
// Whoever sent the token decides whether to renew it; the host never sees it like this.
inline constexpr std::string_view kStaleTokenReason = "token_rejected";
// The reason of a 400 that says: this model speaks only on the other lane.
inline constexpr std::string_view kWrongLaneReason = "responses_only";
// A multi-agent model runs xAI's own tools alone.
inline constexpr std::string_view kClientToolsReason = "client_tools";

// `head` may be of a 200 whose body or stream carried the error.  The detail is xAI's own
// message, cleaned and at most 280 bytes; never markup, nor a token, least of all
// `bearer`, the one that the request had.
Error ReadApiError(const HttpHead& head, std::string_view body,
                   std::string_view bearer = {});

// xAI's id for the request, which its support asks for: fit to show, empty if there is
// none.
std::string RequestIdOf(const HttpHead& head, std::string_view bearer);

// Whether xAI vetoes a repetition whatever the status (x-should-retry: false).
bool IsRetryVetoed(const HttpHead& head);

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_API_ERROR_H_
