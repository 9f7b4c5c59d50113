// Whatever is wrong with a manifest, the loader says it and returns a provider.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "host_api/plugin_folder.h"

namespace xai::testing {
namespace {

using llmp::Json;

class LoaderManifest : public ::testing::Test {
 protected:
  void SetUp() override { folder_.PutLibrary("echo_plugin"); }

  /// The reason for the echo plugin with this manifest beside it.
  std::string ReasonWith(const Json& manifest) const {
    folder_.WriteManifest(manifest.dump());
    return ReasonOf(folder_.path());
  }

  PluginFolder folder_;
};

Json With(Json manifest, const std::string& member, Json value) {
  manifest.set(member, std::move(value));
  return manifest;
}

Json WithInterface(const std::string& member, Json value) {
  const Json manifest = FixtureManifest("echo");
  return With(manifest, "interface",
              With(manifest["interface"], member, std::move(value)));
}

TEST_F(LoaderManifest, ThatAgreesIsLoaded) {
  folder_.WriteManifest(FixtureManifest("echo").dump());
  EXPECT_TRUE(llmp::load(folder_.path(), {"loader-test", "1"}).ready());
  EXPECT_TRUE(llmp::load(folder_.manifest_path(), {"loader-test", "1"}).ready());
}

TEST_F(LoaderManifest, AbsentIsMissing) {
  EXPECT_EQ(ReasonOf(folder_.path()), "manifest_missing");
  EXPECT_EQ(ReasonOf(folder_.path() / "no/such/folder"), "manifest_missing");
}

TEST_F(LoaderManifest, EveryFolderTriedIsListedInOrder) {
  const llmp::Provider provider =
      llmp::load_first({"/no/such/a", "/no/such/b"}, {"loader-test", "1"});
  const Json paths = DocumentOf(provider)["checked_paths"];
  ASSERT_EQ(paths.size(), 2u);
  EXPECT_EQ(paths[std::size_t{0}].str(), "/no/such/a/manifest.json");
  EXPECT_EQ(paths[1].str(), "/no/such/b/manifest.json");
}

TEST_F(LoaderManifest, TheFirstFolderThatHasOneDecides) {
  PluginFolder broken;
  broken.WriteManifest("{");
  folder_.WriteManifest(FixtureManifest("echo").dump());
  const llmp::Host host = {"loader-test", "1"};
  EXPECT_TRUE(
      llmp::load_first({"/no/such", folder_.path(), broken.path()}, host).ready());
  const llmp::Provider provider = llmp::load_first({broken.path(), folder_.path()}, host);
  EXPECT_EQ(DocumentOf(provider)["reason"].str(), "manifest_invalid");
}

// Matrix E16.
TEST_F(LoaderManifest, ThatIsNoJsonObjectIsInvalid) {
  const std::string good = FixtureManifest("echo").dump();
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  for (const std::string& text :
       {std::string(), std::string("not JSON"), std::string("{"), good + "x", deep,
        std::string("[]"), std::string("null"),
        std::string(good).insert(1, "\"id\":\"twice\","),
        std::string("{\"manifest_version\":1e-2147483639}"), good + std::string(1, '\0'),
        std::string("{\"manifest_version\":1,\"id\":\"\xff\"}")}) {
    folder_.WriteManifest(text);
    EXPECT_EQ(ReasonOf(folder_.path()), "manifest_invalid") << text.substr(0, 80);
  }
}

TEST_F(LoaderManifest, ThatIsTooLargeIsInvalid) {
  const std::string good = FixtureManifest("echo").dump();
  folder_.WriteManifest(good + std::string(64 * 1024 - good.size(), ' '));
  EXPECT_TRUE(llmp::load(folder_.path(), {"loader-test", "1"}).ready());
  folder_.WriteManifest(good + std::string(64 * 1024 - good.size() + 1, ' '));
  EXPECT_EQ(ReasonOf(folder_.path()), "manifest_invalid");
}

TEST_F(LoaderManifest, ThatIsNoFileIsInvalidAndNeverWaitedFor) {
  std::filesystem::create_directory(folder_.manifest_path());
  EXPECT_EQ(ReasonOf(folder_.path()), "manifest_invalid");
  std::filesystem::remove(folder_.manifest_path());
  ASSERT_EQ(::mkfifo(folder_.manifest_path().c_str(), 0600), 0);
  EXPECT_EQ(ReasonOf(folder_.path()), "manifest_invalid");
}

TEST_F(LoaderManifest, WithAWrongTypeIsInvalidAndNamesTheMember) {
  const Json good = FixtureManifest("echo");
  for (const char* member :
       {"manifest_version", "id", "name", "version", "interface", "library"}) {
    for (const Json& wrong : {Json(), Json(true), Json::array(), Json("")}) {
      EXPECT_EQ(ReasonWith(With(good, member, wrong)), "manifest_invalid") << member;
      const Json document = DocumentOf(llmp::load(folder_.path(), {"loader-test", "1"}));
      EXPECT_NE(document["detail"].str().find(member), std::string::npos)
          << document.dump();
    }
  }
  for (const char* member : {"id", "major_min", "major_max"}) {
    for (const Json& wrong : {Json(), Json("1"), Json(-1), Json(65536)}) {
      EXPECT_EQ(ReasonWith(WithInterface(member, wrong)), "manifest_invalid") << member;
    }
  }
  EXPECT_EQ(ReasonWith(WithInterface("major_max", 0)), "manifest_invalid");
}

TEST_F(LoaderManifest, WhoseLibraryIsOutsideTheFolderIsInvalid) {
  using namespace std::string_literals;  // NOLINT(google-build-using-namespace)
  for (const std::string& path :
       {"/etc/passwd"s, "../x.so"s, "lib/../../x.so"s, ""s, "lib/x.so\0y"s}) {
    const Json library = Json::object().set(llmp::detail::kPlatform, path);
    EXPECT_EQ(ReasonWith(With(FixtureManifest("echo"), "library", library)),
              "manifest_invalid");
  }
}

// Matrix E16.
TEST_F(LoaderManifest, OfANewerVersionIsUnsupportedWhateverElseItSays) {
  EXPECT_EQ(ReasonWith(With(FixtureManifest("echo"), "manifest_version", 2)),
            "manifest_version_unsupported");
  EXPECT_EQ(ReasonWith(Json::object().set("manifest_version", 3)),
            "manifest_version_unsupported");
}

TEST_F(LoaderManifest, WithoutALibraryForThisSystemIsUnsupported) {
  const Json other = Json::object().set("plan9-mips", "lib/fixture.so");
  EXPECT_EQ(ReasonWith(With(FixtureManifest("echo"), "library", other)),
            "platform_unsupported");
  const Json document = DocumentOf(llmp::load(folder_.path(), {"loader-test", "1"}));
  EXPECT_NE(document["detail"].str().find("plan9-mips"), std::string::npos);
  EXPECT_NE(document["detail"].str().find(llmp::detail::kPlatform), std::string::npos);
  EXPECT_EQ(ReasonWith(With(FixtureManifest("echo"), "library", Json::object())),
            "platform_unsupported");
}

TEST_F(LoaderManifest, ThatDisagreesWithTheLibraryIsAMismatch) {
  const Json good = FixtureManifest("echo");
  EXPECT_EQ(ReasonWith(With(good, "id", "other")), "manifest_mismatch");
  EXPECT_EQ(ReasonWith(With(good, "version", "1.2.4")), "manifest_mismatch");
  EXPECT_EQ(ReasonWith(WithInterface("major_max", 2)), "manifest_mismatch");
  EXPECT_EQ(ReasonWith(WithInterface("major_min", 0)), "manifest_mismatch");
  const Json document = DocumentOf(llmp::load(folder_.path(), {"loader-test", "1"}));
  EXPECT_NE(document["detail"].str().find("interface.major_min"), std::string::npos);
}

TEST_F(LoaderManifest, MayHaveMembersThatNobodyKnows) {
  EXPECT_EQ(ReasonWith(With(FixtureManifest("echo"), "later", Json::array())), "");
}

}  // namespace
}  // namespace xai::testing
