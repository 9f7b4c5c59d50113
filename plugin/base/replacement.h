// Replacing a file whole or not at all, and the lock under which that is done.
#ifndef XAI_PLUGIN_BASE_REPLACEMENT_H_
#define XAI_PLUGIN_BASE_REPLACEMENT_H_

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace xai {

// An exclusive lock between processes; the kernel frees it if the holder dies.  The file
// is never removed, so there is nothing stale to clean up.
class FileLock {
 public:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}

  // A few bytes beside the lock, durable: what the holder is about to do.
  Result<void> WriteNote(std::string_view note);
  Result<std::string> ReadNote();

 private:
  UniqueFd fd_;
};

// Room on the disk under a temporary name, taken before something irreversible happens.
class Reservation {
 public:
  Reservation(UniqueFd dir_fd, std::string temporary, UniqueFd fd);
  Reservation(Reservation&& other) noexcept;
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;
  // Removes the temporary file unless it was committed.
  ~Reservation();

  // Write, flush, read back, rename to `name`, flush the directory.  On failure the old
  // file is untouched.
  Result<void> Commit(std::string_view name, std::string_view bytes);
  // The same, but false if `name` exists already.
  Result<bool> CommitNew(std::string_view name, std::string_view bytes);

 private:
  Result<bool> Publish(std::string_view name, std::string_view bytes, unsigned flags);
  Result<void> Verify(std::string_view bytes);

  UniqueFd dir_fd_;
  std::string temporary_;
  UniqueFd fd_;
};

// fsync, repeated when a signal gets in between.
int Flush(int fd);

// Up to `bytes_max` + 1 bytes from the start of the file.
Result<std::string> ReadAll(int fd, size_t bytes_max);

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_REPLACEMENT_H_
