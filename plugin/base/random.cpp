#include "base/random.h"

#include <sodium.h>

namespace xai {

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
