#include "runtime/provider_config.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/limits.h"
#include "credentials/key_source.h"

namespace xai {
namespace {

using Type = JsonValue::Type;

Error Invalid(std::string_view member, std::string_view what) {
  return Error::Make(ErrorCode::kInvalidConfig,
                     std::string(member) + ": " + std::string(what), std::string(member));
}

struct TypedMember {
  std::string_view name;
  Type type;
  std::string_view words;
};

constexpr std::array<TypedMember, 19> kTypedMembers = {{
    {"state_dir", Type::kString, "must be a string"},
    {"key_source", Type::kString, "must be a string"},
    {"key_file", Type::kString, "must be a string"},
    {"passphrase_file", Type::kString, "must be a string"},
    {"profile", Type::kString, "must be a string"},
    {"backend", Type::kString, "must be a string"},
    {"client_id", Type::kString, "must be a string"},
    {"scope", Type::kString, "must be a string"},
    {"referrer", Type::kString, "must be a string"},
    {"user_agent", Type::kString, "must be a string"},
    {"tier_table", Type::kString, "must be a string"},
    {"ca_file", Type::kString, "must be a string"},
    {"proxy", Type::kString, "must be a string"},
    {"endpoints", Type::kObject, "must be an object"},
    {"extra_headers", Type::kObject, "must be an object"},
    {"timeouts", Type::kObject, "must be an object"},
    {"window", Type::kNumber, "must be a number"},
    {"max_requests", Type::kNumber, "must be a number"},
    {"cache_ttl_s", Type::kNumber, "must be a number"},
}};

Result<void> CheckTypes(const JsonValue& config) {
  for (const TypedMember& member : kTypedMembers) {
    const JsonValue value = config[member.name];
    if (!value.present() || value.is_null()) continue;
    if (value.type() != member.type) return Invalid(member.name, member.words);
  }
  return {};
}

// A whole number within bounds, or the default.
Result<int64_t> Number(const JsonValue& parent, std::string_view name, int64_t fallback,
                       int64_t least, int64_t most) {
  const JsonValue value = parent[name];
  if (!value.present() || value.is_null()) return fallback;
  const std::optional<int64_t> number = value.Integer();
  if (!number || *number < least || *number > most) {
    return Invalid(name, "must be a whole number from " + std::to_string(least) + " to " +
                             std::to_string(most));
  }
  return *number;
}

int64_t MaxRequestsDefault() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return limits::kMaxRequestsCap;
  const auto descriptors = static_cast<int64_t>(std::min<rlim_t>(
      limit.rlim_cur, limits::kMaxRequestsCap + limits::kDescriptorReserve));
  return std::max<int64_t>(descriptors - limits::kDescriptorReserve, 1);
}

Result<void> ReadNumbers(const JsonValue& config, ProviderConfig* out) {
  struct Member {
    JsonValue parent;
    std::string_view name;
    int64_t fallback;
    int64_t least;
    int64_t most;
    int64_t* target;
  };
  constexpr int64_t kDayMs = 86'400'000;
  const JsonValue timeouts = config["timeouts"];
  ApiConfig& api = out->api;
  int64_t ttl_seconds = 0;
  const std::array<Member, 7> members = {{
      {config, "window", limits::kWindowBytesDefault, limits::kWindowBytesMin,
       limits::kWindowBytesMax, &out->window_bytes},
      {config, "max_requests", MaxRequestsDefault(), 1, limits::kMaxRequestsCap,
       &out->max_requests},
      {config, "cache_ttl_s", 600, 0, kDayMs / 1000, &ttl_seconds},
      {timeouts, "connect_ms", api.connect_ms, 1, kDayMs, &api.connect_ms},
      {timeouts, "first_byte_ms", api.first_byte_ms, 1, kDayMs, &api.first_byte_ms},
      {timeouts, "idle_ms", api.idle_ms, 1, kDayMs, &api.idle_ms},
      {timeouts, "content_idle_ms", api.content_idle_ms, 1, kDayMs, &api.content_idle_ms},
  }};
  for (const Member& member : members) {
    Result<int64_t> value =
        Number(member.parent, member.name, member.fallback, member.least, member.most);
    if (!value.ok()) return std::move(value).error();
    *member.target = value.value();
  }
  out->cache_ttl_ms = ttl_seconds * 1000;
  return {};
}

Result<void> ReadKeySource(const JsonValue& config, ProviderConfig* out) {
  const std::optional<KeySourceId> source =
      ParseKeySource(config["key_source"].String().value_or("key_file"));
  if (!source) {
    return Invalid("key_source", "must be key_file, host, systemd or passphrase");
  }
  out->key_source = *source;
  if (*source != KeySourceId::kPassphrase) return {};
  out->passphrase_file = std::string(config["passphrase_file"].String().value_or(""));
  if (out->passphrase_file.empty()) {
    return Invalid("passphrase_file", "is needed for the key source passphrase");
  }
  return {};
}

Result<void> ReadProfile(const JsonValue& config, ProviderConfig* out) {
  const std::string_view profile = config["profile"].String().value_or("default");
  if (profile.empty() || profile.size() > 64 || profile.find('\0') != profile.npos) {
    return Invalid("profile", "must have 1 to 64 bytes");
  }
  out->seal = {out->oauth.issuer, out->oauth.client_id, std::string(profile)};
  return {};
}

Result<void> ReadTierTable(const JsonValue& config, const JsonValue& manifest,
                           ProviderConfig* out) {
  out->tier_table = std::string(config["tier_table"].String().value_or("skill-2026-05"));
  if (!manifest["tiers"][out->tier_table].present()) {
    return Invalid("tier_table", "is not a table of this version");
  }
  return {};
}

}  // namespace

Result<void> CheckForHostStore(const ProviderConfig& config) {
  if (config.key_source != KeySourceId::kKeyFile || config.key_file_given) return {};
  return Invalid("key_source",
                 "with the host's store it must be host, passphrase or systemd, or "
                 "key_file must be named");
}

Environment ProcessEnvironment() {
  return [](const char* name) -> std::string {
    const char* value = secure_getenv(name);
    return value == nullptr ? std::string() : std::string(value);
  };
}

Result<ProviderConfig> ReadProviderConfig(const std::string& json,
                                          const JsonValue& manifest,
                                          const Environment& environment) {
  if (json.size() > limits::kConfigBytesMax) return Invalid("config", "is too large");
  Result<std::unique_ptr<JsonDocument>> document =
      JsonDocument::Parse(json.empty() ? "{}" : json);
  if (!document.ok()) return Invalid("config", document.error().detail);
  const JsonValue config = document.value()->root();
  if (!config.is_object()) return Invalid("config", "must be a JSON object");

  ProviderConfig out;
  Result<void> read = CheckTypes(config);
  if (read.ok()) read = ResolveEndpoints(config, manifest, environment, &out);
  if (read.ok()) read = ReadProfile(config, &out);
  if (read.ok()) read = ReadKeySource(config, &out);
  if (read.ok()) read = ResolvePaths(config, environment, &out);
  if (read.ok()) read = ReadTierTable(config, manifest, &out);
  if (read.ok()) read = ReadNumbers(config, &out);
  if (!read.ok()) return std::move(read).error();
  return out;
}

}  // namespace xai
