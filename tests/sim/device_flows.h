// The sign-ins that are under way: RFC 8628 without the HTTP around it.
#ifndef XAI_TESTS_SIM_DEVICE_FLOWS_H_
#define XAI_TESTS_SIM_DEVICE_FLOWS_H_

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "sim/options.h"

namespace xai::sim {

using Clock = std::chrono::steady_clock;

struct DeviceFlow {
  enum class State { kPending, kApproved, kDenied, kConsumed };

  std::string device_code;
  std::string user_code;
  std::string client_id;
  std::string scope;
  std::string referrer;
  State state = State::kPending;
  std::chrono::seconds interval{5};
  Clock::time_point expires_at;
  std::optional<Clock::time_point> last_poll;
  int polls_until_approved = 0;

  bool Expired(Clock::time_point now) const { return now >= expires_at; }
};

enum class PollAnswer {
  kApproved,
  kPending,
  kSlowDown,
  kDenied,
  kExpired,
  kUnknown,
};

class DeviceFlows {
 public:
  explicit DeviceFlows(const Settings& settings) : settings_(settings) {}

  const DeviceFlow& Start(std::string client_id, std::string scope, std::string referrer);

  // Answers one poll.  kApproved consumes the code; `flow` then points to it.
  PollAnswer Poll(std::string_view device_code, std::string_view client_id,
                  const DeviceFlow** flow);

  // The flow of a user code as a person types it; null when there is none.
  const DeviceFlow* Find(std::string_view user_code) const;
  // False when the code is unknown, expired or decided already.
  bool Decide(std::string_view user_code, bool approve);
  // Ends the code's life.  False when there is no such code.
  bool Expire(std::string_view user_code);
  // Consumed codes are approved ones again, and nobody has polled yet.
  void Rewind();

 private:
  const Settings& settings_;
  std::map<std::string, DeviceFlow, std::less<>> flows_;          // by device code
  std::map<std::string, std::string, std::less<>> by_user_code_;  // to device code
};

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_DEVICE_FLOWS_H_
