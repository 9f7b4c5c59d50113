#include "abi/host_adapter.h"

#include <algorithm>

#include "base/limits.h"

#include "ext/secret_key.h"

namespace xai {

int64_t HostClock::NowMs() const {
  if (LLMP_HAS(host_, llmp_host, now_ms)) {
    return std::clamp<int64_t>(host_->now_ms(host_), 0, limits::kWallClockMsMax);
  }
  return SystemClock::NowMs();
}

void HostLogger::Log(LogLevel level, const std::string& message) {
  const auto number = static_cast<int32_t>(level);
  if (LLMP_HAS(host_, llmp_host, log)) {
    host_->log(host_, number, message.c_str());
  } else {
    fallback_(number, message);
  }
}

HostKey FindHostKey(const llmp_host* host) {
  if (!LLMP_HAS(host, llmp_host, get_extension)) return nullptr;
  const auto* keys =
      static_cast<const llmp_secret_key*>(host->get_extension(host, "llm.secret-key/1"));
  if (keys == nullptr || !LLMP_HAS(keys, llmp_secret_key, get)) return nullptr;
  return [keys](const std::string& profile) -> Result<SecretKey> {
    SecretKey key;
    if (keys->get(keys->ctx, profile.c_str(), key.data()) == LLMP_OK) return key;
    return Error::Make(ErrorCode::kStoreKey, "the host did not give the key",
                       "key_missing");
  };
}

}  // namespace xai
