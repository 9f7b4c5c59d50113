#include "base/system_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>  // renameat2
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

namespace xai {
namespace {

constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0600;

// The result of the call, or -errno; repeated when a signal gets in between.
template <typename Call>
auto Repeat(Call call) -> decltype(call()) {
  for (;;) {
    const auto result = call();
    if (result >= 0) return result;
    if (errno != EINTR) return -errno;
  }
}

FileSystem::Info ToInfo(const struct stat& from) {
  FileSystem::Info info;
  if (S_ISREG(from.st_mode)) info.kind = FileSystem::Kind::kFile;
  if (S_ISDIR(from.st_mode)) info.kind = FileSystem::Kind::kDirectory;
  info.inode = from.st_ino;
  info.links = from.st_nlink;
  info.owner = from.st_uid;
  info.mode = from.st_mode & 07777;
  return info;
}

}  // namespace

int SystemFileSystem::OpenAt(int dir_fd, const std::string& name, int flags) {
  return Repeat([&] {
    return openat(dir_fd, name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, kFileMode);
  });
}

int SystemFileSystem::OpenProvided(const std::string& path) {
  // O_NONBLOCK: a FIFO under this name must not hold us.
  return Repeat([&] { return open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); });
}

void SystemFileSystem::Close(int fd) {
  close(fd);
}

int SystemFileSystem::MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), kDirectoryMode) != 0) return -errno;
  // The umask may have taken away our own rights.  The name is as new as the directory.
  return Repeat([&] { return chmod(path.c_str(), kDirectoryMode); });
}

int SystemFileSystem::RemoveDirectory(const std::string& path) {
  return rmdir(path.c_str()) != 0 ? -errno : 0;
}

int SystemFileSystem::Stat(int fd, Info* info) {
  struct stat found = {};
  if (fstat(fd, &found) != 0) return -errno;
  *info = ToInfo(found);
  return 0;
}

int SystemFileSystem::StatAt(int dir_fd, const std::string& name, Info* info) {
  struct stat found = {};
  if (fstatat(dir_fd, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) return -errno;
  *info = ToInfo(found);
  return 0;
}

int SystemFileSystem::TightenMode(int fd) {
  return Repeat([&] { return fchmod(fd, kFileMode); });
}

ssize_t SystemFileSystem::ReadAt(int fd, char* out, size_t size, off_t offset) {
  return Repeat([&] { return pread(fd, out, size, offset); });
}

ssize_t SystemFileSystem::WriteAt(int fd, const char* bytes, size_t size, off_t offset) {
  return Repeat([&] { return pwrite(fd, bytes, size, offset); });
}

int SystemFileSystem::Truncate(int fd, off_t size) {
  return Repeat([&] { return ftruncate(fd, size); });
}

int SystemFileSystem::Allocate(int fd, off_t size) {
  int failed;
  do {
    failed = posix_fallocate(fd, 0, size);
  } while (failed == EINTR);
  return -failed;
}

int SystemFileSystem::Sync(int fd) {
  return Repeat([&] { return fsync(fd); });
}

int SystemFileSystem::Rename(int dir_fd, const std::string& from, const std::string& to,
                             OnExisting on_existing) {
  if (on_existing == OnExisting::kReplace) {
    return Repeat([&] { return renameat(dir_fd, from.c_str(), dir_fd, to.c_str()); });
  }
  const int renamed = Repeat([&] {
    return renameat2(dir_fd, from.c_str(), dir_fd, to.c_str(), RENAME_NOREPLACE);
  });
  if (renamed != -EINVAL && renamed != -ENOSYS) return renamed;
  // Network file systems do not know the flag; a link replaces nothing either.
  const int linked =
      Repeat([&] { return linkat(dir_fd, from.c_str(), dir_fd, to.c_str(), 0); });
  return linked != 0 ? linked : Unlink(dir_fd, from);
}

int SystemFileSystem::Unlink(int dir_fd, const std::string& name) {
  return Repeat([&] { return unlinkat(dir_fd, name.c_str(), 0); });
}

int SystemFileSystem::List(int dir_fd, std::vector<std::string>* names) {
  const int copy = OpenAt(dir_fd, ".", O_RDONLY | O_DIRECTORY);
  if (copy < 0) return copy;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(fdopendir(copy), closedir);
  if (entries == nullptr) {
    close(copy);
    return -ENOMEM;
  }
  // The stream is ours alone: readdir is safe.
  while (const dirent* entry = readdir(entries.get())) {  // NOLINT(concurrency-mt-unsafe)
    names->emplace_back(entry->d_name);
  }
  return 0;
}

int SystemFileSystem::TryLock(int fd) {
  const int locked = Repeat([&] { return flock(fd, LOCK_EX | LOCK_NB); });
  if (locked != -EOPNOTSUPP) return locked;
  // A file system that does not know these locks at all may know the other kind, which
  // belongs to the open file as well.  Not after ENOLCK: that passes, and the two kinds
  // do not see each other.
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  const int other = Repeat([&] { return fcntl(fd, F_OFD_SETLK, &whole); });
  return other == -EACCES || other == -EAGAIN ? -EWOULDBLOCK : other;
}

void SystemFileSystem::Unlock(int fd) {
  if (Repeat([&] { return flock(fd, LOCK_UN); }) != -EOPNOTSUPP) return;
  struct flock whole = {};
  whole.l_type = F_UNLCK;
  whole.l_whence = SEEK_SET;
  (void)Repeat([&] { return fcntl(fd, F_OFD_SETLK, &whole); });
}

}  // namespace xai
