// The vault that is a store of the host's: nothing is kept on disk.
#ifndef XAI_PLUGIN_CREDENTIALS_HOST_VAULT_H_
#define XAI_PLUGIN_CREDENTIALS_HOST_VAULT_H_

#include <memory>
#include <string>

#include "credentials/secret_store.h"
#include "credentials/vault.h"

namespace xai {

// Keys are `prefix` and the name of the record.  `tag` is that of the records of this
// sign-in, since a store cannot be listed.
std::unique_ptr<Vault> MakeHostVault(SecretStore* store, std::string prefix,
                                     std::string tag);

}  // namespace xai

#endif  // XAI_PLUGIN_CREDENTIALS_HOST_VAULT_H_
