#include "base/replacement.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/io_error.h"

namespace xai {
namespace {

constexpr size_t kNoteBytesMax = 256;
constexpr size_t kReadBytesFirst = 4096;

Result<void> WriteWhole(const OpenFile& file, std::string_view bytes) {
  FileSystem* files = file.files();
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put = files->WriteAt(file.fd(), bytes.data() + done,
                                       bytes.size() - done, static_cast<off_t>(done));
    if (put < 0) return IoError("write", static_cast<int>(-put));
    if (put == 0) return IoError("write", ENOSPC);
    done += static_cast<size_t>(put);
  }
  const int cut = files->Truncate(file.fd(), static_cast<off_t>(bytes.size()));
  if (cut != 0) return IoError("write", -cut);
  const int synced = files->Sync(file.fd());
  if (synced != 0) return IoError("flush", -synced);
  return {};
}

}  // namespace

Result<std::string> ReadAll(const OpenFile& file, size_t bytes_max) {
  // What is allowed is a hundred times what is usual, and the caller keeps the room.
  std::string bytes(std::min(bytes_max + 1, kReadBytesFirst), '\0');
  size_t have = 0;
  while (true) {
    if (have == bytes.size()) {
      if (have == bytes_max + 1) break;
      bytes.resize(std::min(bytes_max + 1, 2 * have));
    }
    const ssize_t got = file.files()->ReadAt(
        file.fd(), bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
    if (got < 0) return IoError("read", static_cast<int>(-got));
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

FileLock::~FileLock() {
  if (file_.fd() >= 0) file_.files()->Unlock(file_.fd());
}

Result<void> FileLock::WriteNote(std::string_view note) {
  return WriteWhole(file_, note);
}

Result<std::string> FileLock::ReadNote() {
  return ReadAll(file_, kNoteBytesMax);
}

Reservation::Reservation(std::shared_ptr<const OpenFile> directory, std::string temporary,
                         OpenFile file)
    : directory_(std::move(directory)),
      temporary_(std::move(temporary)),
      file_(std::move(file)) {}

Reservation::Reservation(Reservation&& other) noexcept
    : directory_(std::move(other.directory_)),
      temporary_(std::exchange(other.temporary_, {})),
      file_(std::move(other.file_)) {}

Reservation::~Reservation() {
  if (file_.fd() < 0) return;
  if (!temporary_.empty()) file_.files()->Unlink(directory_->fd(), temporary_);
  file_.files()->Unlock(file_.fd());
}

bool Reservation::HasName() const {
  FileSystem::Info ours;
  FileSystem::Info named;
  return file_.files()->Stat(file_.fd(), &ours) == 0 &&
         file_.files()->StatAt(directory_->fd(), temporary_, &named) == 0 &&
         ours.inode == named.inode;
}

Result<void> Reservation::Verify(std::string_view bytes) {
  Result<std::string> back = ReadAll(file_, bytes.size());
  if (!back.ok()) return std::move(back).error();
  if (back.value() != bytes) {
    return Error::Make(ErrorCode::kStoreIo, "the disk did not keep what was written",
                       "verify");
  }
  return {};
}

Result<bool> Reservation::Publish(std::string_view name, std::string_view bytes,
                                  FileSystem::OnExisting on_existing) {
  Result<void> done = WriteWhole(file_, bytes);
  if (done.ok()) done = Verify(bytes);
  if (!done.ok()) return std::move(done).error();
  const std::string target(name);
  if (!HasName()) {
    // Whoever was faster has tidied up after us, or uses the name now.
    temporary_.clear();
    if (on_existing == FileSystem::OnExisting::kFail) return false;
    return IoError("rename to " + target, ENOENT);
  }
  const int renamed =
      file_.files()->Rename(directory_->fd(), temporary_, target, on_existing);
  if (renamed == -EEXIST) return false;
  if (renamed == -ENOENT && on_existing == FileSystem::OnExisting::kFail) return false;
  if (renamed != 0) return IoError("rename to " + target, -renamed);
  temporary_.clear();
  const int synced = file_.files()->Sync(directory_->fd());
  if (synced == 0) return true;
  if (on_existing == FileSystem::OnExisting::kFail) {
    // What is new and may be lost is not to be built upon.
    file_.files()->Unlink(directory_->fd(), target);
    return IoError("flush", -synced);
  }
  // The new file is in place; it can be lost only to a power cut, and going back to the
  // old token would be worse.
  return true;
}

Result<void> Reservation::Commit(std::string_view name, std::string_view bytes) {
  Result<bool> done = Publish(name, bytes, FileSystem::OnExisting::kReplace);
  if (!done.ok()) return std::move(done).error();
  return {};
}

Result<bool> Reservation::CommitNew(std::string_view name, std::string_view bytes) {
  return Publish(name, bytes, FileSystem::OnExisting::kFail);
}

}  // namespace xai
