#include "host_store/host_extensions.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace xai {
namespace {

HostExtensions* Self(void* ctx) {
  return static_cast<HostExtensions*>(ctx);
}

}  // namespace

HostExtensions::HostExtensions(SqliteStore* store, std::optional<HostKeyBytes> key)
    : store_(store), key_(key) {
  store_extension_.struct_size = sizeof store_extension_;
  store_extension_.ctx = this;
  store_extension_.get = &Get;
  store_extension_.put = &Put;
  store_extension_.lock = &Lock;
  store_extension_.unlock = &Unlock;
  key_extension_.struct_size = sizeof key_extension_;
  key_extension_.ctx = this;
  key_extension_.get = &Key;
}

const void* HostExtensions::Find(const char* id) const {
  const std::string_view name(id);
  if (name == "llm.secret-store/1") return &store_extension_;
  if (name == "llm.secret-key/1" && key_) return &key_extension_;
  return nullptr;
}

int32_t HostExtensions::Get(void* ctx, const char* key, void* buf, size_t* size,
                            uint64_t* generation) {
  if (Self(ctx)->faults_.get) return LLMP_E_STORE;
  SqliteStore::Record record;
  const int32_t result = Self(ctx)->store_->Get(key, &record);
  if (result != LLMP_OK) return result;
  std::memcpy(buf, record.bytes.data(), std::min(*size, record.bytes.size()));
  *size = record.bytes.size();
  *generation = record.generation;
  return LLMP_OK;
}

int32_t HostExtensions::Put(void* ctx, const char* key, const void* data, size_t size,
                            uint64_t expected, uint64_t* generation) {
  if (Self(ctx)->faults_.put) return LLMP_E_STORE;
  const std::string_view bytes(static_cast<const char*>(data), size);
  return Self(ctx)->store_->Put(key, bytes, expected, generation);
}

int32_t HostExtensions::Lock(void* ctx, const char* key, int32_t timeout_ms) {
  if (Self(ctx)->faults_.lock) return LLMP_OK;
  return Self(ctx)->store_->Lock(key, timeout_ms);
}

void HostExtensions::Unlock(void* ctx, const char* key) {
  Self(ctx)->store_->Unlock(key);
}

int32_t HostExtensions::Key(void* ctx, const char*, unsigned char out[32]) {
  const HostKeyBytes& key = *Self(ctx)->key_;
  std::copy(key.begin(), key.end(), out);
  return LLMP_OK;
}

}  // namespace xai
