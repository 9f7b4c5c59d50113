// Makes the backend's provider one that takes its library with it when it goes.
#ifndef XAI_PLUGIN_ENTRY_WRAP_H_
#define XAI_PLUGIN_ENTRY_WRAP_H_

#include <cstddef>

#include "base/result.h"
#include "entry/backend_loader.h"
#include "llm_provider.h"

namespace xai {

// What the host passed to create().
struct CreateArguments {
  const llmp_host* host;
  const char* config;
  size_t size;
};

// Has the backend create its provider, whose destroy() then also unloads the backend.
// Fails with the backend's own reason.  Null without memory.
Result<llmp_provider*> CreateThrough(Backend backend, const CreateArguments& arguments);

}  // namespace xai

#endif  // XAI_PLUGIN_ENTRY_WRAP_H_
