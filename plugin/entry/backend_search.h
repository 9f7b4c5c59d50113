// Where xai_grok_backend.so is.
#ifndef XAI_PLUGIN_ENTRY_BACKEND_SEARCH_H_
#define XAI_PLUGIN_ENTRY_BACKEND_SEARCH_H_

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace xai {

inline constexpr char kBackendFileName[] = "xai_grok_backend.so";

// The member `backend` of the host's config, else $XAI_GROK_BACKEND unless the process
// has more rights than its user (AT_SECURE).  Empty if neither is set.  A config that is
// not JSON has no members: the backend says what is wrong with it.
std::string ConfiguredBackend(const char* config, size_t size);

// The folders that are searched if nothing is configured: that of `front` as the host
// named it and, where a symbolic link leads elsewhere, the real one;
// /usr/local/lib/xai-grok and /usr/lib/xai-grok.  An installation keeps its libraries in
// lib/ below those two, beside its manifest, so that folder follows each of them.
std::vector<std::filesystem::path> BackendFolders(const std::filesystem::path& front);

// The file that this code is in: xai_grok.so.
std::filesystem::path FrontPath();

struct BackendSearch {
  std::filesystem::path found;             // absolute; empty if there is none
  std::vector<std::string> checked_paths;  // in order, the last is the one found
};

// `configured`, if not empty, is the only place: a file, or a folder with one.  Otherwise
// the first of `folders` that has the file.
BackendSearch FindBackend(const std::string& configured,
                          const std::vector<std::filesystem::path>& folders);

}  // namespace xai

#endif  // XAI_PLUGIN_ENTRY_BACKEND_SEARCH_H_
