#include "base/manifest.h"

#include <gtest/gtest.h>

namespace xai {
namespace {

TEST(Manifest, BuiltInTextParsesAndCarriesTheVersion) {
  const auto parsed = JsonDocument::Parse(EmbeddedManifest());
  ASSERT_TRUE(parsed.ok()) << parsed.error().detail;
  const auto manifest = ParseManifest();
  const JsonValue root = manifest->root();
  EXPECT_EQ(root["manifest_version"].Integer(), 1);
  EXPECT_EQ(root["id"].String(), "xai-grok");
  EXPECT_EQ(root["version"].String(), PluginVersion());
}

TEST(Manifest, HasWhatTheLibrariesRead) {
  const auto manifest = ParseManifest();
  const JsonValue root = manifest->root();
  for (const char* name : {"backend_abi", "backend", "glibc", "libcurl", "libsodium"}) {
    EXPECT_TRUE(root["requires"][name].present()) << name;
  }
  for (const char* name : {"client_id", "scope", "referrer"}) {
    EXPECT_TRUE(root["oauth"][name].is_string()) << name;
  }
  for (const char* name : {"major_min", "major_max", "host_minor_min"}) {
    EXPECT_TRUE(root["interface"][name].Integer()) << name;
  }
  EXPECT_GT(root["models"].size(), 0u);
  EXPECT_TRUE(root["tiers"]["skill-2026-05"].is_object());
  EXPECT_TRUE(root["tiers"]["xai-cli-2026-08"].is_object());
}

}  // namespace
}  // namespace xai
