#include "base/manifest.h"

#include <string>

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

// Label by number, in the order of the table.
std::string LabelsOf(const JsonValue& table) {
  std::string labels;
  for (JsonValue tier = table.FirstChild(); tier.present(); tier = tier.Next()) {
    EXPECT_TRUE(tier["unlocks"].is_string() && tier["oauth"].is_string()) << tier.name();
    labels += std::string(tier.name()) + " ";
    labels += std::string(tier["label"].String().value_or("?")) + "; ";
  }
  return labels;
}

TEST(Manifest, HasBothTablesOfTiers) {
  const auto manifest = ParseManifest();
  const JsonValue tables = manifest->root()["tiers"];
  EXPECT_EQ(LabelsOf(tables["skill-2026-05"]),
            "1 X Premium; 2 X Premium+; 3 SuperGrok; 4 SuperGrok Heavy; ");
  EXPECT_EQ(LabelsOf(tables["xai-cli-2026-08"]),
            "0 Free; 1 SuperGrok; 2 X Basic; 3 X Premium; 4 X Premium+; "
            "5 SuperGrok Heavy; 6 SuperGrok Lite; 7 SuperGrok Plus; ");
}

}  // namespace
}  // namespace xai
