// api.x.ai: the endpoints below /v1/.
#ifndef XAI_TESTS_SIM_API_H_
#define XAI_TESTS_SIM_API_H_

#include "sim/api_error.h"
#include "sim/grants.h"
#include "sim/http_types.h"
#include "sim/json.h"
#include "sim/stored_responses.h"

namespace xai::sim {

class Api {
 public:
  Api(const Settings& settings, const Grants& grants)
      : settings_(settings), grants_(grants) {}

  // REQUIRES: the path begins with /v1/.
  HttpReply Handle(const HttpRequest& request);

 private:
  HttpReply Models(const HttpRequest& request) const;
  HttpReply Chat(const JsonValue& body);
  HttpReply Responses(const JsonValue& body);

  const Settings& settings_;
  const Grants& grants_;
  StoredResponses stored_;
};

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_API_H_
