// Looks for pieces of secrets in all memory of this process that can be written, whether
// in use or freed, without holding the pieces itself.
#ifndef XAI_TESTS_LIFECYCLE_MEMORY_SEARCH_H_
#define XAI_TESTS_LIFECYCLE_MEMORY_SEARCH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace xai {

// What other threads do meanwhile may be missed.
class MemorySearch {
 public:
  static constexpr size_t kPieceBytes = 16;

  // A piece of 16 bytes, each XOR 0xA5, in 32 hex digits.
  void Add(std::string_view hidden);
  // How often each piece is there.
  std::vector<int> Run();

 private:
  using Half = uint64_t;

  void SearchRange(int memory, uintptr_t begin, uintptr_t end);
  void SearchBytes(const char* bytes, size_t size);

  std::unordered_multimap<Half, size_t> by_first_;  // the places of those that begin so
  std::vector<Half> second_;
  std::vector<int> counts_;
};

}  // namespace xai

#endif  // XAI_TESTS_LIFECYCLE_MEMORY_SEARCH_H_
