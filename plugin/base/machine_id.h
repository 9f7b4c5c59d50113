// What tells this machine, and this boot of it, from others.
#ifndef XAI_PLUGIN_BASE_MACHINE_ID_H_
#define XAI_PLUGIN_BASE_MACHINE_ID_H_

#include <string>

namespace xai {

// Another one after each boot.  Empty if the kernel does not say.
std::string ReadBootId();

// machine-id(5): the same for the life of an installation.  Empty if there is none.  It
// is to be treated as confidential: keep a keyed hash of it, not the thing itself.
std::string ReadMachineId();

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_MACHINE_ID_H_
