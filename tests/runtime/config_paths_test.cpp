// Where data and key lie.
#include <pwd.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/provider_config.h"
#include "support/json_text.h"

namespace xai {
namespace {

using Variables = std::map<std::string, std::string>;

struct Case {
  const char* name;
  const char* config;
  Variables variables;
  const char* state_dir;
  const char* key_file;
};

const std::vector<Case>& Cases() {
  static const std::vector<Case> cases = {
      {"home",
       "{}",
       {{"HOME", "/h"}},
       "/h/.local/state/xai-grok",
       "/h/.config/xai-grok/key"},
      {"xdg",
       "{}",
       {{"HOME", "/h"}, {"XDG_STATE_HOME", "/s"}, {"XDG_CONFIG_HOME", "/c"}},
       "/s/xai-grok",
       "/c/xai-grok/key"},
      {"xdg without a home",
       "{}",
       {{"HOME", "relative"}, {"XDG_STATE_HOME", "/s"}, {"XDG_CONFIG_HOME", "/c"}},
       "/s/xai-grok",
       "/c/xai-grok/key"},
      {"relative xdg is ignored",
       "{}",
       {{"HOME", "/h"}, {"XDG_STATE_HOME", "s"}, {"XDG_CONFIG_HOME", "./c"}},
       "/h/.local/state/xai-grok",
       "/h/.config/xai-grok/key"},
      {"workspace",
       "{}",
       {{"HOME", "/h"}, {"WORKSPACE_DIR", "/w/"}, {"XDG_STATE_HOME", "/s"}},
       "/w/.xai-grok",
       "/w/.config/xai-grok/key"},
      {"state directory of the environment",
       "{}",
       {{"XAI_GROK_STATE_DIR", "/d/e//"}, {"WORKSPACE_DIR", "/w"}},
       "/d/e",
       "/d/.config/xai-grok/key"},
      {"below the root",
       "{}",
       {{"XAI_GROK_STATE_DIR", "/d"}},
       "/d",
       "/.config/xai-grok/key"},
      {"the root as workspace",
       "{}",
       {{"WORKSPACE_DIR", "/"}},
       "/.xai-grok",
       "/.config/xai-grok/key"},
      {"state directory given",
       R"({"state_dir":"/g"})",
       {{"HOME", "/h"}, {"XAI_GROK_STATE_DIR", "/d"}, {"WORKSPACE_DIR", "/w"}},
       "/g",
       "/h/.config/xai-grok/key"},
      {"state directory given within the workspace",
       R"({"state_dir":"/w/state"})",
       {{"HOME", "/h"}, {"WORKSPACE_DIR", "/w/"}},
       "/w/state",
       "/w/.config/xai-grok/key"},
      {"the workspace itself given",
       R"({"state_dir":"/w/"})",
       {{"HOME", "/h"}, {"WORKSPACE_DIR", "/w"}},
       "/w",
       "/w/.config/xai-grok/key"},
      {"given what the environment says",
       R"({"state_dir":"/d/e"})",
       {{"HOME", "/h"}, {"XAI_GROK_STATE_DIR", "/d/e/"}, {"WORKSPACE_DIR", "/w"}},
       "/d/e",
       "/d/.config/xai-grok/key"},
      {"state directory given beside the workspace",
       R"({"state_dir":"/ws/state"})",
       {{"HOME", "/h"}, {"WORKSPACE_DIR", "/w"}},
       "/ws/state",
       "/h/.config/xai-grok/key"},
      {"key file given",
       R"({"key_file":"/k/key"})",
       {{"WORKSPACE_DIR", "/w"}},
       "/w/.xai-grok",
       "/k/key"},
      {"both given without a home",
       R"({"state_dir":"/g","key_file":"/k"})",
       {},
       "/g",
       "/k"},
  };
  return cases;
}

Result<void> Resolve(const char* config, const Variables& variables,
                     ProviderConfig* out) {
  const std::unique_ptr<JsonDocument> document = MustParse(config);
  return ResolvePaths(
      document->root(),
      [&variables](const char* name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::string() : found->second;
      },
      out);
}

TEST(ConfigPathsTest, DataAndKeyStayTogetherButApart) {
  for (const Case& one : Cases()) {
    ProviderConfig out;
    const Result<void> resolved = Resolve(one.config, one.variables, &out);
    ASSERT_TRUE(resolved.ok()) << one.name << ": " << resolved.error().detail;
    EXPECT_EQ(out.state_dir, one.state_dir) << one.name;
    EXPECT_EQ(out.key_file, one.key_file) << one.name;
  }
}

TEST(ConfigPathsTest, WithoutHomeTheUserDatabaseKnows) {
  const passwd* user = getpwuid(geteuid());
  if (user == nullptr || user->pw_dir == nullptr || user->pw_dir[0] != '/') {
    GTEST_SKIP() << "the home of the user database was not tested: this user has none";
  }
  for (const Variables& variables :
       {Variables{}, {{"HOME", ""}}, {{"HOME", "not/full"}}}) {
    ProviderConfig out;
    ASSERT_TRUE(Resolve("{}", variables, &out).ok());
    EXPECT_EQ(out.state_dir, std::string(user->pw_dir) + "/.local/state/xai-grok");
  }
}

TEST(ConfigPathsTest, APathMustBeFull) {
  const std::pair<Variables, const char*> cases[] = {
      {{{"XAI_GROK_STATE_DIR", "state"}}, "XAI_GROK_STATE_DIR"},
      {{{"WORKSPACE_DIR", "./w"}}, "WORKSPACE_DIR"},
      {{{"XAI_GROK_STATE_DIR", "/" + std::string(5000, 'a')}}, "XAI_GROK_STATE_DIR"},
  };
  for (const auto& [variables, reason] : cases) {
    ProviderConfig out;
    const Result<void> resolved = Resolve("{}", variables, &out);
    ASSERT_FALSE(resolved.ok());
    EXPECT_EQ(resolved.error().code, ErrorCode::kInvalidConfig);
    EXPECT_EQ(resolved.error().reason, reason);
  }
}

TEST(ConfigPathsTest, KnowsSystemdsFolder) {
  ProviderConfig out;
  ASSERT_TRUE(
      Resolve("{}", {{"HOME", "/h"}, {"CREDENTIALS_DIRECTORY", "/run/c"}}, &out).ok());
  EXPECT_EQ(out.credentials_directory, "/run/c");
}

}  // namespace
}  // namespace xai
