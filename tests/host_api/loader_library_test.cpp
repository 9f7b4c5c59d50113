// Whatever is wrong with a library, the loader says it, lives, and returns a provider.
#include <elf.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "host_api/plugin_folder.h"

namespace xai::testing {
namespace {

using llmp::Json;

class LoaderLibrary : public ::testing::Test {
 protected:
  /// The document for a folder whose manifest fits and whose library has these bytes.
  Json DocumentFor(const std::string& bytes) const {
    folder_.WriteManifest(FixtureManifest("echo").dump());
    folder_.WriteLibrary(bytes);
    return DocumentOf(llmp::load(folder_.path(), {"loader-test", "1"}));
  }

  /// The document for a misfit of fixtures/misfit.c.
  Json DocumentForMisfit(const std::string& name, int major = 1) const {
    folder_.WriteManifest(FixtureManifest("misfit", major).dump());
    folder_.PutLibrary("misfit_" + name);
    return DocumentOf(llmp::load(folder_.path(), {"loader-test", "1"}));
  }

  PluginFolder folder_;
};

TEST_F(LoaderLibrary, AbsentIsNotLoadable) {
  folder_.WriteManifest(FixtureManifest("echo").dump());
  const Json document = DocumentOf(llmp::load(folder_.path(), {"loader-test", "1"}));
  EXPECT_EQ(document["reason"].str(), "library_not_loadable");
  EXPECT_EQ(document["checked_paths"][1].str(), folder_.library_path().string());
}

/// Where the last byte that is mapped lies; what follows is for debuggers.
std::size_t EndOfMappedBytes(const std::string& bytes) {
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  std::size_t end = 0;
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, &bytes[header.e_phoff + i * sizeof segment], sizeof segment);
    if (segment.p_type == PT_LOAD)
      end = std::max(end, segment.p_offset + segment.p_filesz);
  }
  return end;
}

TEST_F(LoaderLibrary, TruncatedAnywhereIsNotLoadable) {
  const std::string whole = ReadBytes(FixtureLibrary("echo_plugin"));
  const std::size_t mapped = EndOfMappedBytes(whole);
  ASSERT_LT(mapped, whole.size());
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{3}, std::size_t{40}, std::size_t{63}, std::size_t{64},
        std::size_t{200}, mapped / 20, mapped / 4, mapped / 2, mapped * 3 / 4,
        mapped - 1}) {
    const Json document = DocumentFor(whole.substr(0, length));
    EXPECT_EQ(document["reason"].str(), "library_not_loadable") << length;
    EXPECT_NE(document["detail"].str().find("truncated"), std::string::npos)
        << length << ": " << document.dump();
  }
  EXPECT_TRUE(DocumentFor(whole.substr(0, mapped)).is_null());
}

TEST_F(LoaderLibrary, ForAnotherMachineIsNamed) {
  std::string bytes = ReadBytes(FixtureLibrary("echo_plugin"));
  const Elf64_Half machine = EM_AARCH64;
  std::memcpy(&bytes[offsetof(Elf64_Ehdr, e_machine)], &machine, sizeof machine);
  const Json document = DocumentFor(bytes);
  EXPECT_EQ(document["reason"].str(), "library_not_loadable");
  EXPECT_NE(document["detail"].str().find("built for aarch64, this process is x86_64"),
            std::string::npos);
}

TEST_F(LoaderLibrary, OfAnotherWordSizeIsNamed) {
  std::string bytes = ReadBytes(FixtureLibrary("echo_plugin"));
  bytes[EI_CLASS] = ELFCLASS32;
  const Elf64_Half machine = EM_386;
  std::memcpy(&bytes[offsetof(Elf64_Ehdr, e_machine)], &machine, sizeof machine);
  const Json document = DocumentFor(bytes);
  EXPECT_EQ(document["reason"].str(), "library_not_loadable");
  EXPECT_NE(document["detail"].str().find("built for i386"), std::string::npos);
}

TEST_F(LoaderLibrary, ThatIsNoLibraryIsNotLoadable) {
  for (const std::string& bytes :
       {std::string("just some text, long enough for a header: ") + std::string(200, '.'),
        std::string("#!/bin/sh\n"), std::string(4096, '\0')}) {
    const Json document = DocumentFor(bytes);
    EXPECT_EQ(document["reason"].str(), "library_not_loadable");
    EXPECT_NE(document["detail"].str().find("not a shared library"), std::string::npos);
  }
}

TEST_F(LoaderLibrary, ThatTheLinkerRefusesIsToldInItsWords) {
  const Json document = DocumentForMisfit("unresolved");
  EXPECT_EQ(document["reason"].str(), "library_not_loadable");
  const std::string detail = document["detail"].str();
  EXPECT_NE(detail.find("undefined symbol: function_that_nobody_has"), std::string::npos);
  EXPECT_EQ(detail.find("boost"), std::string::npos) << detail;
  EXPECT_EQ(detail.find("Bad file descriptor"), std::string::npos) << detail;
}

TEST_F(LoaderLibrary, WithoutAUsableEntryIsNamed) {
  for (const char* name : {"no_entry", "null_entry", "wrong_magic", "no_create"}) {
    const Json document = DocumentForMisfit(name);
    EXPECT_EQ(document["reason"].str(), "entry_missing") << name;
    std::filesystem::remove(folder_.library_path());
  }
}

TEST_F(LoaderLibrary, WhoseProviderIsUnusableIsNotLoadable) {
  for (const char* name : {"null_provider", "short_struct", "null_function"}) {
    const Json document = DocumentForMisfit(name);
    EXPECT_EQ(document["reason"].str(), "library_not_loadable") << name;
    EXPECT_NE(document["detail"].str().find("create() returned"), std::string::npos)
        << name;
    std::filesystem::remove(folder_.library_path());
  }
}

TEST_F(LoaderLibrary, OfAForeignMajorAnswersWithThePluginsDocument) {
  folder_.WriteManifest(FixtureManifest("misfit", 7).dump());
  folder_.PutLibrary("misfit_future_major");
  const llmp::Provider provider = llmp::load(folder_.path(), {"loader-test", "1"});
  EXPECT_FALSE(provider.ready());
  EXPECT_EQ(provider.get()->abi_major, LLMP_ABI_MAJOR);
  EXPECT_EQ(DocumentOf(provider)["error"].str(), "misfit_backend_unavailable");
  llmp::Stream stream = provider.complete("{}");
  EXPECT_EQ(stream.finish().status(), LLMP_E_UNAVAILABLE);
  EXPECT_EQ(Json::parse(stream.document())->operator[]("detail").str(),
            "words of the plugin");
}

TEST_F(LoaderLibrary, OfAForeignMajorThatSaysNothingIsExplained) {
  const Json document = DocumentForMisfit("silent_major", 7);
  EXPECT_EQ(document["error"].str(), "backend_unavailable");
  EXPECT_EQ(document["reason"].str(), "host_too_old");
  EXPECT_NE(document["detail"].str().find("7"), std::string::npos);
}

TEST_F(LoaderLibrary, AnUnusualFileNameIsStillValidJson) {
  const auto folder = folder_.path() / "caf\xe9 \"quoted\"";
  std::filesystem::create_directory(folder);
  const llmp::Provider provider = llmp::load(folder, {"loader-test", "1"});
  EXPECT_TRUE(Json::parse(provider.info()).has_value());
}

}  // namespace
}  // namespace xai::testing
