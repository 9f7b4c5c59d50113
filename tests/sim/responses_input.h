// Checks the input of a responses request and takes from it what the answer needs.
#ifndef XAI_TESTS_SIM_RESPONSES_INPUT_H_
#define XAI_TESTS_SIM_RESPONSES_INPUT_H_

#include "sim/responses_request.h"

namespace xai::sim {

// REQUIRES: input is a string or an array; the model and previous_response_id are read.
Refusal ReadInput(const JsonValue& input, ResponsesRequest& request);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_RESPONSES_INPUT_H_
