// Every sentence that tells a person, or the agent that leads one, what to do: the hints
// of errors, and the words of the sign-in.  host-api/json.md repeats them, and a test
// compares. Constants alone, so that the front and the backend say the same.
#ifndef XAI_PLUGIN_BASE_TEXTS_H_
#define XAI_PLUGIN_BASE_TEXTS_H_

#include <string_view>

// Hints of errors, in the order of ErrorCode.
namespace xai::hint {

inline constexpr std::string_view kFixRequest =
    "Correct the request; sending it again unchanged fails again.";
inline constexpr std::string_view kConfig =
    "Correct the configuration that the host passes, then load the provider again.";
inline constexpr std::string_view kContext =
    "Shorten the conversation or choose a model with a larger context window.";
inline constexpr std::string_view kUnsupported =
    "Leave out what the model cannot do, or pass \"drop_unsupported\":true, or choose "
    "another model.";
inline constexpr std::string_view kUnavailable =
    "Do not retry. Update the platform image, or use an xAI API key from console.x.ai "
    "through the byok-custom-model skill: it works without this plugin and is billed per "
    "token, from a wallet of its own, instead of by the subscription.";
inline constexpr std::string_view kStart =
    "Sign in: call start, open the link in a browser, approve, then poll.";
inline constexpr std::string_view kNoFlow =
    "Ask for the status. If nobody is signed in: call start, open the link in a browser, "
    "approve, then poll.";
inline constexpr std::string_view kReauth =
    "The sign-in is no longer valid. Call logout and start again, or use an xAI API key "
    "through the byok-custom-model skill.";
inline constexpr std::string_view kExpired =
    "The code ran out of time. Call start for a new one.";
// The account gate, the preflight in four steps, and the way around with its price.
inline constexpr std::string_view kDenied =
    "Do not retry unchanged. Either Deny was pressed, or xAI's account gate refused, "
    "which "
    "is xAI's decision about this account. Check that the subscription is active "
    "(grok.com, Settings) and approve in the browser "
    "that "
    "is already signed in to xAI, not in a private window. If the plan is X Premium or "
    "SuperGrok, do this in order: 1. On grok.com, Settings, Account, connect the X "
    "account. 2. Make sure that this X account is the one that carries the plan. 3. Sign "
    "out and in again at accounts.x.ai. 4. Call start once more. If it is still refused, "
    "use an xAI API key from console.x.ai through the byok-custom-model skill: it works "
    "at once and knows no account gate, but is billed per token, from a wallet of its "
    "own, instead of by the subscription.";
inline constexpr std::string_view kEntitlement =
    "xAI does not let this account do this by OAuth; neither retrying nor signing in "
    "again helps. Check the plan on grok.com and that the X account which carries it is "
    "connected, or use an xAI API key through the byok-custom-model skill, billed per "
    "token instead of by the subscription.";
inline constexpr std::string_view kSpending =
    "xAI counted this as paid API use, and the account has no credit left. Check usage "
    "on "
    "grok.com, or use an xAI API key with credit through the byok-custom-model skill.";
inline constexpr std::string_view kRefused =
    "xAI refused this request; the sign-in is fine. Change the request.";
inline constexpr std::string_view kContent =
    "xAI's content policy stopped this. Change the request.";
inline constexpr std::string_view kModel =
    "Ask for the list of models and choose one of those; a plan may not include every "
    "model.";
inline constexpr std::string_view kRate =
    "The fair-use ceiling of the subscription is reached. Wait and try again (it is a "
    "rolling window), or send this request with an xAI API key through the "
    "byok-custom-model skill, billed per token.";
inline constexpr std::string_view kQuota =
    "The quota is used up. Wait until the rolling window frees some of it, or use an xAI "
    "API key through the byok-custom-model skill, billed per token.";
inline constexpr std::string_view kLocalLimit =
    "Too many requests at once in this process: wait for one to end.";
inline constexpr std::string_view kNetwork =
    "Check the connection to auth.x.ai and api.x.ai and try again.";
inline constexpr std::string_view kTls =
    "The server's certificate was not accepted. Check the clock, the system's "
    "certificates "
    "and any proxy that inspects traffic (config member ca_file).";
inline constexpr std::string_view kTimeout =
    "Try again; a larger timeouts value may help.";
inline constexpr std::string_view kProxy =
    "Check the proxy address and its sign-in (config member proxy, or HTTPS_PROXY).";
inline constexpr std::string_view kUpstream =
    "xAI has a problem. Try again shortly; an API key uses the same servers and would "
    "not "
    "help.";
inline constexpr std::string_view kEdge =
    "A gate before xAI's servers sent a page instead of an answer; the sign-in is fine. "
    "Try again shortly.";
inline constexpr std::string_view kProtocol =
    "The answer was not what xAI's API sends. Check for a proxy or portal in between and "
    "for a newer version of this plugin.";
inline constexpr std::string_view kTruncated =
    "The answer is cut short: what arrived is a true prefix. Send the request again for "
    "a "
    "whole one.";
inline constexpr std::string_view kCorrupt =
    "The stored sign-in cannot be read. Call start with force to move it aside and sign "
    "in "
    "again, or logout to remove it.";
inline constexpr std::string_view kLocked =
    "Another process holds the sign-in's lock. Try again in a moment.";
inline constexpr std::string_view kStoreIo =
    "Free disk space, or see to it that the state directory can be made and written, "
    "then try again; signing in again does not help.";
inline constexpr std::string_view kStorePermission =
    "Give the state directory and key file to this user alone (modes 0700 and 0600).";
inline constexpr std::string_view kStoreKey =
    "The key that seals the sign-in is missing or another one. Restore it, or use the "
    "key and the key_source that the other programs use. If both are lost, call start "
    "with force to begin anew.";
inline constexpr std::string_view kStoreVersion =
    "A newer version wrote the stored sign-in. Update this plugin.";
inline constexpr std::string_view kCancelled =
    "The request was cancelled. Send it again if it is wanted after all.";
inline constexpr std::string_view kNoMemory = "Free memory and try again.";
inline constexpr std::string_view kInternal = "This is a fault of the plugin: report it.";

}  // namespace xai::hint

