// xai_grok.so as a host meets it, with backends that are missing, broken or good.
#include <cstring>
#include <string>

#include <elf.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "abi/backend_entry.h"
#include "base/json_document.h"
#include "base/manifest.h"
#include "entry/front_driver.h"
#include "support/temp_dir.h"

namespace xai {
namespace {

using testing::HasSubstr;

std::filesystem::path Fixture(const std::string& name) {
  return std::filesystem::path(XAI_FIXTURES) / (name + ".so");
}

class Front : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(entry_, nullptr);
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
  }
  void TearDown() override {
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  }

  llmp_provider* Create(const std::string& config) {
    return entry_->create(LLMP_ABI_MAJOR, &host_, config.data(), config.size());
  }

  // Creates with this backend, which must give an unavailable provider with this reason;
  // asks it everything, destroys it and returns the document.
  std::string Refusal(const std::filesystem::path& backend, const std::string& reason) {
    return RefusalOf(Create(ConfigFor(backend)), reason);
  }

  std::string RefusalOf(llmp_provider* provider, const std::string& reason) {
    if (provider == nullptr) {
      ADD_FAILURE() << "no provider";
      return "";
    }
    EXPECT_EQ(provider->state, uint32_t{LLMP_UNAVAILABLE});
    const Ended completed = Ask(provider, &llmp_provider::complete, 1);
    EXPECT_EQ(completed.status, LLMP_E_UNAVAILABLE);
    for (const auto function :
         {&llmp_provider::list_models, &llmp_provider::onboarding_action}) {
      EXPECT_EQ(Ask(provider, function, 2).document, completed.document);
    }
    EXPECT_THAT(provider->info, HasSubstr(completed.document));
    provider->destroy(provider);
    EXPECT_THAT(completed.document, HasSubstr("\"reason\":\"" + reason + "\""));
    return completed.document;
  }

  const llmp_entry* entry_ = LoadFront(XAI_FRONT);
  TestHost host_;
  TempDir folder_;
};

TEST_F(Front, EntryIsTheManifestAndItsMajors) {
  EXPECT_EQ(entry_->magic, LLMP_MAGIC);
  EXPECT_STREQ(entry_->manifest, EmbeddedManifest());
  const auto manifest = ParseManifest();
  const JsonValue interface = manifest->root()["interface"];
  EXPECT_EQ(interface["major_min"].Integer(), entry_->major_min);
  EXPECT_EQ(interface["major_max"].Integer(), entry_->major_max);
  EXPECT_EQ(entry_, LoadFront(XAI_FRONT)) << "static";
}

TEST_F(Front, GoodBackendIsHandedOut) {
  llmp_provider* provider = Create(ConfigFor(Fixture("fake_good")));
  ASSERT_NE(provider, nullptr);
  EXPECT_EQ(provider->state, uint32_t{LLMP_READY});
  EXPECT_EQ(Ask(provider, &llmp_provider::complete, 1).document, "{\"ok\":true}");
  provider->destroy(provider);
  EXPECT_THAT(host_.logged, testing::ElementsAre("destroyed"));
}

TEST_F(Front, BackendGetsAConfigThatIsNotJson) {
  // The variable counts, since such a config has no member.
  setenv("XAI_GROK_BACKEND", Fixture("fake_good").c_str(), 1);
  for (const char* config : {"not json", "", "[]"}) {
    llmp_provider* provider = Create(config);
    EXPECT_EQ(provider->state, uint32_t{LLMP_READY}) << config;
    provider->destroy(provider);
  }
  llmp_provider* provider = entry_->create(LLMP_ABI_MAJOR, &host_, nullptr, 10);
  EXPECT_EQ(provider->state, uint32_t{LLMP_READY});
  provider->destroy(provider);
  unsetenv("XAI_GROK_BACKEND");
}

TEST_F(Front, MissingBackendNamesThePlace) {
  const auto missing = folder_.path() / "none.so";
  const std::string document = Refusal(missing, "backend_missing");
  EXPECT_THAT(document, HasSubstr("\"checked_paths\":[\"" + missing.string() + "\"]"));
}

