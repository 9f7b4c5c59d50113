// The page on which a person approves or denies a sign-in.
#ifndef XAI_TESTS_SIM_DEVICE_PAGE_H_
#define XAI_TESTS_SIM_DEVICE_PAGE_H_

#include <string>
#include <string_view>

#include "sim/device_flows.h"
#include "sim/http_types.h"
#include "sim/oauth_params.h"

namespace xai::sim {

class DevicePage {
 public:
  DevicePage(const Settings& settings, DeviceFlows& flows)
      : settings_(settings), flows_(flows) {}

  // GET shows the form, POST takes the decision.
  HttpReply Handle(const HttpRequest& request);

 private:
  HttpReply Show(const OAuthParams& params) const;
  HttpReply Decide(const OAuthParams& params);

  const Settings& settings_;
  DeviceFlows& flows_;
};

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_DEVICE_PAGE_H_
