// Time that moves only when a test says so.
#ifndef XAI_TESTS_SUPPORT_FAKE_CLOCK_H_
#define XAI_TESTS_SUPPORT_FAKE_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "base/clock.h"

namespace xai {

// Thread-safe.
class FakeClock : public Clock {
 public:
  int64_t NowMs() const override { return now_ms_; }
  int64_t SteadyMs() const override { return steady_ms_; }
  void SleepMs(int64_t ms) const override {
    now_ms_ += ms;
    steady_ms_ += ms;
  }

  // Time passes: both clocks go on.
  void Advance(int64_t ms) {
    now_ms_ += ms;
    steady_ms_ += ms;
  }
  // Somebody sets the wall clock; the steady one does not notice.
  void JumpWall(int64_t ms) { now_ms_ += ms; }
  // The steady clock of another boot of the machine.
  void SetSteady(int64_t ms) { steady_ms_ = ms; }

 private:
  mutable std::atomic<int64_t> now_ms_{1'780'000'000'000};
  mutable std::atomic<int64_t> steady_ms_{5'000'000};
};

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_FAKE_CLOCK_H_
