// What the fuzz targets share: taking an input apart, and saying what must hold.
#ifndef XAI_TESTS_FUZZ_FUZZ_H_
#define XAI_TESTS_FUZZ_FUZZ_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

// The name that libFuzzer calls.  It returns 0, or does not return.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace xai {

// Ends the process if `good` is false: that is a finding.
inline void Require(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

// Takes what it needs from the front; an input that is too short reads as zeroes.
class FuzzInput {
 public:
  FuzzInput(const uint8_t* data, size_t size)
      : rest_(size == 0 ? "" : reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }
  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  // A number from 0 to `most`.
  size_t Choose(size_t most) { return Byte() % (most + 1); }
  // The next bytes, as far as there are so many.
  std::string_view Take(size_t size) {
    const std::string_view part = rest_.substr(0, size);
    rest_.remove_prefix(part.size());
    return part;
  }
  // Up to the next `separator`, which is taken too.
  std::string_view Until(char separator) {
    const size_t end = rest_.find(separator);
    const std::string_view part = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return part;
  }
  std::string_view Rest() {
    const std::string_view all = rest_;
    rest_ = {};
    return all;
  }

 private:
  std::string_view rest_;
};

// A copy with nothing behind it, so that AddressSanitizer sees a read past its end.
class ExactCopy {
 public:
  explicit ExactCopy(std::string_view bytes)
      : bytes_(std::make_unique<char[]>(bytes.size())), size_(bytes.size()) {
    bytes.copy(bytes_.get(), size_);
  }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t size_;
};

}  // namespace xai

#endif  // XAI_TESTS_FUZZ_FUZZ_H_
