#include "simulation/fibers.h"

#include <cstdint>

namespace xai {
namespace {

constexpr size_t kStackBytes = 256u << 10;

}  // namespace

Fiber::Fiber(std::function<void()> body)
    : body_(std::move(body)), stack_(new char[kStackBytes]) {
  getcontext(&own_);
  own_.uc_stack.ss_sp = stack_.get();
  own_.uc_stack.ss_size = kStackBytes;
  own_.uc_link = &caller_;
  // makecontext() passes nothing but ints.
  const auto address = reinterpret_cast<uintptr_t>(this);
  makecontext(&own_, reinterpret_cast<void (*)()>(&Fiber::Enter), 2,
              static_cast<unsigned>(address >> 32), static_cast<unsigned>(address));
}

void Fiber::Enter(unsigned high, unsigned low) {
  auto* self = reinterpret_cast<Fiber*>(uintptr_t{high} << 32 | low);
  self->body_();
  self->ended_ = true;
}

void Fiber::Resume() {
  swapcontext(&caller_, &own_);
}

void Fiber::Yield() {
  swapcontext(&own_, &caller_);
}

}  // namespace xai
