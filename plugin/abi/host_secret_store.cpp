#include "abi/host_secret_store.h"

#include "base/limits.h"
#include "ext/secret_store.h"

namespace xai {
namespace {

// A record that another process is replacing may grow between two looks.
constexpr int kReadAttemptsMax = 4;
constexpr size_t kFirstReadBytes = 16u << 10;

Error Failed(const char* call) {
  return Error::Make(ErrorCode::kStoreIo,
                     std::string("the host's store failed to ") + call, "host_store");
}

class HostSecretStore : public SecretStore {
 public:
  explicit HostSecretStore(const llmp_secret_store* store) : store_(store) {}

  Result<std::optional<Record>> Get(const std::string& key) override {
    Record record;
    size_t room = kFirstReadBytes;
    for (int attempt = 0; attempt < kReadAttemptsMax; ++attempt) {
      record.bytes.resize(room);
      size_t size = room;
      const int32_t status = store_->get(store_->ctx, key.c_str(), record.bytes.data(),
                                         &size, &record.generation);
      if (status == LLMP_E_NO_AUTH) return std::optional<Record>();
      if (status != LLMP_OK) return Failed("read");
      if (size > limits::kSealedBytesMax) {
        return Error::Make(ErrorCode::kStoreCorrupt,
                           "the record in the host's store is too large", "size");
      }
      if (size <= room) {
        record.bytes.resize(size);
        return std::optional<Record>(std::move(record));
      }
      room = size;
    }
    return Failed("read");
  }

  Result<bool> Put(const std::string& key, std::string_view bytes,
                   uint64_t expected) override {
    uint64_t generation = 0;
    const int32_t status = store_->put(store_->ctx, key.c_str(), bytes.data(),
                                       bytes.size(), expected, &generation);
    if (status == LLMP_E_INVALID) return false;
    if (status != LLMP_OK) return Failed("write");
    return true;
  }

  Result<bool> Lock(const std::string& key, int64_t timeout_ms) override {
    const int32_t status =
        store_->lock(store_->ctx, key.c_str(), static_cast<int32_t>(timeout_ms));
    if (status == LLMP_E_STORE) return false;
    if (status != LLMP_OK) return Failed("lock");
    return true;
  }

  void Unlock(const std::string& key) override {
    store_->unlock(store_->ctx, key.c_str());
  }

 private:
  const llmp_secret_store* store_;
};

}  // namespace

std::unique_ptr<SecretStore> FindHostStore(const llmp_host* host) {
  if (!LLMP_HAS(host, llmp_host, get_extension)) return nullptr;
  const auto* store = static_cast<const llmp_secret_store*>(
      host->get_extension(host, "llm.secret-store/1"));
  if (store == nullptr || !LLMP_HAS(store, llmp_secret_store, get) ||
      !LLMP_HAS(store, llmp_secret_store, put) ||
      !LLMP_HAS(store, llmp_secret_store, lock) ||
      !LLMP_HAS(store, llmp_secret_store, unlock)) {
    return nullptr;
  }
  return std::make_unique<HostSecretStore>(store);
}

}  // namespace xai
