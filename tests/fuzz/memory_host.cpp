#include "fuzz/memory_host.h"

#include <cstring>
#include <memory>

#include "base/manifest.h"
#include "credentials/host_vault.h"
#include "credentials/key_source.h"
#include "credentials/store.h"
#include "fuzz/fuzz.h"
#include "runtime/provider_config.h"
#include "support/memory_secret_store.h"
#include "support/scripted_random.h"

namespace xai {
namespace {

constexpr int64_t kNowMs = 1'780'000'000'000;
constexpr int64_t kHourMs = 3'600'000;

SecretKey TheKey() {
  SecretKey key;
  std::memset(key.data(), 'k', SecretKey::size());
  return key;
}

CredentialRecord MakeCredential(bool expired) {
  CredentialRecord record;
  record.access_token = SecretString("access-token-of-nobody");
  record.refresh_token = SecretString("refresh-token-of-nobody");
  record.scope = "openid offline_access";
  record.issued_at_ms = kNowMs - (expired ? 7 : 1) * kHourMs;
  record.expires_at_ms = record.issued_at_ms + 6 * kHourMs;
  record.updated_at_ms = record.issued_at_ms;
  record.subject = "user-1";
  return record;
}

}  // namespace

const char* MemoryHost::Config() {
  return R"({"state_dir":"/nowhere","key_source":"host","window":4096,"max_requests":6})";
}

std::map<std::string, MemoryHost::Record> MemoryHost::MakeRecords(SignIn sign_in) {
  std::map<std::string, Record> records;
  if (sign_in == SignIn::kNone) return records;
  const std::unique_ptr<JsonDocument> manifest = ParseManifest();
  const Result<ProviderConfig> config = ReadProviderConfig(
      Config(), manifest->root(), [](const char*) { return std::string(); });
  Require(config.ok(), "the configuration is good");
  MemorySecretStore kept;
  const SealContext& seal = config.value().seal;
  const auto vault = MakeHostVault(&kept, "xai-grok/", seal.FileTag());
  const auto keys = MakeHostKeySource([] { return Result<SecretKey>(TheKey()); });
  ScriptedRandom random;
  Store store(vault.get(), seal, keys.get(), &random);
  const Result<StoreLock> lock = store.Lock([] { return false; });
  Result<StoreRoom> room = store.ReserveCredential();
  Require(lock.ok() && room.ok(), "the store can be written");
  const bool expired = sign_in == SignIn::kExpired;
  Require(store.SaveCredential(MakeCredential(expired), room.value().get()).ok(),
          "a sign-in is stored");
  for (const auto& [key, record] : kept.records) {
    records[key] = {record.bytes, record.generation};
  }
  return records;
}

MemoryHost::MemoryHost(SignIn sign_in, bool with_wake) {
  // Sealing takes its time; the records are always the same.
  static const auto* const kGood = new auto(MakeRecords(SignIn::kGood));
  static const auto* const kExpired = new auto(MakeRecords(SignIn::kExpired));
  if (sign_in == SignIn::kGood) records_ = *kGood;
  if (sign_in == SignIn::kExpired) records_ = *kExpired;
  last_generation_ = 1'000;
  host_.struct_size = sizeof host_;
  host_.abi_major = LLMP_ABI_MAJOR;
  host_.abi_minor = LLMP_ABI_MINOR;
  host_.name = "fuzz";
  host_.version = "1";
  host_.ctx = this;
  host_.log = &Log;
  host_.wake = with_wake ? &Wake : nullptr;
  host_.now_ms = &NowMs;
  host_.get_extension = &Extension;
  store_ = {sizeof store_, 0, this, &Get, &Put, &Lock, &Unlock};
  key_ = {sizeof key_, 0, this, &Key};
}

MemoryHost* MemoryHost::Of(void* ctx) {
  auto* host = static_cast<MemoryHost*>(ctx);
  Require(!host->gone_, "no call comes after destroy()");
  return host;
}

void LLMP_CALL MemoryHost::Log(const llmp_host* host, int32_t, const char* message) {
  Of(host->ctx);
  Require(std::strstr(message, "-of-nobody") == nullptr, "no token is logged");
}

void LLMP_CALL MemoryHost::Wake(const llmp_host* host, uint64_t queue) {
  Of(host->ctx);
  Require(queue != 0, "a queue is woken");
}

int64_t LLMP_CALL MemoryHost::NowMs(const llmp_host* host) {
  Of(host->ctx);
  return kNowMs;
}

const void* LLMP_CALL MemoryHost::Extension(const llmp_host* host, const char* id) {
  const MemoryHost* self = Of(host->ctx);
  if (std::strcmp(id, "llm.secret-store/1") == 0) return &self->store_;
  if (std::strcmp(id, "llm.secret-key/1") == 0) return &self->key_;
  return nullptr;
}

int32_t LLMP_CALL MemoryHost::Get(void* ctx, const char* key, void* buf, size_t* size,
                                  uint64_t* generation) {
  const MemoryHost* self = Of(ctx);
  if (self->broken_) return LLMP_E_STORE;
  const auto found = self->records_.find(key);
  if (found == self->records_.end()) return LLMP_E_NO_AUTH;
  const std::string& bytes = found->second.bytes;
  bytes.copy(static_cast<char*>(buf), *size);
  *size = bytes.size();
  *generation = found->second.generation;
  return LLMP_OK;
}

int32_t LLMP_CALL MemoryHost::Put(void* ctx, const char* key, const void* data,
                                  size_t size, uint64_t expected, uint64_t* generation) {
  MemoryHost* self = Of(ctx);
  if (self->broken_) return LLMP_E_STORE;
  const auto found = self->records_.find(key);
  const uint64_t now = found == self->records_.end() ? 0 : found->second.generation;
  if (now != expected) return LLMP_E_INVALID;
  if (size == 0) {
    self->records_.erase(key);
    return LLMP_OK;
  }
  const std::string bytes(static_cast<const char*>(data), size);
  Require(bytes.find("-of-nobody") == bytes.npos, "a store sees no token");
  *generation = ++self->last_generation_;
  self->records_[key] = {bytes, *generation};
  return LLMP_OK;
}

int32_t LLMP_CALL MemoryHost::Lock(void* ctx, const char*, int32_t) {
  MemoryHost* self = Of(ctx);
  if (self->broken_) return LLMP_E_STORE;
  Require(!self->locked_, "nobody locks twice");
  self->locked_ = true;
  return LLMP_OK;
}

void LLMP_CALL MemoryHost::Unlock(void* ctx, const char*) {
  Require(Of(ctx)->locked_, "nobody unlocks what he has not locked");
  Of(ctx)->locked_ = false;
}

int32_t LLMP_CALL MemoryHost::Key(void* ctx, const char*, unsigned char out[32]) {
  Of(ctx);
  std::memcpy(out, TheKey().data(), SecretKey::size());
  return LLMP_OK;
}

}  // namespace xai
