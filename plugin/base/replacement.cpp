#include "base/replacement.h"

#include <fcntl.h>
#include <stdio.h>  // renameat2
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/io_error.h"

namespace xai {
namespace {

constexpr size_t kNoteBytesMax = 256;

Result<void> WriteAt(int fd, std::string_view bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put =
        pwrite(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return IoError("write", errno);
    done += static_cast<size_t>(put);
  }
  if (ftruncate(fd, static_cast<off_t>(bytes.size())) != 0)
    return IoError("write", errno);
  if (Flush(fd) != 0) return IoError("flush", errno);
  return {};
}

}  // namespace

int Flush(int fd) {
  int result;
  do {
    result = fsync(fd);
  } while (result != 0 && errno == EINTR);
  return result;
}

Result<std::string> ReadAll(int fd, size_t bytes_max) {
  std::string bytes(bytes_max + 1, '\0');
  size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got =
        pread(fd, bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return IoError("read", errno);
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

Result<void> FileLock::WriteNote(std::string_view note) {
  return WriteAt(fd_.get(), note);
}

Result<std::string> FileLock::ReadNote() {
  return ReadAll(fd_.get(), kNoteBytesMax);
}

Reservation::Reservation(UniqueFd dir_fd, std::string temporary, UniqueFd fd)
    : dir_fd_(std::move(dir_fd)), temporary_(std::move(temporary)), fd_(std::move(fd)) {}

Reservation::Reservation(Reservation&& other) noexcept
    : dir_fd_(std::move(other.dir_fd_)),
      temporary_(std::exchange(other.temporary_, {})),
      fd_(std::move(other.fd_)) {}

Reservation::~Reservation() {
  if (!temporary_.empty()) unlinkat(dir_fd_.get(), temporary_.c_str(), 0);
}

Result<void> Reservation::Verify(std::string_view bytes) {
  Result<std::string> back = ReadAll(fd_.get(), bytes.size());
  if (!back.ok()) return std::move(back).error();
  if (back.value() != bytes) {
    return Error::Make(ErrorCode::kStoreIo, "the disk did not keep what was written",
                       "verify");
  }
  return {};
}

Result<bool> Reservation::Publish(std::string_view name, std::string_view bytes,
                                  unsigned flags) {
  Result<void> done = WriteAt(fd_.get(), bytes);
  if (done.ok()) done = Verify(bytes);
  if (!done.ok()) return std::move(done).error();
  const std::string target(name);
  if (renameat2(dir_fd_.get(), temporary_.c_str(), dir_fd_.get(), target.c_str(),
                flags) != 0) {
    if (errno == EEXIST) return false;
    return IoError("rename to " + target, errno);
  }
  temporary_.clear();
  // The new file is in place; a directory that does not flush can lose it only to a power
  // cut, and going back to the old token would be worse.
  (void)Flush(dir_fd_.get());
  return true;
}

Result<void> Reservation::Commit(std::string_view name, std::string_view bytes) {
  Result<bool> done = Publish(name, bytes, 0);
  if (!done.ok()) return std::move(done).error();
  return {};
}

Result<bool> Reservation::CommitNew(std::string_view name, std::string_view bytes) {
  return Publish(name, bytes, RENAME_NOREPLACE);
}

}  // namespace xai
