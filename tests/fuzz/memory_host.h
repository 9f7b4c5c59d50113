// A host in memory: a clock that stands still, a key, and a store that may hold a
// sign-in.
#ifndef XAI_TESTS_FUZZ_MEMORY_HOST_H_
#define XAI_TESTS_FUZZ_MEMORY_HOST_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <string>

#include "ext/secret_key.h"
#include "ext/secret_store.h"
#include "llm_provider.h"

namespace xai {

class MemoryHost {
 public:
  enum class SignIn { kNone, kGood, kExpired };

  // With a store that holds this sign-in; `with_wake`: it wants to be woken.
  MemoryHost(SignIn sign_in, bool with_wake);
  MemoryHost(const MemoryHost&) = delete;
  MemoryHost& operator=(const MemoryHost&) = delete;

  const llmp_host* abi() const { return &host_; }
  // For create(), so that nothing is kept in files.
  static const char* Config();
  // A store that answers with failures.
  void BreakStore() { broken_ = true; }
  // From now on no call may come.
  void Leave() { gone_ = true; }

 private:
  struct Record {
    std::string bytes;
    uint64_t generation = 0;
  };

  static MemoryHost* Of(void* ctx);
  static void LLMP_CALL Log(const llmp_host* host, int32_t level, const char* message);
  static void LLMP_CALL Wake(const llmp_host* host, uint64_t queue);
  static int64_t LLMP_CALL NowMs(const llmp_host* host);
  static const void* LLMP_CALL Extension(const llmp_host* host, const char* id);
  static int32_t LLMP_CALL Get(void* ctx, const char* key, void* buf, size_t* size,
                               uint64_t* generation);
  static int32_t LLMP_CALL Put(void* ctx, const char* key, const void* data, size_t size,
                               uint64_t expected, uint64_t* generation);
  static int32_t LLMP_CALL Lock(void* ctx, const char* key, int32_t timeout_ms);
  static void LLMP_CALL Unlock(void* ctx, const char* key);
  static int32_t LLMP_CALL Key(void* ctx, const char* profile, unsigned char out[32]);

  // Records as the plugin itself writes them.
  static std::map<std::string, Record> MakeRecords(SignIn sign_in);

  llmp_host host_ = {};
  llmp_secret_store store_ = {};
  llmp_secret_key key_ = {};
  std::atomic<bool> broken_{false};
  std::atomic<bool> gone_{false};
  // The store thread's.
  std::map<std::string, Record> records_;
  uint64_t last_generation_ = 0;
  bool locked_ = false;
};

}  // namespace xai

#endif  // XAI_TESTS_FUZZ_MEMORY_HOST_H_
