// What a test asks and changes about files without going through the code under test.
#ifndef XAI_TESTS_SUPPORT_FILE_MODE_H_
#define XAI_TESTS_SUPPORT_FILE_MODE_H_

#include <filesystem>
#include <stdexcept>
#include <string>

#include <sys/stat.h>

namespace xai {

// The permission bits, following no link; -1 if there is nothing.
inline int ModeOf(const std::filesystem::path& path) {
  struct stat info = {};
  if (lstat(path.c_str(), &info) != 0) return -1;
  return static_cast<int>(info.st_mode & 07777);
}

inline void SetMode(const std::filesystem::path& path, unsigned mode) {
  if (chmod(path.c_str(), static_cast<mode_t>(mode)) != 0) {
    throw std::runtime_error("cannot chmod " + path.string());
  }
}

inline void MakeFifo(const std::filesystem::path& path) {
  if (mkfifo(path.c_str(), 0600) != 0) {
    throw std::runtime_error("cannot make " + path.string());
  }
}

// Another umask as long as this lives.
class ScopedUmask {
 public:
  explicit ScopedUmask(unsigned mask) : old_(umask(static_cast<mode_t>(mask))) {}
  ScopedUmask(const ScopedUmask&) = delete;
  ScopedUmask& operator=(const ScopedUmask&) = delete;
  ~ScopedUmask() { umask(old_); }

 private:
  mode_t old_;
};

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_FILE_MODE_H_
