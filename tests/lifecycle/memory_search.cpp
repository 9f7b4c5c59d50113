#include "lifecycle/memory_search.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

#include "lifecycle/plugin_host.h"

namespace xai {
namespace {

constexpr uint64_t kMask = 0xA5A5A5A5A5A5A5A5;
// What is being looked at is a copy, which does not count.
constexpr size_t kWindowBytes = 1 << 20;
char window[kWindowBytes];

uint64_t HalfAt(const char* bytes) {
  uint64_t half = 0;
  std::memcpy(&half, bytes, sizeof half);
  return half ^ kMask;
}

uint64_t HalfOfHex(std::string_view hex) {
  uint64_t half = 0;
  char bytes[sizeof half];
  for (size_t i = 0; i < sizeof half; ++i) {
    bytes[i] =
        static_cast<char>(std::stoi(std::string(hex.substr(2 * i, 2)), nullptr, 16));
  }
  std::memcpy(&half, bytes, sizeof half);
  return half;
}

// Blanks the part of the window that shows the window itself.
void ForgetItself(uintptr_t begin, size_t size) {
  const auto itself = reinterpret_cast<uintptr_t>(window);
  const uintptr_t from = std::max(begin, itself);
  const uintptr_t to = std::min(begin + size, itself + kWindowBytes);
  if (from < to) std::memset(window + (from - begin), 0, to - from);
}

}  // namespace

void MemorySearch::Add(std::string_view hidden) {
  Require(hidden.size() == 2 * kPieceBytes, "a piece has 32 digits");
  by_first_.emplace(HalfOfHex(hidden.substr(0, kPieceBytes)), counts_.size());
  second_.push_back(HalfOfHex(hidden.substr(kPieceBytes)));
  counts_.push_back(0);
}

std::vector<int> MemorySearch::Run() {
  std::ifstream maps("/proc/self/maps");
  const int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  Require(memory >= 0, "no /proc/self/mem");
  std::string line;
  while (std::getline(maps, line)) {
    std::istringstream words(line);
    uintptr_t begin = 0;
    uintptr_t end = 0;
    char dash = 0;
    std::string mode;
    words >> std::hex >> begin >> dash >> end >> mode;
    if (mode.compare(0, 2, "rw") == 0) SearchRange(memory, begin, end);
  }
  close(memory);
  return counts_;
}

void MemorySearch::SearchRange(int memory, uintptr_t begin, uintptr_t end) {
  while (end - begin >= kPieceBytes) {
    const size_t wanted = std::min<size_t>(kWindowBytes, end - begin);
    const ssize_t got = pread(memory, window, wanted, static_cast<off_t>(begin));
    Require(got > 0, "memory that cannot be read");
    const auto size = static_cast<size_t>(got);
    ForgetItself(begin, size);
    SearchBytes(window, size);
    if (size < kPieceBytes) return;
    begin += size - (kPieceBytes - 1);  // what begins at the end, ends in the next
  }
}

void MemorySearch::SearchBytes(const char* bytes, size_t size) {
  for (size_t at = 0; at + kPieceBytes <= size; ++at) {
    const uint64_t first = HalfAt(bytes + at);
    if (first == kMask) continue;  // memory that nobody has used
    const auto [from, to] = by_first_.equal_range(first);
    for (auto piece = from; piece != to; ++piece) {
      if (second_[piece->second] == HalfAt(bytes + at + sizeof(Half))) {
        ++counts_[piece->second];
      }
    }
  }
}

}  // namespace xai
