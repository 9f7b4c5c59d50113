// What a host offers that keeps the credentials itself: llm.secret-store/1, and with a
// key llm.secret-key/1 as well.
#ifndef XAI_TESTS_HOST_STORE_HOST_EXTENSIONS_H_
#define XAI_TESTS_HOST_STORE_HOST_EXTENSIONS_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "ext/secret_key.h"
#include "ext/secret_store.h"
#include "host_store/sqlite_store.h"

namespace xai {

using HostKeyBytes = std::array<unsigned char, 32>;

// What the store does wrong; any thread may change it.
struct StoreFaults {
  std::atomic<bool> get{false};   // answers LLMP_E_STORE
  std::atomic<bool> put{false};   // likewise
  std::atomic<bool> lock{false};  // says that it is held, and holds nothing
};

class HostExtensions {
 public:
  HostExtensions(SqliteStore* store, std::optional<HostKeyBytes> key);
  HostExtensions(const HostExtensions&) = delete;
  HostExtensions& operator=(const HostExtensions&) = delete;

  // As llmp_host.get_extension.
  const void* Find(const char* id) const;

  StoreFaults& faults() { return faults_; }

 private:
  static int32_t LLMP_CALL Get(void* ctx, const char* key, void* buf, size_t* size,
                               uint64_t* generation);
  static int32_t LLMP_CALL Put(void* ctx, const char* key, const void* data, size_t size,
                               uint64_t expected, uint64_t* generation);
  static int32_t LLMP_CALL Lock(void* ctx, const char* key, int32_t timeout_ms);
  static void LLMP_CALL Unlock(void* ctx, const char* key);
  static int32_t LLMP_CALL Key(void* ctx, const char* profile, unsigned char out[32]);

  SqliteStore* store_;
  std::optional<HostKeyBytes> key_;
  StoreFaults faults_;
  llmp_secret_store store_extension_ = {};
  llmp_secret_key key_extension_ = {};
};

}  // namespace xai

#endif  // XAI_TESTS_HOST_STORE_HOST_EXTENSIONS_H_
