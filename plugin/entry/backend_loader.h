// Opens xai_grok_backend.so and checks that it is the one that we were made for.
#ifndef XAI_PLUGIN_ENTRY_BACKEND_LOADER_H_
#define XAI_PLUGIN_ENTRY_BACKEND_LOADER_H_

#include <filesystem>

#include <boost/dll/shared_library.hpp>

#include "abi/backend_entry.h"
#include "base/result.h"
#include "entry/requirements.h"

namespace xai {

// An open library: it is unloaded when the last copy of `library` goes.
struct Backend {
  boost::dll::shared_library library;
  const xai_backend_entry* entry = nullptr;
};

// Fails with reason backend_not_loadable, backend_entry_missing or backend_version.
Result<Backend> LoadBackend(const std::filesystem::path& path,
                            const Requirements& requirements);

}  // namespace xai

#endif  // XAI_PLUGIN_ENTRY_BACKEND_LOADER_H_
