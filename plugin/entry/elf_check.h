// Looks at a library before dlopen does: dlopen of a truncated file kills the process
// with SIGBUS, and of a file for another machine it says "no such file".
#ifndef XAI_PLUGIN_ENTRY_ELF_CHECK_H_
#define XAI_PLUGIN_ENTRY_ELF_CHECK_H_

#include <filesystem>
#include <optional>
#include <string>

namespace xai {

// Nothing if dlopen may be tried; else what is wrong, such as "built for aarch64, this
// process is x86_64" or "truncated".
std::optional<std::string> FindElfFault(const std::filesystem::path& path);

}  // namespace xai

#endif  // XAI_PLUGIN_ENTRY_ELF_CHECK_H_
