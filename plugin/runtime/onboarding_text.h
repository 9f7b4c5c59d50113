// What is said to a person, or to the agent that leads one, while signing in.
#ifndef XAI_PLUGIN_RUNTIME_ONBOARDING_TEXT_H_
#define XAI_PLUGIN_RUNTIME_ONBOARDING_TEXT_H_

#include <string_view>

namespace xai::text {

inline constexpr std::string_view kInstructions =
    "Open the link in a browser, sign in to xAI if asked, check that the page shows the "
    "same "
    "code, and press Approve. Approve only a sign-in that you started yourself. Then say "
    "that it is done.";

inline constexpr std::string_view kNextStepConnected =
    "Connected. Ask the user to refresh the browser page: the picker shows the new "
    "xai-grok/* models only after that. The default model is ";
inline constexpr std::string_view kNextStepSwitch = "; switch with /model ";

// `next_action` and `hint` of status, by state; empty: nothing is to be done.
struct StateText {
  std::string_view next_action;
  std::string_view hint;
};

inline constexpr StateText kSignedOut = {
    "start", "Nobody is signed in. Call start when the user asks for it."};
inline constexpr StateText kPending = {
    "poll",
    "A sign-in waits for approval in the browser. Call poll once the user says that "
    "it is done."};
inline constexpr StateText kConnected = {"", ""};
inline constexpr StateText kExpiring = {"", "The access token is renewed automatically."};
inline constexpr StateText kExpired = {
    "refresh", "The access token has run out; the next request renews it."};
inline constexpr StateText kReauthRequired = {
    "logout",
    "xAI no longer accepts this sign-in. Call logout, then start, or use an xAI API "
    "key through the byok-custom-model skill."};
inline constexpr StateText kUnreadable = {
    "start",
    "The stored sign-in cannot be read. Call start with force to move it aside "
    "and sign in again, or logout to remove it."};

}  // namespace xai::text

#endif  // XAI_PLUGIN_RUNTIME_ONBOARDING_TEXT_H_
