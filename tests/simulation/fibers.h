// Simulated processes that run one at a time, each until it says so.
#ifndef XAI_TESTS_SIMULATION_FIBERS_H_
#define XAI_TESTS_SIMULATION_FIBERS_H_

#include <ucontext.h>

#include <functional>
#include <memory>

namespace xai {

// One thread only.
class Fiber {
 public:
  explicit Fiber(std::function<void()> body);
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;
  // REQUIRES: not begun, or ended; a stack in the middle of something cannot be freed.
  ~Fiber() = default;

  // Runs the body until it yields or ends.  REQUIRES: !ended().
  void Resume();
  // Called by the body.
  void Yield();

  bool ended() const { return ended_; }

 private:
  static void Enter(unsigned high, unsigned low);

  std::function<void()> body_;
  std::unique_ptr<char[]> stack_;
  ucontext_t own_ = {};
  ucontext_t caller_ = {};
  bool ended_ = false;
};

}  // namespace xai

#endif  // XAI_TESTS_SIMULATION_FIBERS_H_
