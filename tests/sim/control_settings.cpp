#include "sim/control_settings.h"

namespace xai::sim {
namespace {

constexpr std::int64_t kNumberMax = 366LL * 24 * 3600;

bool SetText(const JsonValue& value, std::string& target) {
  if (!value.IsString()) return false;
  target = TextOf(value);
  return true;
}

bool SetFlag(const JsonValue& value, bool& target) {
  if (!value.IsBool()) return false;
  target = value.GetBool();
  return true;
}

// Sets a count or a duration.
template <class Target>
bool SetNumber(const JsonValue& value, std::int64_t least, Target& target) {
  if (!value.IsInt64()) return false;
  const std::int64_t number = value.GetInt64();
  if (number < least || number > kNumberMax) return false;
  target = static_cast<Target>(number);
  return true;
}

bool SetTier(const JsonValue& value, std::optional<int>& tier) {
  if (value.IsNull()) {
    tier.reset();
    return true;
  }
  int number = 0;
  if (!SetNumber(value, 0, number)) return false;
  tier = number;
  return true;
}

bool SetApprove(const JsonValue& value, Approve& target) {
  const auto approve = value.IsString() ? ParseApprove(TextOf(value)) : std::nullopt;
  if (approve) target = *approve;
  return approve.has_value();
}

// False when the name or the value is not understood.
bool Set(std::string_view name, const JsonValue& value, Settings& settings) {
  if (name == "approve") return SetApprove(value, settings.approve);
  if (name == "approve_after") return SetNumber(value, 0, settings.approve_after);
  if (name == "tier") return SetTier(value, settings.tier);
  if (name == "access_ttl") return SetNumber(value, 1, settings.access_ttl);
  if (name == "interval") return SetNumber(value, 0, settings.interval);
  if (name == "expires_in") return SetNumber(value, 1, settings.expires_in);
  if (name == "rotation_grace") return SetNumber(value, 0, settings.rotation_grace);
  if (name == "chunk_delay_ms") return SetNumber(value, 0, settings.chunk_delay);
  if (name == "require_tokens") return SetFlag(value, settings.require_tokens);
  if (name == "id_token") return SetFlag(value, settings.id_token);
  if (name == "refresh_token") return SetFlag(value, settings.refresh_token);
  if (name == "sub") return SetText(value, settings.account.sub);
  if (name == "email") return SetText(value, settings.account.email);
  return false;
}

}  // namespace

std::string SettingsJson(const Settings& settings) {
  JsonWriter json;
  json.BeginObject().Member("approve", NameOf(settings.approve));
  json.Member("approve_after", settings.approve_after).Key("tier");
  settings.tier ? json.Value(*settings.tier) : json.Null();
  json.Member("access_ttl", settings.access_ttl.count());
  json.Member("interval", settings.interval.count());
  json.Member("expires_in", settings.expires_in.count());
  json.Member("rotation_grace", settings.rotation_grace.count());
  json.Member("chunk_delay_ms", settings.chunk_delay.count());
  json.Member("require_tokens", settings.require_tokens);
  json.Member("id_token", settings.id_token);
  json.Member("refresh_token", settings.refresh_token);
  json.Member("sub", settings.account.sub).Member("email", settings.account.email);
  return json.EndObject().text();
}

std::optional<std::string> ChangeSettings(const JsonValue& body, Settings& settings) {
  Settings changed = settings;
  for (const auto& member : body.GetObject()) {
    const std::string_view name = TextOf(member.name);
    if (!Set(name, member.value, changed)) {
      return "member " + std::string(name) + " is unknown or wrong";
    }
  }
  settings = changed;
  return std::nullopt;
}

}  // namespace xai::sim
