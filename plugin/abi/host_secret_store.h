// The host's llm.secret-store/1, as the rest of the plugin wants it.
#ifndef XAI_PLUGIN_ABI_HOST_SECRET_STORE_H_
#define XAI_PLUGIN_ABI_HOST_SECRET_STORE_H_

#include <memory>

#include "credentials/secret_store.h"
#include "llm_provider.h"

namespace xai {

// Null if the host has none, or one without all of its functions.
std::unique_ptr<SecretStore> FindHostStore(const llmp_host* host);

}  // namespace xai

#endif  // XAI_PLUGIN_ABI_HOST_SECRET_STORE_H_
