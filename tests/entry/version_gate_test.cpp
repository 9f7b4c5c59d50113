#include "entry/version_gate.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "abi/backend_entry.h"
#include "base/manifest.h"
#include "entry/version_range.h"

namespace xai {
namespace {

using testing::HasSubstr;

constexpr Requirements kPlugin = {2, 3, 4, 1, ""};

llmp_host MakeHost(uint16_t major = 2, uint16_t minor = 4) {
  llmp_host host = {};
  host.struct_size = sizeof host;
  host.abi_major = major;
  host.abi_minor = minor;
  host.name = "host";
  host.version = "1";
  return host;
}

std::string ReasonOf(const Result<void>& result) {
  return result.ok() ? "" : result.error().reason;
}

TEST(Requirements, AreThoseOfTheManifest) {
  const Requirements requirements = ReadRequirements();
  EXPECT_EQ(requirements.major_min, 1u);
  EXPECT_EQ(requirements.major_max, 1u);
  EXPECT_EQ(requirements.host_minor_min, 0u);
  EXPECT_EQ(requirements.backend_abi, uint32_t{XAI_BACKEND_ABI});
  EXPECT_TRUE(VersionInRange(PluginVersion(), requirements.backend_range))
      << "this release's own backend is refused";
}

TEST(VersionGate, EveryMajorOfTheRangePasses) {
  for (const uint16_t major : {uint16_t{2}, uint16_t{3}}) {
    const llmp_host host = MakeHost(major);
    EXPECT_TRUE(CheckHost(kPlugin, major, &host).ok());
  }
}

TEST(VersionGate, OtherMajorsAreNamedWithBothRanges) {
  const llmp_host host = MakeHost();
  const Result<void> old = CheckHost(kPlugin, 1, &host);
  EXPECT_EQ(ReasonOf(old), "host_too_old");
  EXPECT_EQ(old.error().code, ErrorCode::kBackendUnavailable);
  EXPECT_THAT(old.error().detail, HasSubstr("llm.provider major 1"));
  EXPECT_THAT(old.error().detail, HasSubstr("major 2 to 3"));
  EXPECT_EQ(ReasonOf(CheckHost(kPlugin, 0, &host)), "host_too_old");
  EXPECT_EQ(ReasonOf(CheckHost(kPlugin, 4, &host)), "host_too_new");
  EXPECT_EQ(ReasonOf(CheckHost(kPlugin, UINT32_MAX, &host)), "host_too_new");
}

TEST(VersionGate, StructOfAnotherMajorIsNotRead) {
  const auto* unreadable = reinterpret_cast<const llmp_host*>(uintptr_t{16});
  EXPECT_EQ(ReasonOf(CheckHost(kPlugin, 9, unreadable)), "host_too_new");
}

TEST(VersionGate, MajorInTheStructCountsToo) {
  const llmp_host newer = MakeHost(9);
  EXPECT_EQ(ReasonOf(CheckHost(kPlugin, 2, &newer)), "host_too_new");
  const llmp_host older = MakeHost(1);
  EXPECT_EQ(ReasonOf(CheckHost(kPlugin, 2, &older)), "host_too_old");
}

TEST(VersionGate, MinorBelowTheLowestIsTooOld) {
  const llmp_host host = MakeHost(2, 3);
  const Result<void> result = CheckHost(kPlugin, 2, &host);
  EXPECT_EQ(ReasonOf(result), "host_too_old");
  EXPECT_THAT(result.error().detail, HasSubstr("2.3"));
  EXPECT_THAT(result.error().detail, HasSubstr("host minor 4"));
  const llmp_host later = MakeHost(2, 5);
  EXPECT_TRUE(CheckHost(kPlugin, 2, &later).ok());
}

TEST(VersionGate, NullHostIsInvalid) {
  EXPECT_EQ(ReasonOf(CheckHost(kPlugin, 2, nullptr)), "host_invalid");
}

TEST(VersionGate, NullNameAndVersionAreNamed) {
  llmp_host host = MakeHost();
  host.name = nullptr;
  EXPECT_THAT(CheckHost(kPlugin, 2, &host).error().detail, HasSubstr("name is null"));
  host = MakeHost();
  host.version = nullptr;
  EXPECT_THAT(CheckHost(kPlugin, 2, &host).error().detail, HasSubstr("version is null"));
}

// Each size in memory of exactly that size, so that AddressSanitizer sees a byte too
// many.  Matrix D02.
TEST(VersionGate, NothingIsReadPastTheStruct) {
  const llmp_host whole = MakeHost();
  for (uint32_t size = sizeof(uint32_t); size <= sizeof whole; ++size) {
    const std::unique_ptr<void, decltype(&std::free)> memory(std::malloc(size),
                                                             &std::free);
    auto* host = static_cast<llmp_host*>(memory.get());
    std::memcpy(memory.get(), &whole, size);
    std::memcpy(memory.get(), &size, sizeof size);
    const Result<void> result = CheckHost(kPlugin, 2, host);
    if (size >= offsetof(llmp_host, ctx)) {
      EXPECT_TRUE(result.ok()) << size;
    } else {
      EXPECT_EQ(ReasonOf(result), "host_invalid") << size;
      EXPECT_THAT(result.error().detail, HasSubstr("struct_size")) << size;
    }
  }
}

// Matrix D02.
TEST(VersionGate, LargerStructOfALaterMinorPasses) {
  llmp_host host = MakeHost(2, 9);
  host.struct_size = sizeof host + 64;
  EXPECT_TRUE(CheckHost(kPlugin, 2, &host).ok());
}

}  // namespace
}  // namespace xai
