// Scheduler whose time is a FakeClock's.
#ifndef XAI_TESTS_SUPPORT_MANUAL_SCHEDULER_H_
#define XAI_TESTS_SUPPORT_MANUAL_SCHEDULER_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "base/scheduler.h"
#include "support/fake_clock.h"

namespace xai {

// Used by one thread.
class ManualScheduler : public Scheduler {
 public:
  explicit ManualScheduler(FakeClock* clock) : clock_(clock) {}

  TimerId RunAfter(int64_t delay_ms, std::function<void()> task) override {
    const TimerId id = next_id_++;
    const int64_t due = clock_->SteadyMs() + std::max<int64_t>(delay_ms, 0);
    timers_.emplace(std::pair(due, id), std::move(task));
    return id;
  }
  void CancelTimer(TimerId id) override {
    std::erase_if(timers_, [id](const auto& timer) { return timer.first.second == id; });
  }

  // Runs what is due now, and what that makes due.
  void RunDue() {
    while (!timers_.empty() && timers_.begin()->first.first <= clock_->SteadyMs()) {
      const std::function<void()> task = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
      ++ran_;
      task();
    }
  }
  // Lets so much time pass, timer by timer.
  void Pass(int64_t ms) {
    const int64_t end = clock_->SteadyMs() + ms;
    RunDue();
    while (!timers_.empty() && timers_.begin()->first.first <= end) {
      clock_->Advance(timers_.begin()->first.first - clock_->SteadyMs());
      RunDue();
    }
    clock_->Advance(end - clock_->SteadyMs());
  }

  size_t waiting() const { return timers_.size(); }
  size_t ran() const { return ran_; }

 private:
  FakeClock* clock_;
  std::map<std::pair<int64_t, TimerId>, std::function<void()>> timers_;
  TimerId next_id_ = 1;
  size_t ran_ = 0;
};

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_MANUAL_SCHEDULER_H_
