#include "base/state_dir.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>  // renameat2
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <memory>

#include "base/io_error.h"

namespace xai {
namespace {

constexpr mode_t kDirMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr int64_t kLockPollNs = 5'000'000;

// The descriptor of an open() that is repeated when a signal gets in between.
int OpenAt(int dir_fd, const std::string& name, int flags, mode_t mode = 0) {
  int fd;
  do {
    fd = openat(dir_fd, name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, mode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

// True if the directory was made now; else errno says why not.
bool MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), kDirMode) != 0) return false;
  // The umask may have taken away our own rights.
  return fchmodat(AT_FDCWD, path.c_str(), kDirMode, AT_SYMLINK_NOFOLLOW) == 0;
}

Result<void> MakeParents(const std::string& path) {
  for (size_t at = path.find('/', 1); at != std::string::npos;
       at = path.find('/', at + 1)) {
    if (!MakeDirectory(path.substr(0, at)) && errno != EEXIST) {
      // A parent that exists but may not be created is fine; opening will tell.
      if (errno != EACCES && errno != EROFS) return IoError("create " + path, errno);
    }
  }
  return {};
}

Result<void> CheckDirectory(int fd, const std::string& path) {
  struct stat info = {};
  if (fstat(fd, &info) != 0) return IoError("look at " + path, errno);
  if (info.st_uid != geteuid()) {
    return Error::Make(ErrorCode::kStorePermission, path + " belongs to another user",
                       "owner");
  }
  if ((info.st_mode & 022) != 0) {
    return Error::Make(ErrorCode::kStorePermission, path + " can be written by others",
                       "mode");
  }
  return {};
}

Result<void> CheckFile(int fd, std::string_view name) {
  struct stat info = {};
  const std::string shown(name);
  if (fstat(fd, &info) != 0) return IoError("look at " + shown, errno);
  if (!S_ISREG(info.st_mode) || info.st_nlink != 1) {
    return Error::Make(ErrorCode::kStorePermission, shown + " is not a plain file",
                       "link");
  }
  if (info.st_uid != geteuid()) {
    return Error::Make(ErrorCode::kStorePermission, shown + " belongs to another user",
                       "owner");
  }
  if ((info.st_mode & 0177) != 0 && fchmod(fd, kFileMode) != 0) {
    return IoError("tighten the mode of " + shown, errno);
  }
  return {};
}

}  // namespace

Result<StateDir> StateDir::Open(const std::string& path) {
  Result<void> parents = MakeParents(path);
  if (!parents.ok()) return std::move(parents).error();
  if (!MakeDirectory(path) && errno != EEXIST) return IoError("create " + path, errno);
  Result<std::optional<StateDir>> opened = OpenExisting(path);
  if (!opened.ok()) return std::move(opened).error();
  if (!opened.value()) return IoError("open " + path, ENOENT);
  return std::move(*opened.value());
}

Result<std::optional<StateDir>> StateDir::OpenExisting(const std::string& path) {
  UniqueFd fd(OpenAt(AT_FDCWD, path, O_RDONLY | O_DIRECTORY));
  if (!fd.valid()) {
    if (errno == ENOENT) return std::optional<StateDir>();
    return IoError("open " + path, errno);
  }
  Result<void> checked = CheckDirectory(fd.get(), path);
  if (!checked.ok()) return std::move(checked).error();
  return std::optional<StateDir>(StateDir(std::move(fd)));
}

Result<std::optional<std::string>> StateDir::Read(std::string_view name,
                                                  size_t bytes_max) const {
  // O_NONBLOCK: a FIFO under this name must not hold us.
  const std::string path(name);
  UniqueFd fd(OpenAt(fd_.get(), path, O_RDONLY | O_NONBLOCK));
  if (!fd.valid()) {
    if (errno == ENOENT) return std::optional<std::string>();
    return IoError("open " + path, errno);
  }
  Result<void> checked = CheckFile(fd.get(), name);
  if (!checked.ok()) return std::move(checked).error();
  Result<std::string> bytes = ReadAll(fd.get(), bytes_max);
  if (!bytes.ok()) return std::move(bytes).error();
  if (bytes.value().size() > bytes_max) {
    return Error::Make(ErrorCode::kStoreCorrupt, path + " is too large", "size");
  }
  return std::optional<std::string>(std::move(bytes).value());
}

Result<Reservation> StateDir::Reserve(std::string_view name, size_t bytes) const {
  const std::string temporary = "." + std::string(name) + ".tmp";
  if (unlinkat(fd_.get(), temporary.c_str(), 0) != 0 && errno != ENOENT) {
    return IoError("remove an old " + temporary, errno);
  }
  return ReserveAs(temporary, bytes);
}

