// auth.x.ai: the endpoints below /oauth2/ and the discovery documents.
#ifndef XAI_TESTS_SIM_OAUTH_H_
#define XAI_TESTS_SIM_OAUTH_H_

#include <string>

#include "sim/device_flows.h"
#include "sim/device_page.h"
#include "sim/grants.h"
#include "sim/http_types.h"
#include "sim/oauth_params.h"

namespace xai::sim {

class OAuth {
 public:
  OAuth(const Settings& settings, const TokenMint& mint, DeviceFlows& flows,
        Grants& grants, Journal& journal);

  // REQUIRES: the path is below /oauth2/ or /.well-known/.
  HttpReply Handle(const HttpRequest& request);

 private:
  HttpReply DeviceCode(const OAuthParams& params);
  HttpReply Token(const OAuthParams& params);
  HttpReply PollDevice(const OAuthParams& params);
  HttpReply Refresh(const OAuthParams& params);
  HttpReply Revoke(const OAuthParams& params);
  HttpReply UserInfo(const HttpRequest& request);

  // What is wrong with the client of a request, if anything.
  std::optional<OAuthError> CheckClient(const OAuthParams& params, int status) const;

  const Settings& settings_;
  const TokenMint& mint_;
  DeviceFlows& flows_;
  Grants& grants_;
  Journal& journal_;
  DevicePage page_;
};

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_OAUTH_H_
