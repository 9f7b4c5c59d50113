#include "base/guarded_memory.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <new>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/secret.h"

namespace xai {
namespace {

// What the kernel says of the mapping that holds `address`: "dd" for left out of dumps.
std::string FlagsOf(const void* address) {
  const auto wanted = reinterpret_cast<uintptr_t>(address);
  std::ifstream smaps("/proc/self/smaps");
  bool inside = false;
  std::string line;
  while (std::getline(smaps, line)) {
    std::istringstream words(line);
    uintptr_t begin = 0;
    uintptr_t end = 0;
    char dash = 0;
    if (words >> std::hex >> begin >> dash >> end && dash == '-') {
      inside = begin <= wanted && wanted < end;
    } else if (inside && line.rfind("VmFlags:", 0) == 0) {
      return line + " ";
    }
  }
  return {};
}

void ExpectGuarded(const char* memory, size_t size) {
  EXPECT_NE(FlagsOf(memory).find(" dd "), std::string::npos) << FlagsOf(memory);
  EXPECT_EQ(FlagsOf(memory + size).find(" rd "), std::string::npos)
      << "its end is the end of what may be read";
}

TEST(GuardedMemory, IsZeroAndOutOfDumps) {
  for (const size_t size : {size_t{1}, size_t{32}, size_t{4'096}, size_t{70'000}}) {
    const GuardedMemory memory = AllocateGuarded(size);
    EXPECT_TRUE(std::all_of(memory.get(), memory.get() + size,
                            [](char byte) { return byte == 0; }));
    ExpectGuarded(memory.get(), size);
  }
}

TEST(GuardedMemory, IsWhereSecretsAre) {
  const SecretString secret("a token");
  ExpectGuarded(secret.Reveal().data(), secret.size());
  const SecretKey key;
  ExpectGuarded(reinterpret_cast<const char*>(key.data()), SecretKey::size());
  const SecretKey copy(key);
  ExpectGuarded(reinterpret_cast<const char*>(copy.data()), SecretKey::size());
}

// A sanitizer has handlers of its own for what ends this.
TEST(GuardedMemoryDeathTest, NobodyReadsOn) {
  const SecretString secret("a token");
  const volatile char* past = secret.Reveal().data() + secret.size();
  EXPECT_DEATH((void)*past, "");
}

// Matrix D11.
TEST(GuardedMemory, WithoutPagesItIsOrdinary) {
  const rlimit none = {0, RLIM_INFINITY};
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  std::vector<GuardedMemory> memories;
  memories.reserve(4);
  ASSERT_EQ(setrlimit(RLIMIT_AS, &none), 0);
  for (int i = 0; i < 4; ++i) memories.push_back(AllocateGuarded(32));
  ASSERT_EQ(setrlimit(RLIMIT_AS, &before), 0);
  for (const GuardedMemory& memory : memories) {
    EXPECT_EQ(memory.get_deleter().ordinary_bytes, 32u);
    EXPECT_EQ(std::string(memory.get(), 32), std::string(32, '\0'));
  }
}

TEST(GuardedMemory, WithoutMemoryItThrows) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "memory that is not to be had was not tested: a sanitizer ends there";
#endif
  EXPECT_THROW(AllocateGuarded(SIZE_MAX / 2), std::bad_alloc);
}

}  // namespace
}  // namespace xai
