// What the manifest that is built in asks of a host and of a backend.
#ifndef XAI_PLUGIN_ENTRY_REQUIREMENTS_H_
#define XAI_PLUGIN_ENTRY_REQUIREMENTS_H_

#include <cstdint>
#include <string>

namespace xai {

struct Requirements {
  // interface: the majors of the ABI that we speak, and the lowest minor of a host.
  uint32_t major_min = 0;
  uint32_t major_max = 0;
  uint32_t host_minor_min = 0;
  // requires: the backend's own ABI, and a range such as ">=0.1 <0.2".
  uint32_t backend_abi = 0;
  std::string backend_range;
};

Requirements ReadRequirements();

}  // namespace xai

#endif  // XAI_PLUGIN_ENTRY_REQUIREMENTS_H_
