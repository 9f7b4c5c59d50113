#include "support/no_memory.h"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace xai {
namespace {

thread_local Allocations here;
thread_local size_t largest_allowed = SIZE_MAX;
thread_local size_t until_failure = 0;  // 0: none fails
thread_local bool is_spared = false;
std::atomic<bool> fails_elsewhere{false};

bool Fails(size_t size) {
  if (size > largest_allowed || (fails_elsewhere && !is_spared)) return true;
  return until_failure > 0 && --until_failure == 0;
}

void* Allocate(size_t size) {
  if (Fails(size)) throw std::bad_alloc();
  ++here.count;
  here.bytes += size;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

Allocations& AllocationsHere() {
  return here;
}

NoMemory::NoMemory(size_t largest) {
  largest_allowed = largest;
}
NoMemory::~NoMemory() {
  largest_allowed = SIZE_MAX;
}

OneFailure::OneFailure(size_t number) {
  until_failure = number;
}
OneFailure::~OneFailure() {
  until_failure = 0;
}
bool OneFailure::came() const {
  return until_failure == 0;
}

NoMemoryElsewhere::NoMemoryElsewhere() {
  is_spared = true;
  fails_elsewhere = true;
}
NoMemoryElsewhere::~NoMemoryElsewhere() {
  fails_elsewhere = false;
  is_spared = false;
}

}  // namespace xai

void* operator new(size_t size) {
  return xai::Allocate(size);
}
void* operator new[](size_t size) {
  return xai::Allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, size_t) noexcept {
  std::free(memory);
}
