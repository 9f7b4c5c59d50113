// The vault that is a directory of ours.
#ifndef XAI_PLUGIN_CREDENTIALS_FILE_VAULT_H_
#define XAI_PLUGIN_CREDENTIALS_FILE_VAULT_H_

#include <memory>
#include <string>

#include "base/file_system.h"
#include "credentials/vault.h"

namespace xai {

// Nothing is kept open between calls, so a directory that is removed or replaced is
// noticed.
std::unique_ptr<Vault> MakeFileVault(FileSystem* files, std::string directory);

}  // namespace xai

#endif  // XAI_PLUGIN_CREDENTIALS_FILE_VAULT_H_
