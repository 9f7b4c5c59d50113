#include "base/clock.h"

#include <ctime>

namespace xai {
namespace {

int64_t ReadMs(clockid_t id) {
  timespec now = {};
  clock_gettime(id, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace

int64_t SystemClock::NowMs() const {
  return ReadMs(CLOCK_REALTIME);
}

int64_t SystemClock::SteadyMs() const {
  return ReadMs(CLOCK_BOOTTIME);
}

void SystemClock::SleepMs(int64_t ms) const {
  const timespec pause = {static_cast<time_t>(ms / 1000),
                          static_cast<long>(ms % 1000) * 1'000'000};
  nanosleep(&pause, nullptr);  // a signal may end it early: who waits looks again
}

}  // namespace xai
