// What depends on how a process was started: the front in a process of its own.
#include <filesystem>
#include <string>

#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "entry/front_driver.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace xai {
namespace {

namespace fs = std::filesystem;

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr uid_t kNobody = 65534;

class FrontProcess : public testing::Test {
 protected:
  // Runs the probe and returns the info that it wrote.
  std::string Probe(ChildCommand command) {
    const fs::path result = folder_.path() / "result";
    command.argv.push_back(result.string());
    const ChildResult child = RunChild(command);
    EXPECT_EQ(child.exit_code, 0) << "signal " << child.signal;
    EXPECT_EQ(child.out, "");
    EXPECT_EQ(child.err, "");
    return ReadFile(result);
  }

  static std::string Fixture(const char* name) {
    return std::string(XAI_FIXTURES) + "/" + name;
  }

  TempDir folder_;
};

TEST_F(FrontProcess, BackendWithItsLibcurlIsReady) {
  EXPECT_EQ(
      Probe({{XAI_FRONT_PROBE, XAI_FRONT, ConfigFor(Fixture("fake_needs_curl.so"))}}),
      "{\"state\":\"ready\"}");
}

TEST_F(FrontProcess, HiddenLibcurlIsNamedInTheLoadersOwnWords) {
  folder_.Write("hidden/libcurl.so.4", "this is no library");
  ChildCommand command = {
      {XAI_FRONT_PROBE, XAI_FRONT, ConfigFor(Fixture("fake_needs_curl.so"))}};
  command.environment = {{"LD_LIBRARY_PATH", (folder_.path() / "hidden").string()}};
  const std::string info = Probe(command);
  EXPECT_THAT(info, HasSubstr("\"reason\":\"backend_not_loadable\""));
  EXPECT_THAT(info, HasSubstr("libcurl.so.4: "));
  EXPECT_THAT(info, Not(HasSubstr("boost"))) << "only dlerror's part";
  EXPECT_THAT(info, Not(HasSubstr("Bad file descriptor")));
}

TEST_F(FrontProcess, VariableNamesTheBackend) {
  ChildCommand command = {{XAI_FRONT_PROBE, XAI_FRONT, "{}"}};
  command.environment = {{"XAI_GROK_BACKEND", Fixture("fake_good.so")}};
  EXPECT_EQ(Probe(command), "{\"state\":\"ready\"}");
}

TEST_F(FrontProcess, BackendBesideTheFrontIsFound) {
  fs::copy_file(XAI_FRONT, folder_.path() / "xai_grok.so");
  fs::copy_file(Fixture("fake_good.so"), folder_.path() / "xai_grok_backend.so");
  ChildCommand command = {{XAI_FRONT_PROBE, folder_.path() / "xai_grok.so", "{}"}};
  command.environment = {{"XAI_GROK_BACKEND", ""}};
  EXPECT_EQ(Probe(command), "{\"state\":\"ready\"}");
}

TEST_F(FrontProcess, PlacesSearchedAreListedInOrder) {
  fs::copy_file(XAI_FRONT, folder_.path() / "xai_grok.so");
  fs::copy_file(Fixture("fake_no_entry.so"), folder_.path() / "xai_grok_backend.so");
  ChildCommand command = {{XAI_FRONT_PROBE, folder_.path() / "xai_grok.so", "{}"}};
  command.environment = {{"XAI_GROK_BACKEND", ""}};
  // The first that exists is the answer, whether or not another place has a better one.
  EXPECT_THAT(Probe(command),
              HasSubstr("\"checked_paths\":[\"" +
                        (folder_.path() / "xai_grok_backend.so").string() + "\"]"));
}

TEST_F(FrontProcess, ProcessWithMoreRightsIgnoresTheVariable) {
  if (geteuid() != 0)
    GTEST_SKIP() << "a process with raised privileges was not tested: only root can make "
                    "a set-user-id program";
  // Where another user may go: this test's own folder is root's alone.
  fs::permissions(folder_.path(), fs::perms(0777));
  const fs::path probe = folder_.path() / "probe";
  const fs::path front = folder_.path() / "xai_grok.so";
  fs::copy_file(XAI_FRONT_PROBE, probe);
  fs::copy_file(XAI_FRONT, front);
  fs::copy_file(Fixture("fake_no_entry.so"), folder_.path() / "xai_grok_backend.so");
  fs::copy_file(Fixture("fake_good.so"), folder_.path() / "good.so");
  ASSERT_EQ(chmod(probe.c_str(), 04755), 0);
  ChildCommand command = {{probe, front, "{}"}};
  command.environment = {{"XAI_GROK_BACKEND", folder_.path() / "good.so"}};
  command.user = kNobody;
  const std::string info = Probe(command);
  if (!testing::Value(info, StartsWith("secure "))) {
    GTEST_SKIP() << "a process with raised privileges was not tested: the temporary "
                    "folder allows none";
  }
  EXPECT_THAT(info, HasSubstr("\"reason\":\"backend_entry_missing\""))
      << "its own folder's, not the variable's";
}

}  // namespace
}  // namespace xai
