// Random bytes that a test knows beforehand.
#ifndef XAI_TESTS_SUPPORT_SCRIPTED_RANDOM_H_
#define XAI_TESTS_SUPPORT_SCRIPTED_RANDOM_H_

#include <cstddef>
#include <cstdint>

#include "base/random.h"

namespace xai {

// Counts: 00 01 02 ... from `first` on, over all calls.  Used by one thread.
class ScriptedRandom : public Random {
 public:
  explicit ScriptedRandom(uint8_t first = 0) : next_(first) {}

  void Fill(uint8_t* out, size_t size) override {
    for (size_t i = 0; i < size; ++i) out[i] = next_++;
    filled_ += size;
  }

  size_t filled() const { return filled_; }

 private:
  uint8_t next_;
  size_t filled_ = 0;
};

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_SCRIPTED_RANDOM_H_
