#include "base/random.h"

#include <sodium.h>

namespace xai {
namespace {

// libsodium 1.0.18 counts its interface as 10.3.
constexpr int kMajorMin = 10;
constexpr int kMinorMin = 3;

}  // namespace

bool StartSodium() {
  return sodium_init() >= 0;
}

const char* SodiumVersion() {
  return sodium_version_string();
}

bool IsSodiumNewEnough() {
  const int major = sodium_library_version_major();
  return major > kMajorMin ||
         (major == kMajorMin && sodium_library_version_minor() >= kMinorMin);
}

int64_t Random::Below(int64_t bound) {
  uint8_t bytes[8];
  Fill(bytes, sizeof(bytes));
  uint64_t value = 0;
  for (const uint8_t byte : bytes) value = value << 8 | byte;
  // The bias is below 2^-40 for the bounds used here.
  return static_cast<int64_t>(value % static_cast<uint64_t>(bound));
}

void SodiumRandom::Fill(uint8_t* out, size_t size) {
  randombytes_buf(out, size);
}

}  // namespace xai
