// How operator new fails in a program that has no_memory.cpp among its sources.
#ifndef XAI_TESTS_SUPPORT_NO_MEMORY_H_
#define XAI_TESTS_SUPPORT_NO_MEMORY_H_

#include <cstddef>

namespace xai {

// What this thread was given.
struct Allocations {
  size_t count = 0;
  size_t bytes = 0;
};
Allocations& AllocationsHere();

// While it lives, this thread gets no memory, or only pieces of a size.
class NoMemory {
 public:
  explicit NoMemory(size_t largest = 0);
  NoMemory(const NoMemory&) = delete;
  NoMemory& operator=(const NoMemory&) = delete;
  ~NoMemory();
};

// While it lives, one allocation of this thread fails: the `number`th, counted from 1.
class OneFailure {
 public:
  explicit OneFailure(size_t number);
  OneFailure(const OneFailure&) = delete;
  OneFailure& operator=(const OneFailure&) = delete;
  ~OneFailure();

  // False if there were fewer.
  bool came() const;
};

// While it lives, all other threads get no memory.
class NoMemoryElsewhere {
 public:
  NoMemoryElsewhere();
  NoMemoryElsewhere(const NoMemoryElsewhere&) = delete;
  NoMemoryElsewhere& operator=(const NoMemoryElsewhere&) = delete;
  ~NoMemoryElsewhere();
};

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_NO_MEMORY_H_