TEST_F(Front, TruncatedBackendIsNamed) {
  // Debug information fills the rear: what is cut off must be code.
  const std::string whole = ReadFile(Fixture("fake_good"));
  const auto cut = folder_.Write("cut.so", whole.substr(0, 6000));
  EXPECT_THAT(Refusal(cut, "backend_not_loadable"),
              HasSubstr(cut.string() + ": truncated"));
}

TEST_F(Front, BackendOfAnotherMachineIsNamed) {
  std::string content = ReadFile(Fixture("fake_good"));
  const uint16_t machine = EM_AARCH64;
  std::memcpy(content.data() + offsetof(Elf64_Ehdr, e_machine), &machine, sizeof machine);
  EXPECT_THAT(Refusal(folder_.Write("foreign.so", content), "backend_not_loadable"),
              HasSubstr("built for aarch64, this process is "));
}

TEST_F(Front, TextFileIsNotLoadable) {
  EXPECT_THAT(Refusal(folder_.Write("text.so", "hello"), "backend_not_loadable"),
              HasSubstr("not a shared library"));
}

TEST_F(Front, BackendWithoutEntryOrMagic) {
  EXPECT_THAT(Refusal(Fixture("fake_no_entry"), "backend_entry_missing"),
              HasSubstr("no function xai_grok_backend_entry"));
  EXPECT_THAT(Refusal(Fixture("fake_wrong_magic"), "backend_entry_missing"),
              HasSubstr("wrong magic"));
  Refusal(Fixture("fake_null_entry"), "backend_entry_missing");
}

TEST_F(Front, BackendOfAnotherVersionNamesBoth) {
  EXPECT_THAT(Refusal(Fixture("fake_version_0_2_0"), "backend_version"),
              testing::AllOf(HasSubstr("0.2.0"), HasSubstr(">=0.1 <0.2")));
  EXPECT_THAT(Refusal(Fixture("fake_wrong_abi"), "backend_version"),
              testing::AllOf(HasSubstr("backend ABI 2"), HasSubstr("backend ABI 1")));
  Refusal(Fixture("fake_no_version"), "backend_version");
}

TEST_F(Front, BackendsOwnReasonIsPassedOn) {
  const std::string document = Refusal(Fixture("fake_fails"), "dependency_too_old");
  EXPECT_THAT(document, HasSubstr("\"detail\":\"libcurl is 7.60, need 7.88\""));
  EXPECT_THAT(document, HasSubstr("fake_fails.so\"]"));
}

TEST_F(Front, ReasonWithoutAnEndIsBounded) {
  const std::string reason(sizeof(xai_backend_failure::reason), 'r');
  EXPECT_TRUE(
      JsonDocument::Parse(Refusal(Fixture("fake_fails_unterminated"), reason)).ok());
}

// Matrix D10.
TEST_F(Front, ExceptionOfTheBackendIsContained) {
  EXPECT_THAT(Refusal(Fixture("fake_throws"), "backend_not_loadable"),
              HasSubstr("exception"));
}

TEST_F(Front, OnlyWithoutMemoryThereIsNoProvider) {
  EXPECT_EQ(Create(ConfigFor(Fixture("fake_no_memory"))), nullptr);
}

// Matrix D01.
TEST_F(Front, HostThatIsNotOursIsRefused) {
  const std::string config = ConfigFor(Fixture("fake_good"));
  const auto create = [&](uint32_t major, const llmp_host* host) {
    return entry_->create(major, host, config.data(), config.size());
  };
  RefusalOf(create(LLMP_ABI_MAJOR, nullptr), "host_invalid");
  RefusalOf(create(0, &host_), "host_too_old");
  RefusalOf(create(LLMP_ABI_MAJOR + 1, &host_), "host_too_new");
  RefusalOf(create(LLMP_ABI_MAJOR + 1, nullptr), "host_too_new");
  TestHost small;
  small.struct_size = 4;
  RefusalOf(create(LLMP_ABI_MAJOR, &small), "host_invalid");
  TestHost nameless;
  nameless.name = nullptr;
  RefusalOf(create(LLMP_ABI_MAJOR, &nameless), "host_invalid");
}

}  // namespace
}  // namespace xai
