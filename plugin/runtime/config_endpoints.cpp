#include <algorithm>
#include <array>

#include "base/manifest.h"
#include "http/proxy.h"
#include "http/url.h"
#include "runtime/provider_config.h"

namespace xai {
namespace {

constexpr std::string_view kAuthUrl = "https://auth.x.ai";
constexpr std::string_view kApiUrl = "https://api.x.ai/v1";
constexpr size_t kNameBytesMax = 256;

Error Invalid(std::string_view member, std::string_view what) {
  return Error::Make(ErrorCode::kInvalidConfig,
                     std::string(member) + ": " + std::string(what), std::string(member));
}

std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= 0x20 && c < 0x7F; });
}

// We say who we are: posing as another client would be against xAI's terms.
bool PosesAsAnother(std::string_view name) {
  constexpr std::array<std::string_view, 12> kOthers = {
      "grok-cli", "grok-build", "grok-shell",  "grok-workspace", "xai-grok-cli", "hermes",
      "opencode", "openclaw",   "claude-code", "codex",          "grok-pager",   "maki"};
  const std::string lower = ToLower(name);
  if (lower == "pi" || lower.rfind("pi/", 0) == 0) return true;
  return std::any_of(kOthers.begin(), kOthers.end(), [&lower](std::string_view other) {
    return lower.find(other) != std::string::npos;
  });
}

Result<void> ReadAuthUrl(const JsonValue& config, const Environment& environment,
                         ProviderConfig* out) {
  const auto given = config["endpoints"]["auth"].String();
  const std::string from = given ? std::string() : environment("XAI_GROK_AUTH_URL");
  const std::string url =
      given ? std::string(*given) : (from.empty() ? std::string(kAuthUrl) : from);
  const std::string_view member =
      given || from.empty() ? "endpoints.auth" : "XAI_GROK_AUTH_URL";
  const std::optional<UrlParts> parts = ParseUrl(url);
  const bool good =
      parts && parts->path.empty() && (IsLoopbackHost(parts->host) || url == kAuthUrl);
  if (!good) {
    return Invalid(member,
                   "must be https://auth.x.ai or the origin of a loopback address, "
                   "without a path");
  }
  out->oauth.issuer = url;
  return {};
}

Result<void> ReadApiUrl(const JsonValue& config, const Environment& environment,
                        ProviderConfig* out) {
  const auto given = config["endpoints"]["api"].String();
  const std::string from = given ? std::string() : environment("XAI_GROK_API_URL");
  std::string url =
      given ? std::string(*given) : (from.empty() ? std::string(kApiUrl) : from);
  while (!url.empty() && url.back() == '/') url.pop_back();
  const std::optional<UrlParts> parts = ParseUrl(url);
  const bool loopback = parts && IsLoopbackHost(parts->host);
  if (!from.empty() && !loopback) {
    return Invalid("XAI_GROK_API_URL", "must be a loopback address");
  }
  const bool vendor =
      parts && parts->scheme == "https" &&
      (IsWithinDomain(parts->host, "x.ai") || IsWithinDomain(parts->host, "grok.com"));
  if ((!loopback && !vendor) || parts->path.find('?') != std::string::npos) {
    return Invalid(
        "endpoints.api",
        "must be an https address under x.ai or grok.com, or a loopback address");
  }
  // A real bearer must not go to whoever listens on this machine, nor a simulator's to
  // xAI.
  const std::optional<UrlParts> issuer = ParseUrl(out->oauth.issuer);
  if (IsLoopbackHost(issuer->host) != loopback) {
    return Invalid("endpoints", "auth and api must both be xAI's or both be loopback");
  }
  out->api.base_url = url;
  return {};
}

