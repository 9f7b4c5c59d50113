// File systems on which the kernel does not see what other machines write.
#ifndef XAI_PLUGIN_RUNTIME_NETWORK_FS_H_
#define XAI_PLUGIN_RUNTIME_NETWORK_FS_H_

#include <cstdint>
#include <string>

namespace xai {

// By the type that statfs() tells.
bool IsNetworkFsType(int64_t type);

// False as well if nothing is there.
bool IsOnNetworkFs(const std::string& path);

}  // namespace xai

#endif  // XAI_PLUGIN_RUNTIME_NETWORK_FS_H_
