// Waiting for a condition instead of for a time.
#ifndef XAI_TESTS_SUPPORT_WAIT_FOR_H_
#define XAI_TESTS_SUPPORT_WAIT_FOR_H_

#include <chrono>
#include <thread>

namespace xai {

// Longer than anything takes on a loaded machine: it only ends tests that hang.
inline constexpr std::chrono::seconds kTestDeadline{20};

// True as soon as `condition()` is; false if it is not within the deadline.
template <typename Condition>
bool WaitFor(Condition condition, std::chrono::milliseconds deadline = kTestDeadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_WAIT_FOR_H_
