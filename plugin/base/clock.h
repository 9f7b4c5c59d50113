// Time, so that tests can move it.
#ifndef XAI_PLUGIN_BASE_CLOCK_H_
#define XAI_PLUGIN_BASE_CLOCK_H_

#include <cstdint>

namespace xai {

// Thread-safe.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  // Milliseconds since 1970.  May jump.
  virtual int64_t NowMs() const = 0;
  // Milliseconds since some moment; never jumps and goes on during suspend.
  virtual int64_t SteadyMs() const = 0;
  // Lets so much time pass.
  virtual void SleepMs(int64_t ms) const = 0;
};

class SystemClock : public Clock {
 public:
  int64_t NowMs() const override;
  int64_t SteadyMs() const override;
  void SleepMs(int64_t ms) const override;
};

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_CLOCK_H_