Result<Reservation> StateDir::ReserveAs(const std::string& temporary,
                                        size_t bytes) const {
  UniqueFd fd(OpenAt(fd_.get(), temporary, O_RDWR | O_CREAT | O_EXCL, kFileMode));
  if (!fd.valid()) return IoError("create " + temporary, errno);
  const int file = fd.get();
  UniqueFd directory(fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0));
  if (!directory.valid()) return IoError("open the directory once more", errno);
  Reservation reservation(std::move(directory), temporary, std::move(fd));
  if (fchmod(file, kFileMode) != 0) return IoError("set the mode", errno);
  int failed;
  do {
    // No room at all would be an invalid argument.
    failed = posix_fallocate(file, 0, static_cast<off_t>(std::max<size_t>(bytes, 1)));
  } while (failed == EINTR);
  if (failed != 0) return IoError("reserve room for " + temporary, failed);
  if (Flush(file) != 0) return IoError("flush", errno);
  return reservation;
}

Result<void> StateDir::Replace(std::string_view name, std::string_view bytes) const {
  Result<Reservation> room = Reserve(name, bytes.size());
  if (!room.ok()) return std::move(room).error();
  return room.value().Commit(name, bytes);
}

Result<bool> StateDir::CreateNew(std::string_view name, std::string_view bytes) const {
  // No lock is held here: with one temporary name for all, two who create at the same
  // time would publish each other's half-written file.
  uint64_t mark = 0;
  if (getrandom(&mark, sizeof(mark), 0) != sizeof(mark)) return IoError("draw", errno);
  Result<Reservation> room = ReserveAs(
      "." + std::string(name) + "." + std::to_string(mark) + ".tmp", bytes.size());
  if (!room.ok()) return std::move(room).error();
  return room.value().CommitNew(name, bytes);
}

Result<std::vector<std::string>> StateDir::List(std::string_view prefix) const {
  const int copy = OpenAt(fd_.get(), ".", O_RDONLY | O_DIRECTORY);
  if (copy < 0) return IoError("list the directory", errno);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(fdopendir(copy), closedir);
  if (entries == nullptr) {
    close(copy);
    return IoError("list the directory", ENOMEM);
  }
  std::vector<std::string> names;
  // The stream is ours alone: readdir is safe.
  while (const dirent* entry = readdir(entries.get())) {  // NOLINT(concurrency-mt-unsafe)
    if (std::string_view(entry->d_name).substr(0, prefix.size()) == prefix) {
      names.emplace_back(entry->d_name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<bool> StateDir::Remove(std::string_view name) const {
  const std::string path(name);
  if (unlinkat(fd_.get(), path.c_str(), 0) == 0) {
    if (Flush(fd_.get()) != 0) return IoError("flush", errno);
    return true;
  }
  if (errno == ENOENT) return false;
  return IoError("remove " + path, errno);
}

Result<void> StateDir::MoveAside(std::string_view name, std::string_view to) const {
  const std::string from(name);
  const std::string target(to);
  if (renameat(fd_.get(), from.c_str(), fd_.get(), target.c_str()) != 0 &&
      errno != ENOENT) {
    return IoError("move " + from, errno);
  }
  (void)Flush(fd_.get());
  return {};
}

Result<FileLock> StateDir::Lock(std::string_view name,
                                const std::function<bool()>& deadline_passed) const {
  const std::string path(name);
  for (;;) {
    UniqueFd fd(OpenAt(fd_.get(), path, O_RDWR | O_CREAT | O_NONBLOCK, kFileMode));
    if (!fd.valid()) return IoError("open " + path, errno);
    Result<void> checked = CheckFile(fd.get(), name);
    if (!checked.ok()) return std::move(checked).error();
    if (flock(fd.get(), LOCK_EX | LOCK_NB) == 0) {
      // Somebody may have removed the file meanwhile: then this lock protects nothing.
      struct stat held = {};
      struct stat named = {};
      if (fstat(fd.get(), &held) == 0 &&
          fstatat(fd_.get(), path.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
          held.st_ino == named.st_ino) {
        // A umask must not keep the next one from opening it.
        if ((held.st_mode & 0777) != kFileMode && fchmod(fd.get(), kFileMode) != 0) {
          return IoError("set the mode of " + path, errno);
        }
        return FileLock(std::move(fd));
      }
      continue;
    }
    if (errno != EWOULDBLOCK && errno != EINTR) return IoError("lock " + path, errno);
    if (deadline_passed()) {
      return Error::Make(ErrorCode::kStoreLocked,
                         "another process holds the lock of the sign-in");
    }
    const timespec pause = {0, kLockPollNs};
    nanosleep(&pause, nullptr);
  }
}

}  // namespace xai
