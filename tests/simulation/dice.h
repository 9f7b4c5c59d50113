// The one source of chance in a simulation: the same seed gives the same course.
#ifndef XAI_TESTS_SIMULATION_DICE_H_
#define XAI_TESTS_SIMULATION_DICE_H_

#include <cstdint>

#include "base/random.h"

namespace xai {

// SplitMix64.
class Dice : public Random {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}

  void Fill(uint8_t* out, size_t size) override {
    for (size_t i = 0; i < size; ++i) out[i] = static_cast<uint8_t>(Next());
  }

  // From `least` to `most`, both included.
  int64_t Between(int64_t least, int64_t most) {
    const auto span = static_cast<uint64_t>(most - least) + 1;
    return least + static_cast<int64_t>(Next() % span);
  }
  // Once in so many times; never if that is 0.
  bool OneIn(int64_t times) { return times > 0 && Between(1, times) == 1; }

 private:
  uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15u;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  uint64_t state_;
};

}  // namespace xai

#endif  // XAI_TESTS_SIMULATION_DICE_H_
