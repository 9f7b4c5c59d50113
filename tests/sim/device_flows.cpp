#include "sim/device_flows.h"

#include <cctype>

#include "sim/random.h"

namespace xai::sim {
namespace {

// RFC 8628 3.5: slow_down lengthens the interval for all later polls of the flow.
constexpr std::chrono::seconds kSlowDownStep{5};
// A client that waits the interval to the millisecond must not fail by jitter.
constexpr std::chrono::milliseconds kPollTolerance{50};

// RFC 8628 6.1: what a person types may differ in case and punctuation.
std::string Normalize(std::string_view user_code) {
  std::string plain;
  for (const char c : user_code) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte)) plain += static_cast<char>(std::toupper(byte));
  }
  return plain;
}

DeviceFlow::State InitialState(const Settings& settings) {
  if (settings.approve == Approve::kDeny) return DeviceFlow::State::kDenied;
  if (settings.approve != Approve::kAuto) return DeviceFlow::State::kPending;
  return settings.approve_after > 0 ? DeviceFlow::State::kPending
                                    : DeviceFlow::State::kApproved;
}

}  // namespace

const DeviceFlow& DeviceFlows::Start(std::string client_id, std::string scope,
                                     std::string referrer) {
  DeviceFlow flow;
  flow.device_code = RandomOpaque();
  do {
    flow.user_code = RandomUserCode();
  } while (Find(flow.user_code));
  flow.client_id = std::move(client_id);
  flow.scope = std::move(scope);
  flow.referrer = std::move(referrer);
  flow.state = InitialState(settings_);
  flow.interval = settings_.interval;
  flow.expires_at = Clock::now() + settings_.expires_in;
  if (settings_.approve == Approve::kAuto) {
    flow.polls_until_approved = settings_.approve_after;
  }
  by_user_code_[Normalize(flow.user_code)] = flow.device_code;
  return flows_[flow.device_code] = flow;
}

PollAnswer DeviceFlows::Poll(std::string_view device_code, std::string_view client_id,
                             const DeviceFlow** found) {
  const auto it = flows_.find(device_code);
  if (it == flows_.end() || it->second.client_id != client_id)
    return PollAnswer::kUnknown;
  DeviceFlow& flow = it->second;
  *found = &flow;
  if (flow.state == DeviceFlow::State::kConsumed) return PollAnswer::kUnknown;
  const auto now = Clock::now();
  if (flow.Expired(now)) return PollAnswer::kExpired;
  const bool early =
      flow.last_poll && now - *flow.last_poll + kPollTolerance < flow.interval;
  flow.last_poll = now;
  if (flow.state == DeviceFlow::State::kDenied) return PollAnswer::kDenied;
  if (early) {
    flow.interval += kSlowDownStep;
    return PollAnswer::kSlowDown;
  }
  if (flow.state == DeviceFlow::State::kPending) {
    if (flow.polls_until_approved == 0) return PollAnswer::kPending;
    if (--flow.polls_until_approved == 0) flow.state = DeviceFlow::State::kApproved;
    return PollAnswer::kPending;
  }
  flow.state = DeviceFlow::State::kConsumed;
  return PollAnswer::kApproved;
}

const DeviceFlow* DeviceFlows::Find(std::string_view user_code) const {
  const auto it = by_user_code_.find(Normalize(user_code));
  return it == by_user_code_.end() ? nullptr : &flows_.find(it->second)->second;
}

bool DeviceFlows::Decide(std::string_view user_code, bool approve) {
  const DeviceFlow* found = Find(user_code);
  if (!found || found->state != DeviceFlow::State::kPending) return false;
  if (found->Expired(Clock::now())) return false;
  DeviceFlow& flow = flows_.find(found->device_code)->second;
  flow.state = approve ? DeviceFlow::State::kApproved : DeviceFlow::State::kDenied;
  return true;
}

bool DeviceFlows::Expire(std::string_view user_code) {
  const DeviceFlow* found = Find(user_code);
  if (!found) return false;
  flows_.find(found->device_code)->second.expires_at = Clock::now();
  return true;
}

void DeviceFlows::Rewind() {
  for (auto& [code, flow] : flows_) {
    if (flow.state == DeviceFlow::State::kConsumed) {
      flow.state = DeviceFlow::State::kApproved;
    }
    flow.last_poll.reset();
  }
}

}  // namespace xai::sim
