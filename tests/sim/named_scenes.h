// The scenes of host-api/abi.md, "A simulated vendor": what provider-validator asks any
// vendor's simulator for, told in xAI's words here.
#ifndef XAI_TESTS_SIM_NAMED_SCENES_H_
#define XAI_TESTS_SIM_NAMED_SCENES_H_

#include <optional>
#include <string>

#include "sim/json.h"
#include "sim/scenes.h"

namespace xai::sim {

// The scenes `answer` and `refusal`, for the next chat completion.  Nothing if the
// document is wrong; `wrong` then says how.
std::optional<Scene> NamedScene(const JsonValue& document, std::string* wrong);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_NAMED_SCENES_H_