// The words of the sign-in.
namespace xai::text {

// `instructions` of start.
inline constexpr std::string_view kInstructions =
    "Open the link in the browser that is already signed in to xAI, not in a private "
    "window; sign in if asked, check that the page shows the same code, and press "
    "Approve. Approve only a sign-in that you started yourself. Then say that it is "
    "done.";

// `next_step` of a poll that ends connected: the id of a model follows each.
inline constexpr std::string_view kConnectedRefreshPage =
    "Connected. Ask the user to refresh the browser page: the picker shows the new "
    "xai-grok/* models only after that. The default model is ";
inline constexpr std::string_view kConnectedSwitch = "; switch with /model ";

// `next_action` and `hint` of status, by state; empty: nothing is to be done.
struct StateText {
  std::string_view next_action;
  std::string_view hint;
};

inline constexpr StateText kSignedOut = {
    "start", "Nobody is signed in. Call start when the user asks for it."};
inline constexpr StateText kPending = {"poll",
                                       "A sign-in waits for approval in the browser. "
                                       "Call poll once the user says that it is "
                                       "done."};
inline constexpr StateText kConnected = {"", ""};
inline constexpr StateText kExpiring = {"", "The access token is renewed automatically."};
inline constexpr StateText kExpired = {
    "refresh", "The access token has run out; the next request renews it."};
inline constexpr StateText kReauthRequired = {
    "logout",
    "xAI no longer accepts this sign-in. Call logout, then start, or use an xAI API key "
    "through the byok-custom-model skill."};
// Of a store that others may still read the hint is that of the error, and no action
// helps.
inline constexpr StateText kUnreadable = {"start", hint::kCorrupt};

}  // namespace xai::text

#endif  // XAI_PLUGIN_BASE_TEXTS_H_
