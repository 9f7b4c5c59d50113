// Random bytes, so that tests can choose them.
#ifndef XAI_PLUGIN_BASE_RANDOM_H_
#define XAI_PLUGIN_BASE_RANDOM_H_

#include <cstddef>
#include <cstdint>

namespace xai {

// Thread-safe.
class Random {
 public:
  Random() = default;
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;
  virtual ~Random() = default;

  virtual void Fill(uint8_t* out, size_t size) = 0;

  // Evenly from 0 to below `bound`.  REQUIRES: bound > 0.
  int64_t Below(int64_t bound);
};

// libsodium's generator.  REQUIRES: sodium_init() has succeeded.
class SodiumRandom : public Random {
 public:
  void Fill(uint8_t* out, size_t size) override;
};

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_RANDOM_H_
