#include "entry/requirements.h"

#include <memory>

#include "base/manifest.h"

namespace xai {
namespace {

// The manifest is ours and tested: a member that is missing would read as 0 and refuse
// every host and backend.
uint32_t Number(JsonValue value) {
  return static_cast<uint32_t>(value.Integer().value_or(0));
}

}  // namespace

Requirements ReadRequirements() {
  const std::unique_ptr<JsonDocument> manifest = ParseManifest();
  const JsonValue interface = manifest->root()["interface"];
  const JsonValue needs = manifest->root()["requires"];
  Requirements requirements;
  requirements.major_min = Number(interface["major_min"]);
  requirements.major_max = Number(interface["major_max"]);
  requirements.host_minor_min = Number(interface["host_minor_min"]);
  requirements.backend_abi = Number(needs["backend_abi"]);
  requirements.backend_range = needs["backend"].String().value_or("");
  return requirements;
}

}  // namespace xai
