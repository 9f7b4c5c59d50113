#include "base/guarded_memory.h"

#include <cassert>
#include <cstring>

#include <sodium.h>

namespace xai {

void GuardedMemoryDeleter::operator()(char* memory) const {
  if (ordinary_bytes == 0) {
    sodium_free(memory);
  } else {
    sodium_memzero(memory, ordinary_bytes);
    delete[] memory;
  }
}

GuardedMemory AllocateGuarded(size_t size) {
  assert(size > 0);
  // Before it is started, sodium_malloc() takes a wrong size of pages and aborts.  Asked
  // once: it takes a lock that a fork may leave locked.
  static const bool started = sodium_init() >= 0;
  char* pages = started ? static_cast<char*>(sodium_malloc(size)) : nullptr;
  if (pages == nullptr)
    return GuardedMemory(new char[size](), GuardedMemoryDeleter{size});
  std::memset(pages, 0, size);
  return GuardedMemory(pages);
}

}  // namespace xai
