// Settings as JSON: shown to tests, and changed by them while the simulator runs.
#ifndef XAI_TESTS_SIM_CONTROL_SETTINGS_H_
#define XAI_TESTS_SIM_CONTROL_SETTINGS_H_

#include <optional>
#include <string>

#include "sim/json.h"
#include "sim/options.h"

namespace xai::sim {

std::string SettingsJson(const Settings& settings);

// Takes over every member, or none: then it returns what is wrong.
std::optional<std::string> ChangeSettings(const JsonValue& body, Settings& settings);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_CONTROL_SETTINGS_H_
