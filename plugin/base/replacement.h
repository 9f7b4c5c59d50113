// Replacing a file whole or not at all, and the lock under which that is done.
#ifndef XAI_PLUGIN_BASE_REPLACEMENT_H_
#define XAI_PLUGIN_BASE_REPLACEMENT_H_

#include <memory>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/result.h"

namespace xai {

// An exclusive lock between processes; the kernel frees it if the holder dies.  The file
// is never removed, so there is nothing stale to clean up.
class FileLock {
 public:
  explicit FileLock(OpenFile file) : file_(std::move(file)) {}
  FileLock(FileLock&&) noexcept = default;
  FileLock& operator=(FileLock&&) noexcept = default;
  ~FileLock();

  // A few bytes beside the lock, durable: what the holder is about to do.
  Result<void> WriteNote(std::string_view note);
  Result<std::string> ReadNote();

 private:
  OpenFile file_;
};

// Room on the disk under a temporary name, taken before something irreversible happens.
class Reservation {
 public:
  Reservation(std::shared_ptr<const OpenFile> directory, std::string temporary,
              OpenFile file);
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
  Result<bool> Publish(std::string_view name, std::string_view bytes,
                       FileSystem::OnExisting on_existing);
  Result<void> Verify(std::string_view bytes);
  // Whether the temporary name is still that of our file.
  bool HasName() const;

  std::shared_ptr<const OpenFile> directory_;
  std::string temporary_;
  OpenFile file_;
};

// Up to `bytes_max` + 1 bytes from the start of the file.
Result<std::string> ReadAll(const OpenFile& file, size_t bytes_max);

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_REPLACEMENT_H_
