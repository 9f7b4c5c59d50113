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

// Starts libsodium, once for the process; false if it cannot.  [any thread]
bool StartSodium();

// The libsodium that was found: "1.0.18", and whether it is new enough (1.0.18).
const char* SodiumVersion();
bool IsSodiumNewEnough();

// libsodium's generator.  REQUIRES: StartSodium() has succeeded.
class SodiumRandom : public Random {
 public:
  void Fill(uint8_t* out, size_t size) override;
};

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_RANDOM_H_
