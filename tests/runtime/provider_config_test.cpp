#include "runtime/provider_config.h"

#include <map>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/manifest.h"

namespace xai {
namespace {

using Variables = std::map<std::string, std::string>;

Result<ProviderConfig> Read(const std::string& json,
                            const Variables& variables = {{"HOME", "/home/u"}}) {
  static const std::unique_ptr<JsonDocument> manifest = ParseManifest();
  return ReadProviderConfig(json, manifest->root(), [&variables](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  });
}

// What is wrong, "" if nothing is.
std::string Reason(const std::string& json,
                   const Variables& variables = {{"HOME", "/home/u"}}) {
  const Result<ProviderConfig> config = Read(json, variables);
  if (config.ok()) return "";
  EXPECT_EQ(config.error().code, ErrorCode::kInvalidConfig) << json;
  EXPECT_EQ(config.error().detail.rfind(config.error().reason, 0), 0u)
      << config.error().detail;
  return config.error().reason;
}

TEST(ProviderConfigTest, HasDefaults) {
  for (const char* json : {"", "{}", R"({"unknown":[1],"timeouts":{"unknown":1}})",
                           R"({"state_dir":null,"window":null,"endpoints":null})"}) {
    const Result<ProviderConfig> read = Read(json);
    ASSERT_TRUE(read.ok()) << json << read.error().detail;
    const ProviderConfig& config = read.value();
    EXPECT_EQ(config.oauth.issuer, "https://auth.x.ai");
    EXPECT_EQ(config.api.base_url, "https://api.x.ai/v1");
    EXPECT_FALSE(config.oauth.client_id.empty());
    EXPECT_FALSE(config.oauth.scope.empty());
    EXPECT_EQ(config.oauth.referrer, "xai-grok-provider");
    EXPECT_EQ(config.http.user_agent,
              std::string("xai-grok-provider/") + PluginVersion());
    EXPECT_EQ(config.http.proxy_url, "");
    EXPECT_EQ(config.seal.issuer, config.oauth.issuer);
    EXPECT_EQ(config.seal.client_id, config.oauth.client_id);
    EXPECT_EQ(config.seal.profile, "default");
    EXPECT_EQ(config.key_source, KeySourceId::kKeyFile);
    EXPECT_EQ(config.state_dir, "/home/u/.local/state/xai-grok");
    EXPECT_EQ(config.key_file, "/home/u/.config/xai-grok/key");
    EXPECT_EQ(config.tier_table, "skill-2026-05");
    EXPECT_EQ(config.window_bytes, 262'144);
    EXPECT_GE(config.max_requests, 1);
    EXPECT_LE(config.max_requests, 4096);
    EXPECT_EQ(config.cache_ttl_ms, 600'000);
    EXPECT_EQ(config.api.connect_ms, 10'000);
    EXPECT_EQ(config.api.first_byte_ms, 300'000);
    EXPECT_EQ(config.api.idle_ms, 300'000);
    EXPECT_EQ(config.api.content_idle_ms, 300'000);
  }
}

TEST(ProviderConfigTest, ReadsEach) {
  const Result<ProviderConfig> read = Read(
      R"({"state_dir":"/s/","key_file":"/k","profile":"alice","client_id":"c","scope":"s",)"
      R"("referrer":"r","user_agent":"host/1","tier_table":"xai-cli-2026-08",)"
      R"("ca_file":"/ca.pem","proxy":"http://proxy:3128","window":4096,"max_requests":7,)"
      R"("cache_ttl_s":0,"extra_headers":{"X-Team":"t"},"timeouts":{"connect_ms":1,)"
      R"("first_byte_ms":2,"idle_ms":3,"content_idle_ms":4}})");
  ASSERT_TRUE(read.ok()) << read.error().detail;
  const ProviderConfig& config = read.value();
  EXPECT_EQ(config.state_dir, "/s");
  EXPECT_EQ(config.key_file, "/k");
  EXPECT_EQ(config.seal.profile, "alice");
  EXPECT_EQ(config.seal.client_id, "c");
  EXPECT_EQ(config.oauth.scope, "s");
  EXPECT_EQ(config.oauth.referrer, "r");
  EXPECT_EQ(config.http.user_agent, "host/1");
  EXPECT_EQ(config.tier_table, "xai-cli-2026-08");
  EXPECT_EQ(config.http.ca_file, "/ca.pem");
  EXPECT_EQ(config.http.proxy_url, "http://proxy:3128");
  EXPECT_EQ(config.window_bytes, 4096);
  EXPECT_EQ(config.max_requests, 7);
  EXPECT_EQ(config.cache_ttl_ms, 0);
  ASSERT_EQ(config.api.extra_headers.size(), 1u);
  EXPECT_EQ(config.api.extra_headers[0].name, "X-Team");
  EXPECT_EQ(config.api.extra_headers[0].value, "t");
  EXPECT_EQ(config.api.connect_ms, 1);
  EXPECT_EQ(config.api.first_byte_ms, 2);
  EXPECT_EQ(config.api.idle_ms, 3);
  EXPECT_EQ(config.api.content_idle_ms, 4);
}

struct Wrong {
  const char* member;
  const char* value;
  const char* reason = nullptr;  // if not the member
};

const Wrong kWrongValues[] = {
    {"state_dir", "7"},
    {"state_dir", "\"\""},
    {"state_dir", "\"relative/path\""},
    {"state_dir", "\"/a\\u0000b\""},
    {"key_source", "true"},
    {"key_source", "\"keyring\""},
    {"key_source", "\"passphrase\"", "passphrase_file"},
    {"key_file", "[]"},
    {"key_file", "\"key\""},
    {"passphrase_file", "{}"},
    {"profile", "1"},
    {"profile", "\"\""},
    {"profile", "\"0123456789012345678901234567890123456789012345678901234567890123x\""},
    {"backend", "7"},
    {"client_id", "7"},
    {"client_id", "\"\""},
    {"client_id", "\"a\\nb\""},
    {"scope", "[\"a\"]"},
    {"scope", "\"\""},
    {"referrer", "7"},
    {"referrer", "\"gr\\u00f6k\""},
    {"user_agent", "7"},
    {"user_agent", "\"\""},
    {"user_agent", "\"a\\r\\nX: y\""},
    {"tier_table", "7"},
    {"tier_table", "\"newest\""},
    {"ca_file", "7"},
    {"proxy", "true"},
    {"proxy", "\"proxy:3128\""},
    {"proxy", "\"\""},
    {"endpoints", "\"http://127.0.0.1\""},
    {"endpoints", "{\"auth\":7}", "endpoints.auth"},
    {"endpoints", "{\"api\":[]}", "endpoints.api"},
    {"extra_headers", "[]"},
    {"extra_headers", "{\"a\":7}"},
    {"extra_headers", "{\"a b\":\"c\"}"},
    {"extra_headers", "{\"\":\"c\"}"},
    {"extra_headers", "{\"a\":\"b\\r\\nc: d\"}"},
    {"extra_headers", "{\"Authorization\":\"Bearer x\"}"},
    {"extra_headers", "{\"HOST\":\"x\"}"},
    {"extra_headers", "{\"accept-encoding\":\"gzip\"}"},
    {"extra_headers", "{\"User-Agent\":\"grok-cli\"}"},
    {"timeouts", "5"},
    {"timeouts", "{\"connect_ms\":\"5\"}", "connect_ms"},
    {"timeouts", "{\"connect_ms\":0}", "connect_ms"},
    {"timeouts", "{\"first_byte_ms\":-1}", "first_byte_ms"},
    {"timeouts", "{\"idle_ms\":1.5}", "idle_ms"},
    {"timeouts", "{\"content_idle_ms\":86400001}", "content_idle_ms"},
    {"window", "\"4096\""},
    {"window", "4095"},
    {"window", "67108865"},
    {"max_requests", "0"},
    {"max_requests", "4097"},
    {"max_requests", "[]"},
    {"cache_ttl_s", "-1"},
    {"cache_ttl_s", "86401"},
    {"cache_ttl_s", "{}"},
};

// Matrix E13.
TEST(ProviderConfigTest, AWrongValueNamesItsMember) {
  for (const Wrong& one : kWrongValues) {
    const std::string json =
        "{\"" + std::string(one.member) + "\":" + std::string(one.value) + "}";
    EXPECT_EQ(Reason(json), one.reason == nullptr ? one.member : one.reason) << json;
  }
  for (const char* json : {"[]", "7", "{", "null", "{} x"}) {
    EXPECT_EQ(Reason(json), "config") << json;
  }
  EXPECT_EQ(Reason("{\"x\":\"" + std::string(65'536, 'a') + "\"}"), "config");
}

TEST(ProviderConfigTest, ReadsKeySources) {
  const std::pair<const char*, KeySourceId> sources[] = {
      {R"({"key_source":"key_file"})", KeySourceId::kKeyFile},
      {R"({"key_source":"host"})", KeySourceId::kHost},
      {R"({"key_source":"systemd"})", KeySourceId::kSystemd},
      {R"({"key_source":"passphrase","passphrase_file":"/p"})", KeySourceId::kPassphrase},
  };
  for (const auto& [json, expected] : sources) {
    EXPECT_EQ(Read(json).value().key_source, expected) << json;
  }
}

TEST(ProviderConfigTest, WeDoNotPoseAsOthers) {
  for (const char* name :
       {"grok-cli", "Grok-CLI/1.0", "xai-grok-cli/2", "grok-build", "grok-shell",
        "xai-grok-workspace/1", "hermes", "opencode/3", "OpenClaw", "claude-code/1 (x)",
        "codex", "pi", "pi/2", "maki"}) {
    for (const char* member : {"referrer", "user_agent"}) {
      EXPECT_EQ(Reason("{\"" + std::string(member) + "\":\"" + name + "\"}"), member)
          << name;
    }
  }
  for (const char* name : {"my-agent/1", "pilot/3", "xai-grok-provider"}) {
    EXPECT_EQ(Reason("{\"user_agent\":\"" + std::string(name) + "\"}"), "") << name;
  }
}

struct Endpoints {
  const char* auth;  // null: not given
  const char* api;
  const char* reason;
};

const Endpoints kEndpoints[] = {
    {"https://auth.x.ai", nullptr, ""},
    {"http://127.0.0.1:8080", "http://127.0.0.1:8081/v1", ""},
    {"https://localhost", "https://localhost/v1", ""},
    {"http://[::1]:1", "http://127.8.9.10/v1/", ""},
    {nullptr, "https://eu.api.x.ai/v1", ""},
    {nullptr, "https://cli-chat-proxy.grok.com/v1", ""},
    {"https://auth.x.ai/", nullptr, "endpoints.auth"},
    {"http://auth.x.ai", nullptr, "endpoints.auth"},
    {"https://auth.x.ai.example.org", nullptr, "endpoints.auth"},
    {"https://accounts.x.ai", nullptr, "endpoints.auth"},
    {"https://example.org", nullptr, "endpoints.auth"},
    {"", nullptr, "endpoints.auth"},
    {"http://127.0.0.1:1/path", "http://127.0.0.1/v1", "endpoints.auth"},
    {"http://user@127.0.0.1:1", "http://127.0.0.1/v1", "endpoints.auth"},
    {nullptr, "http://api.x.ai/v1", "endpoints.api"},
    {nullptr, "https://api.x.ai.example.org/v1", "endpoints.api"},
    {nullptr, "https://evilx.ai/v1", "endpoints.api"},
    {nullptr, "https://example.org/v1", "endpoints.api"},
    {nullptr, "https://api.x.ai/v1?key=1", "endpoints.api"},
    {nullptr, "ftp://api.x.ai/v1", "endpoints.api"},
    {nullptr, "", "endpoints.api"},
    // A real bearer to whoever listens here, or a simulator's to xAI.
    {nullptr, "http://127.0.0.1:8081/v1", "endpoints"},
    {"http://127.0.0.1:8080", nullptr, "endpoints"},
    {"http://127.0.0.1:8080", "https://api.x.ai/v1", "endpoints"},
};

// Matrix A34, E17.
TEST(ProviderConfigTest, ABearerGoesOnlyWhereItBelongs) {
  for (const Endpoints& one : kEndpoints) {
    std::string members;
    if (one.auth != nullptr) members += "\"auth\":\"" + std::string(one.auth) + "\"";
    if (one.api != nullptr) {
      members += std::string(members.empty() ? "" : ",") + "\"api\":\"" + one.api + "\"";
    }
    const std::string json = "{\"endpoints\":{" + members + "}}";
    EXPECT_EQ(Reason(json), one.reason) << json;
  }
  EXPECT_EQ(Read(R"({"endpoints":{"api":"https://api.x.ai/v1//"}})").value().api.base_url,
            "https://api.x.ai/v1");
}

TEST(ProviderConfigTest, TheEnvironmentSpeaksForProgramsWithoutAConfig) {
  const Variables simulator = {{"HOME", "/home/u"},
                               {"XAI_GROK_AUTH_URL", "http://127.0.0.1:1"},
                               {"XAI_GROK_API_URL", "http://127.0.0.1:2/v1"}};
  const Result<ProviderConfig> read = Read("", simulator);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().oauth.issuer, "http://127.0.0.1:1");
  EXPECT_EQ(read.value().api.base_url, "http://127.0.0.1:2/v1");
  // A member wins.
  const Result<ProviderConfig> given =
      Read(R"({"endpoints":{"auth":"https://auth.x.ai","api":"https://api.x.ai/v1"}})",
           simulator);
  ASSERT_TRUE(given.ok());
  EXPECT_EQ(given.value().oauth.issuer, "https://auth.x.ai");
  EXPECT_EQ(given.value().api.base_url, "https://api.x.ai/v1");

  for (const char* url : {"https://example.org", "http://auth.x.ai", "x"}) {
    EXPECT_EQ(Reason("", {{"HOME", "/h"}, {"XAI_GROK_AUTH_URL", url}}),
              "XAI_GROK_AUTH_URL");
  }
  for (const char* url : {"https://example.org/v1", "https://eu.api.x.ai/v1", "x"}) {
    EXPECT_EQ(Reason("", {{"HOME", "/h"}, {"XAI_GROK_API_URL", url}}),
              "XAI_GROK_API_URL");
  }
}

TEST(ProviderConfigTest, FindsTheProxy) {
  const auto proxy = [](const char* json, Variables variables) {
    variables["HOME"] = "/h";
    return Read(json, variables).value().http;
  };
  EXPECT_EQ(proxy("", {{"HTTPS_PROXY", "http://p:1"}}).proxy_url, "http://p:1");
  EXPECT_EQ(proxy("", {{"https_proxy", "a"}, {"HTTPS_PROXY", "b"}}).proxy_url, "a");
  EXPECT_EQ(proxy("", {{"ALL_PROXY", "c"}}).proxy_url, "c");
  EXPECT_EQ(proxy("", {{"HTTP_PROXY", "d"}}).proxy_url, "") << "we speak https alone";
  EXPECT_EQ(proxy("", {{"NO_PROXY", "x.ai"}}).no_proxy, "x.ai");
  EXPECT_EQ(proxy(R"({"proxy":"none"})", {{"HTTPS_PROXY", "b"}}).proxy_url, "");
  EXPECT_EQ(proxy(R"({"proxy":"socks5h://s:1"})", {{"HTTPS_PROXY", "b"}}).proxy_url,
            "socks5h://s:1");
  EXPECT_EQ(proxy(R"({"proxy":"environment"})", {{"HTTPS_PROXY", "b"}}).proxy_url, "b");
}

TEST(ProviderConfigTest, KnowsWhetherTheApiIsBehindAProxy) {
  const auto proxied = [](Variables variables) {
    variables["HOME"] = "/h";
    return Read("", variables).value().api.proxied;
  };
  EXPECT_FALSE(proxied({}));
  EXPECT_TRUE(proxied({{"HTTPS_PROXY", "http://p:1"}}));
  EXPECT_TRUE(proxied({{"HTTPS_PROXY", "http://p:1"}, {"NO_PROXY", "auth.x.ai"}}));
  EXPECT_FALSE(proxied({{"HTTPS_PROXY", "http://p:1"}, {"NO_PROXY", "api.x.ai"}}));
}

}  // namespace
}  // namespace xai
