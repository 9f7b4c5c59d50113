// The configuration of one provider: what the host passed, what the environment says,
// what the manifest has.
#ifndef XAI_PLUGIN_RUNTIME_PROVIDER_CONFIG_H_
#define XAI_PLUGIN_RUNTIME_PROVIDER_CONFIG_H_

#include <cstdint>
#include <functional>
#include <string>

#include "base/json_document.h"
#include "base/result.h"
#include "credentials/sealed_file.h"
#include "grok/api_config.h"
#include "http/transport.h"
#include "oauth/config.h"

namespace xai {

struct ProviderConfig {
  OAuthConfig oauth;
  ApiConfig api;
  HttpSettings http;
  SealContext seal;
  KeySourceId key_source = KeySourceId::kKeyFile;
  std::string state_dir;
  std::string key_file;
  bool key_file_given = false;  // by the host, not by default
  std::string passphrase_file;
  std::string credentials_directory;  // systemd's
  std::string tier_table;
  int64_t window_bytes = 0;
  int64_t max_requests = 0;
  int64_t cache_ttl_ms = 0;
};

// Whether it is a full path that leaves room for the names below it.
bool IsUsablePath(const std::string& path);

// The value of an environment variable, empty if it is not set or must not be trusted.
using Environment = std::function<std::string(const char* name)>;

// Reads nothing if the process has more rights than its user (AT_SECURE).
Environment ProcessEnvironment();

// `json` may be empty.  The error is kInvalidConfig and names the member.
Result<ProviderConfig> ReadProviderConfig(const std::string& json,
                                          const JsonValue& manifest,
                                          const Environment& environment);

// With llm.secret-store/1 a key file that nobody asked for would defeat the purpose.
Result<void> CheckForHostStore(const ProviderConfig& config);

// The directories, from the host's members and the environment: design section 5.
Result<void> ResolvePaths(const JsonValue& config, const Environment& environment,
                          ProviderConfig* out);

// Hosts, names and proxies, checked: design section 6.
Result<void> ResolveEndpoints(const JsonValue& config, const JsonValue& manifest,
                              const Environment& environment, ProviderConfig* out);

}  // namespace xai

#endif  // XAI_PLUGIN_RUNTIME_PROVIDER_CONFIG_H_
