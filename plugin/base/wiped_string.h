// Strings for texts that may hold a secret among other things.
#ifndef XAI_PLUGIN_BASE_WIPED_STRING_H_
#define XAI_PLUGIN_BASE_WIPED_STRING_H_

#include <string.h>  // explicit_bzero: the front library has no libsodium

#include <cstddef>
#include <memory>
#include <string>

namespace xai {

// Wipes what it gives back: of a string that grows no copy is left, either.
template <typename T>
struct WipingAllocator {
  using value_type = T;

  WipingAllocator() = default;
  template <typename U>
  explicit WipingAllocator(const WipingAllocator<U>&) {}

  T* allocate(size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, size_t count) {
    explicit_bzero(memory, count * sizeof(T));
    std::allocator<T>().deallocate(memory, count);
  }

  friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};

// Not wiped is what fits into the object itself: 15 bytes, too few for a secret.
using WipedString =
    std::basic_string<char, std::char_traits<char>, WipingAllocator<char>>;

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_WIPED_STRING_H_