Result<void> ReadNames(const JsonValue& config, const JsonValue& manifest,
                       ProviderConfig* out) {
  struct Member {
    const char* name;
    std::string fallback;
    std::string* target;
  };
  const JsonValue oauth = manifest["oauth"];
  const auto text = [&oauth](const char* name) {
    return std::string(oauth[name].String().value_or(""));
  };
  const std::array<Member, 4> members = {{
      {"client_id", text("client_id"), &out->oauth.client_id},
      {"scope", text("scope"), &out->oauth.scope},
      {"referrer", text("referrer"), &out->oauth.referrer},
      {"user_agent", std::string("xai-grok-provider/") + PluginVersion(),
       &out->http.user_agent},
  }};
  for (const Member& member : members) {
    const auto given = config[member.name].String();
    *member.target = given ? std::string(*given) : member.fallback;
    if (!IsPrintable(*member.target) || member.target->size() > kNameBytesMax ||
        (member.target->empty() && std::string_view(member.name) != "referrer")) {
      return Invalid(member.name, "must be printable ASCII, at most 256 bytes");
    }
  }
  if (PosesAsAnother(out->oauth.referrer)) {
    return Invalid("referrer", "is the name of another known client");
  }
  if (PosesAsAnother(out->http.user_agent)) {
    return Invalid("user_agent", "is the name of another known client");
  }
  return {};
}

Result<void> ReadExtraHeaders(const JsonValue& config, ProviderConfig* out) {
  constexpr std::array<std::string_view, 8> kReserved = {
      "authorization",   "content-type", "content-length",    "host",
      "accept-encoding", "user-agent",   "transfer-encoding", "connection"};
  const JsonValue headers = config["extra_headers"];
  for (JsonValue header = headers.FirstChild(); header.present();
       header = header.Next()) {
    const std::string name(header.name());
    const auto value = header.String();
    const bool good_name =
        !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                 (c >= '0' && c <= '9') || c == '-' || c == '_';
        });
    const std::string lower = ToLower(name);
    const bool reserved =
        std::find(kReserved.begin(), kReserved.end(), lower) != kReserved.end();
    if (!good_name || reserved || !value || !IsPrintable(*value)) {
      return Invalid("extra_headers", "holds a name or value that cannot be sent");
    }
    out->api.extra_headers.push_back({name, std::string(*value)});
  }
  return {};
}

Result<void> ReadProxy(const JsonValue& config, const Environment& environment,
                       ProviderConfig* out) {
  out->http.ca_file = std::string(config["ca_file"].String().value_or(""));
  const std::string proxy(config["proxy"].String().value_or("environment"));
  if (proxy == "none") return {};
  if (proxy != "environment") {
    if (!IsPrintable(proxy) || proxy.find("://") == std::string::npos) {
      return Invalid("proxy", "must be environment, none or a URL");
    }
    out->http.proxy_url = proxy;
    return {};
  }
  const auto first = [&environment](std::initializer_list<const char*> names) {
    for (const char* name : names) {
      std::string value = environment(name);
      if (!value.empty()) return value;
    }
    return std::string();
  };
  out->http.proxy_url = first({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
  out->http.no_proxy = first({"no_proxy", "NO_PROXY"});
  return {};
}

}  // namespace

Result<void> ResolveEndpoints(const JsonValue& config, const JsonValue& manifest,
                              const Environment& environment, ProviderConfig* out) {
  const JsonValue endpoints = config["endpoints"];
  for (const char* name : {"auth", "api"}) {
    const JsonValue value = endpoints[name];
    if (value.present() && !value.is_string()) {
      return Invalid(std::string("endpoints.") + name, "must be a string");
    }
  }
  Result<void> read = ReadAuthUrl(config, environment, out);
  if (read.ok()) read = ReadApiUrl(config, environment, out);
  if (read.ok()) read = ReadNames(config, manifest, out);
  if (read.ok()) read = ReadExtraHeaders(config, out);
  if (read.ok()) read = ReadProxy(config, environment, out);
  const std::optional<UrlParts> api = ParseUrl(out->api.base_url);
  out->api.proxied = api && UsesProxy(out->http, api->host);
  return read;
}

}  // namespace xai
