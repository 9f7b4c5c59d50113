// A host's store in memory, which several vaults may share.
#ifndef XAI_TESTS_SUPPORT_MEMORY_SECRET_STORE_H_
#define XAI_TESTS_SUPPORT_MEMORY_SECRET_STORE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "credentials/secret_store.h"

namespace xai {

// Used by one thread.
class MemorySecretStore : public SecretStore {
 public:
  Result<std::optional<Record>> Get(const std::string& key) override {
    if (broken) return Error::Make(ErrorCode::kStoreIo, "broken", "host_store");
    const auto found = records.find(key);
    if (found == records.end()) return std::optional<Record>();
    return std::optional<Record>(found->second);
  }
  Result<bool> Put(const std::string& key, std::string_view bytes,
                   uint64_t expected) override {
    if (broken) return Error::Make(ErrorCode::kStoreIo, "broken", "host_store");
    const auto found = records.find(key);
    const uint64_t now = found == records.end() ? 0 : found->second.generation;
    if (now != expected) return false;
    if (bytes.empty()) {
      records.erase(key);
    } else {
      records[key] = {std::string(bytes), ++last_generation};
    }
    return true;
  }
  Result<bool> Lock(const std::string& key, int64_t) override {
    return locks.insert(key).second;
  }
  void Unlock(const std::string& key) override { locks.erase(key); }

  std::map<std::string, Record> records;
  std::set<std::string> locks;
  uint64_t last_generation = 0;
  bool broken = false;
};

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_MEMORY_SECRET_STORE_H_
