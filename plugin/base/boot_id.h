// Which boot of the machine this is: the steady clock compares only within one.
#ifndef XAI_PLUGIN_BASE_BOOT_ID_H_
#define XAI_PLUGIN_BASE_BOOT_ID_H_

#include <string>

namespace xai {

// Empty if the kernel does not say.
std::string ReadBootId();

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_BOOT_ID_H_
