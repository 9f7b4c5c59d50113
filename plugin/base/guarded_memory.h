// Memory for secrets that are kept.
#ifndef XAI_PLUGIN_BASE_GUARDED_MEMORY_H_
#define XAI_PLUGIN_BASE_GUARDED_MEMORY_H_

#include <cstddef>
#include <memory>

namespace xai {

struct GuardedMemoryDeleter {
  void operator()(char* memory) const;

  size_t ordinary_bytes = 0;  // if it is ordinary memory
};

// Wiped when it is given back.
using GuardedMemory = std::unique_ptr<char[], GuardedMemoryDeleter>;

// Zeros, in pages of their own: nobody can read past their end or write before their
// beginning and go on, they are not in core dumps, and not swapped out as far as
// RLIMIT_MEMLOCK allows (a container may have 64 KiB, or nothing).  Where the system
// gives no such pages, or does not guard them, it is memory like any other: a secret that
// is less well kept is better than one that is lost.  Each costs 30 microseconds, four
// mappings and 8 KiB: nothing to have one of for each request.  Throws std::bad_alloc.
// REQUIRES: `size` is not 0.
GuardedMemory AllocateGuarded(size_t size);

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_GUARDED_MEMORY_H_
