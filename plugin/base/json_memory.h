// Memory for RapidJSON, which does not ask whether it got any.
#ifndef XAI_PLUGIN_BASE_JSON_MEMORY_H_
#define XAI_PLUGIN_BASE_JSON_MEMORY_H_

#include <malloc.h>  // malloc_usable_size
#include <string.h>  // explicit_bzero

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

namespace xai {

// RapidJSON's allocator concept.  Throws std::bad_alloc where malloc() gives null.
class JsonMemory {
 public:
  static constexpr bool kNeedFree = true;

  void* Malloc(size_t size) { return Realloc(nullptr, 0, size); }
  void* Realloc(void* memory, size_t, size_t size) {
    if (size == 0) {
      std::free(memory);
      return nullptr;
    }
    void* larger = std::realloc(memory, size);
    if (larger == nullptr) throw std::bad_alloc();
    return larger;
  }
  static void Free(void* memory) { std::free(memory); }
};

// The same for texts that may hold secrets: RapidJSON decodes strings in such memory.
class WipingJsonMemory {
 public:
  static constexpr bool kNeedFree = true;

  void* Malloc(size_t size) { return JsonMemory().Malloc(size); }
  void* Realloc(void* memory, size_t old_size, size_t size) {
    void* other = Malloc(size);
    if (memory == nullptr) return other;
    if (other != nullptr) std::memcpy(other, memory, std::min(old_size, size));
    Free(memory);
    return other;
  }
  static void Free(void* memory) {
    if (memory != nullptr) explicit_bzero(memory, malloc_usable_size(memory));
    std::free(memory);
  }
};

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_JSON_MEMORY_H_
