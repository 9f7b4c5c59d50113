// Who may use the API: the Authorization header and the token in it.
#ifndef XAI_TESTS_SIM_BEARER_GATE_H_
#define XAI_TESTS_SIM_BEARER_GATE_H_

#include "sim/api_error.h"
#include "sim/grants.h"

namespace xai::sim {

Refusal CheckBearer(const HttpRequest& request, const Settings& settings,
                    const Grants& grants);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_BEARER_GATE_H_
