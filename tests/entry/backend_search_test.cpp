#include "entry/backend_search.h"

#include <cstdlib>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "support/temp_dir.h"

namespace xai {
namespace {

namespace fs = std::filesystem;

using testing::ElementsAre;

// Sets the variable for one test.
class BackendVariable {
 public:
  explicit BackendVariable(const char* value) { setenv("XAI_GROK_BACKEND", value, 1); }
  BackendVariable(const BackendVariable&) = delete;
  BackendVariable& operator=(const BackendVariable&) = delete;
  ~BackendVariable() { unsetenv("XAI_GROK_BACKEND"); }
};

std::string Configured(std::string_view config) {
  return ConfiguredBackend(config.data(), config.size());
}

TEST(ConfiguredBackend, IsTheMemberOfTheConfig) {
  EXPECT_EQ(Configured(R"({"window":5,"backend":"/a/b.so"})"), "/a/b.so");
}

TEST(ConfiguredBackend, MemberWinsOverTheVariable) {
  const BackendVariable variable("/from/environment.so");
  EXPECT_EQ(Configured(R"({"backend":"/from/config.so"})"), "/from/config.so");
  EXPECT_EQ(Configured(R"({"backend":""})"), "/from/environment.so");
  EXPECT_EQ(Configured("{}"), "/from/environment.so");
}

TEST(ConfiguredBackend, NothingIsSetWithoutEither) {
  unsetenv("XAI_GROK_BACKEND");
  EXPECT_EQ(ConfiguredBackend(nullptr, 7), "");
  EXPECT_EQ(Configured(""), "");
  const BackendVariable empty("");
  EXPECT_EQ(Configured("{}"), "");
}

TEST(ConfiguredBackend, ConfigThatIsNotAnObjectHasNoMember) {
  unsetenv("XAI_GROK_BACKEND");
  for (const char* config : {"not json", "[1]", "\"backend\"", "{\"backend\":7}",
                             "{\"backend\":null}", "{\"backend\":{}}", "\xff", "{"}) {
    EXPECT_EQ(Configured(config), "") << config;
  }
  EXPECT_EQ(Configured(std::string_view("{}\0{}", 5)), "");
}

TEST(ConfiguredBackend, ConfigOverTheLimitIsNotRead) {
  unsetenv("XAI_GROK_BACKEND");
  std::string config = R"({"backend":"/a.so"})";
  config.resize(limits::kConfigBytesMax, ' ');
  EXPECT_EQ(Configured(config), "/a.so");
  config.push_back(' ');
  EXPECT_EQ(Configured(config), "");
}

TEST(BackendFolders, AreTheOwnThenLocalThenSystem) {
  EXPECT_THAT(BackendFolders("/opt/skill/lib/xai_grok.so"),
              ElementsAre("/opt/skill/lib", "/usr/local/lib/xai-grok",
                          "/usr/local/lib/xai-grok/lib", "/usr/lib/xai-grok",
                          "/usr/lib/xai-grok/lib"));
}

TEST(BackendFolders, NoneIsNamedTwice) {
  EXPECT_THAT(BackendFolders("/usr/lib/xai-grok/lib/xai_grok.so"),
              ElementsAre("/usr/lib/xai-grok/lib", "/usr/local/lib/xai-grok",
                          "/usr/local/lib/xai-grok/lib", "/usr/lib/xai-grok"));
}

TEST(BackendFolders, RelativeOwnFolderBecomesAbsolute) {
  EXPECT_EQ(BackendFolders("lib/xai_grok.so").front(), fs::current_path() / "lib");
}

TEST(BackendFolders, SymbolicLinkIsFollowedAfterItsOwnFolder) {
  const TempDir folder;
  const fs::path real = fs::canonical(folder.Write("real/xai_grok.so", ""));
  fs::create_directory(folder.path() / "link");
  fs::create_symlink(real, folder.path() / "link/xai_grok.so");
  const auto folders = BackendFolders(folder.path() / "link/xai_grok.so");
  EXPECT_EQ(folders[0], folder.path() / "link");
  EXPECT_EQ(folders[1], real.parent_path());
}

TEST(FindBackend, FirstThatExistsIsTakenAndThePlacesAreListed) {
  const TempDir folder;
  const fs::path second = folder.Write("b/xai_grok_backend.so", "");
  folder.Write("c/xai_grok_backend.so", "");
  const BackendSearch search =
      FindBackend("", {folder.path() / "a", folder.path() / "b", folder.path() / "c"});
  EXPECT_EQ(search.found, second);
  EXPECT_THAT(
      search.checked_paths,
      ElementsAre((folder.path() / "a/xai_grok_backend.so").string(), second.string()));
}

TEST(FindBackend, NothingFoundListsEveryPlace) {
  const TempDir folder;
  const BackendSearch search =
      FindBackend("", {folder.path() / "a", folder.path() / "b"});
  EXPECT_TRUE(search.found.empty());
  EXPECT_EQ(search.checked_paths.size(), 2u);
}

TEST(FindBackend, ConfiguredPlaceIsTheOnlyOne) {
  const TempDir folder;
  folder.Write("xai_grok_backend.so", "");
  const fs::path missing = folder.path() / "other.so";
  const BackendSearch search = FindBackend(missing.string(), {folder.path()});
  EXPECT_TRUE(search.found.empty());
  EXPECT_THAT(search.checked_paths, ElementsAre(missing.string()));
}

TEST(FindBackend, ConfiguredPlaceMayBeAFileOfAnyNameOrAFolder) {
  const TempDir folder;
  const fs::path file = folder.Write("other.so", "");
  EXPECT_EQ(FindBackend(file.string(), {}).found, file);
  const fs::path inside = folder.Write("xai_grok_backend.so", "");
  EXPECT_EQ(FindBackend(folder.path().string(), {}).found, inside);
}

TEST(FindBackend, RelativePlaceNeverReachesTheSearchPathOfDlopen) {
  const BackendSearch search = FindBackend("libc.so.6", {});
  EXPECT_TRUE(search.found.empty());
  EXPECT_THAT(search.checked_paths,
              ElementsAre((fs::current_path() / "libc.so.6").string()));
}

}  // namespace
}  // namespace xai
