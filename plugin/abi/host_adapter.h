// What the host offers, as the rest of the plugin wants it.
#ifndef XAI_PLUGIN_ABI_HOST_ADAPTER_H_
#define XAI_PLUGIN_ABI_HOST_ADAPTER_H_

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "llm_provider.h"
#include "runtime/credential_service.h"

namespace xai {

// The host's clock, or the system's.
class HostClock : public SystemClock {
 public:
  explicit HostClock(const llmp_host* host) : host_(host) {}
  int64_t NowMs() const override;

 private:
  const llmp_host* host_;
};

// The host's log, or `fallback`.
class HostLogger : public Logger {
 public:
  using Fallback = std::function<void(int32_t level, const std::string& message)>;

  HostLogger(const llmp_host* host, Fallback fallback)
      : host_(host), fallback_(std::move(fallback)) {}
  void Log(LogLevel level, const std::string& message) override;

 private:
  const llmp_host* host_;
  Fallback fallback_;
};

// The host's llm.secret-key/1; empty if it has none.
HostKey FindHostKey(const llmp_host* host);

}  // namespace xai

#endif  // XAI_PLUGIN_ABI_HOST_ADAPTER_H_
