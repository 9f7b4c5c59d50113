// A store of the host's that many processes, or machines, share.
#ifndef XAI_PLUGIN_CREDENTIALS_SECRET_STORE_H_
#define XAI_PLUGIN_CREDENTIALS_SECRET_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace xai {

// What the host's llm.secret-store/1 offers: host-api/ext/secret_store.h.  Calls may
// block.  Store thread only.
class SecretStore {
 public:
  struct Record {
    std::string bytes;
    uint64_t generation = 0;
  };

  SecretStore() = default;
  SecretStore(const SecretStore&) = delete;
  SecretStore& operator=(const SecretStore&) = delete;
  virtual ~SecretStore() = default;

  virtual Result<std::optional<Record>> Get(const std::string& key) = 0;

  // Compare and swap: `expected` 0 stands for "absent", no bytes erase.  False if the
  // record has another generation.
  virtual Result<bool> Put(const std::string& key, std::string_view bytes,
                           uint64_t expected) = 0;

  // False if somebody else held it all the time.
  virtual Result<bool> Lock(const std::string& key, int64_t timeout_ms) = 0;
  virtual void Unlock(const std::string& key) = 0;
};

}  // namespace xai

#endif  // XAI_PLUGIN_CREDENTIALS_SECRET_STORE_H_
