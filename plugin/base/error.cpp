#include "base/error.h"

#include <array>

namespace xai {
namespace {

// What the person or agent should do, for each name: the only place with these words.
constexpr std::string_view kHintFixRequest =
    "Correct the request; sending it again unchanged fails again.";
constexpr std::string_view kHintConfig =
    "Correct the configuration that the host passes, then load the provider again.";
constexpr std::string_view kHintContext =
    "Shorten the conversation or choose a model with a larger context window.";
constexpr std::string_view kHintUnsupported =
    "Leave out what the model cannot do, or pass \"drop_unsupported\":true, or choose "
    "another model.";
constexpr std::string_view kHintUnavailable =
    "Do not retry. Update the platform image, or use an xAI API key through the "
    "byok-custom-model skill.";
constexpr std::string_view kHintStart =
    "Sign in: call start, open the link in a browser, approve, then poll.";
constexpr std::string_view kHintReauth =
    "The sign-in is no longer valid. Call logout and start again, or use an xAI API key "
    "through the byok-custom-model skill.";
constexpr std::string_view kHintExpired =
    "The code ran out of time. Call start for a new one.";
constexpr std::string_view kHintDenied =
    "Do not retry. Either Deny was pressed, or xAI's account gate refused. Check that "
    "the "
    "subscription is active (grok.com, Settings) and approve in the browser that is "
    "already "
    "signed in, not in a private window. If the plan came through X: connect the X "
    "account "
    "on grok.com (Settings, Account), make sure it carries the plan, sign out and in "
    "again "
    "at accounts.x.ai, then call start once more. If it is still refused, use an xAI API "
    "key from console.x.ai through the byok-custom-model skill.";
constexpr std::string_view kHintEntitlement =
    "xAI does not let this account do this by OAuth; this is decided by xAI, and neither "
    "retrying nor signing in again helps. Check the plan on grok.com and that the X "
    "account "
    "is connected, or use an xAI API key through the byok-custom-model skill.";
constexpr std::string_view kHintSpending =
    "xAI counted this as paid API use and the account has no credit left. Check usage on "
    "grok.com, or use an xAI API key with credit through the byok-custom-model skill.";
constexpr std::string_view kHintRefused =
    "xAI refused this request; the sign-in is fine. Change the request.";
constexpr std::string_view kHintContent =
    "xAI's content policy stopped this. Change the request.";
constexpr std::string_view kHintModel =
    "Ask for the list of models and choose one of those; a plan may not include every "
    "model.";
constexpr std::string_view kHintRate =
    "Wait and try again (limits are a rolling window), or send this request with an xAI "
    "API key through the byok-custom-model skill.";
constexpr std::string_view kHintLocalLimit =
    "Too many requests at once in this process: wait for one to end.";
constexpr std::string_view kHintNetwork =
    "Check the connection to auth.x.ai and api.x.ai and try again.";
constexpr std::string_view kHintTls =
    "The server's certificate was not accepted. Check the clock, the system's "
    "certificates "
    "and any proxy that inspects traffic (config member ca_file).";
constexpr std::string_view kHintTimeout = "Try again; a larger timeouts value may help.";
constexpr std::string_view kHintProxy =
    "Check the proxy address and its sign-in (config member proxy, or HTTPS_PROXY).";
constexpr std::string_view kHintUpstream =
    "xAI has a problem. Try again shortly; an API key uses the same servers and would "
    "not "
    "help.";
constexpr std::string_view kHintProtocol =
    "The answer was not what xAI's API sends. Check for a proxy or portal in between and "
    "for a newer version of this plugin.";
constexpr std::string_view kHintTruncated =
    "The answer is cut short: what arrived is a true prefix. Send the request again for "
    "a "
    "whole one.";
constexpr std::string_view kHintCorrupt =
    "The stored sign-in cannot be read. Call start with force to move it aside and sign "
    "in "
    "again, or logout to remove it.";
constexpr std::string_view kHintLocked =
    "Another process holds the sign-in's lock. Try again in a moment.";
constexpr std::string_view kHintStoreIo =
    "Free disk space or make the state directory writable, then try again; signing in "
    "again "
    "does not help.";
constexpr std::string_view kHintStorePermission =
    "Give the state directory and key file to this user alone (modes 0700 and 0600).";
constexpr std::string_view kHintStoreKey =
    "The key that seals the sign-in is missing or another one. Restore it, or call start "
    "with force to begin anew.";
constexpr std::string_view kHintStoreVersion =
    "A newer version wrote the stored sign-in. Update this plugin.";
constexpr std::string_view kHintInternal = "This is a fault of the plugin: report it.";

constexpr std::array<ErrorInfo, kErrorCodeCount> kInfos = {{
    {"invalid_request", false, kHintFixRequest},
    {"invalid_config", false, kHintConfig},
    {"context_length", false, kHintContext},
    {"unsupported", false, kHintUnsupported},
    {"xai_oauth_backend_unavailable", false, kHintUnavailable},
    {"not_connected", false, kHintStart},
    {"reauth_required", false, kHintReauth},
    {"expired", false, kHintExpired},
    {"no_pending_flow", false, kHintStart},
    {"access_denied", false, kHintDenied},
    {"entitlement_denied", false, kHintEntitlement},
    {"spending_limit", false, kHintSpending},
    {"request_refused", false, kHintRefused},
    {"content_filter", false, kHintContent},
    {"model_unavailable", false, kHintModel},
    {"rate_limited", true, kHintRate},
    {"quota_exhausted", false, kHintRate},
    {"local_limit", true, kHintLocalLimit},
    {"network", true, kHintNetwork},
    {"tls", false, kHintTls},
    {"timeout", true, kHintTimeout},
    {"proxy", false, kHintProxy},
    {"upstream", true, kHintUpstream},
    {"overloaded", true, kHintUpstream},
    {"edge_blocked", true, kHintUpstream},
    {"protocol", false, kHintProtocol},
    {"too_large", false, kHintProtocol},
    {"truncated", true, kHintTruncated},
    {"store_corrupt", false, kHintCorrupt},
    {"store_locked", true, kHintLocked},
    {"store_io", false, kHintStoreIo},
    {"store_permission", false, kHintStorePermission},
    {"store_key", false, kHintStoreKey},
    {"store_version", false, kHintStoreVersion},
    {"cancelled", false, "The request was cancelled."},
    {"no_memory", false, "Free memory and try again."},
    {"internal", false, kHintInternal},
}};

}  // namespace

const ErrorInfo& InfoOf(ErrorCode code) {
  return kInfos[static_cast<size_t>(code)];
}

}  // namespace xai
