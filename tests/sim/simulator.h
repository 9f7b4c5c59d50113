// The whole simulator: decides which part answers a request.
#ifndef XAI_TESTS_SIM_SIMULATOR_H_
#define XAI_TESTS_SIM_SIMULATOR_H_

#include <string>

#include "sim/api.h"
#include "sim/control.h"
#include "sim/device_flows.h"
#include "sim/grants.h"
#include "sim/http_types.h"
#include "sim/journal.h"
#include "sim/oauth.h"
#include "sim/options.h"
#include "sim/scenes.h"
#include "sim/token_mint.h"

namespace xai::sim {

class Simulator : public RequestHandler {
 public:
  // `origin` is where clients reach it, without a path: the issuer of all tokens.
  Simulator(Settings settings, std::string origin);

  HttpReply Handle(const HttpRequest& request) override;

 private:
  void Count(const std::string& path);

  Settings settings_;
  Journal journal_;
  Scenes scenes_;
  TokenMint mint_;
  DeviceFlows flows_;
  Grants grants_;
  OAuth oauth_;
  Api api_;
  Control control_;
};

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_SIMULATOR_H_
