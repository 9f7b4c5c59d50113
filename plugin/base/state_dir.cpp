#include "base/state_dir.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/io_error.h"

namespace xai {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr std::string_view kTemporarySuffix = ".tmp";

std::string TemporaryPrefix(std::string_view name) {
  return "." + std::string(name) + ".";
}

std::string ParentOf(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  const size_t slash = path.rfind('/', end);
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A new directory is there after a power cut only if its parent was flushed.
int FlushParent(FileSystem* files, const std::string& path) {
  const int fd = files->OpenAt(AT_FDCWD, ParentOf(path), O_RDONLY | O_DIRECTORY);
  if (fd == -EACCES) return 0;  // a parent may be passed through, but not read
  if (fd < 0) return fd;
  const OpenFile parent(files, fd);
  return files->Sync(fd);
}

int MakeDirectory(FileSystem* files, const std::string& path) {
  const int made = files->MakeDirectory(path);
  if (made != 0) return made;
  const int flushed = FlushParent(files, path);
  // One that is there already would not be flushed the next time.
  if (flushed != 0) (void)files->RemoveDirectory(path);
  return flushed;
}

Result<void> MakeParents(FileSystem* files, const std::string& path) {
  for (size_t at = path.find('/', 1); at != std::string::npos;
       at = path.find('/', at + 1)) {
    const int made = MakeDirectory(files, path.substr(0, at));
    // A parent that exists but may not be created is fine; opening will tell.
    if (made != 0 && made != -EEXIST && made != -EACCES && made != -EROFS) {
      return IoError("create " + path, -made);
    }
  }
  return {};
}

Result<void> CheckDirectory(const OpenFile& directory, const std::string& path) {
  FileSystem::Info info;
  const int found = directory.files()->Stat(directory.fd(), &info);
  if (found != 0) return IoError("look at " + path, -found);
  if (info.owner != geteuid()) {
    return Error::Make(ErrorCode::kStorePermission, path + " belongs to another user",
                       "owner");
  }
  if ((info.mode & 022) != 0) {
    return Error::Make(ErrorCode::kStorePermission, path + " can be written by others",
                       "mode");
  }
  return {};
}

Result<void> CheckFile(const OpenFile& file, std::string_view name) {
  FileSystem::Info info;
  const std::string shown(name);
  const int found = file.files()->Stat(file.fd(), &info);
  if (found != 0) return IoError("look at " + shown, -found);
  // Without a name any more: it was replaced meanwhile, and is whole all the same.
  if (info.kind != FileSystem::Kind::kFile || info.links > 1) {
    return Error::Make(ErrorCode::kStorePermission, shown + " is not a plain file",
                       "link");
  }
  if (info.owner != geteuid()) {
    return Error::Make(ErrorCode::kStorePermission, shown + " belongs to another user",
                       "owner");
  }
  if ((info.mode & 0177) == 0) return {};
  const int tightened = file.files()->TightenMode(file.fd());
  if (tightened != 0) return IoError("tighten the mode of " + shown, -tightened);
  return {};
}

Error Locked() {
  return Error::Make(ErrorCode::kStoreLocked,
                     "another process holds the lock of the sign-in");
}

}  // namespace

Result<StateDir> StateDir::Open(FileSystem* files, const std::string& path) {
  Result<void> parents = MakeParents(files, path);
  if (!parents.ok()) return std::move(parents).error();
  const int made = MakeDirectory(files, path);
  if (made != 0 && made != -EEXIST) return IoError("create " + path, -made);
  Result<std::optional<StateDir>> opened = OpenExisting(files, path);
  if (!opened.ok()) return std::move(opened).error();
  if (!opened.value()) return IoError("open " + path, ENOENT);
  return std::move(*opened.value());
}

Result<std::optional<StateDir>> StateDir::OpenExisting(FileSystem* files,
                                                       const std::string& path) {
  const int fd = files->OpenAt(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
  if (fd == -ENOENT) return std::optional<StateDir>();
  if (fd == -ENOTDIR) {  // what O_NOFOLLOW says of a link as well
    return Error::Make(ErrorCode::kStorePermission, path + " is a link, or no directory",
                       "link");
  }
  if (fd < 0) return IoError("open " + path, -fd);
  OpenFile directory(files, fd);
  Result<void> checked = CheckDirectory(directory, path);
  if (!checked.ok()) return std::move(checked).error();
  return std::optional<StateDir>(StateDir(std::move(directory), path));
}

Result<std::optional<std::string>> StateDir::Read(std::string_view name,
                                                  size_t bytes_max) const {
  // O_NONBLOCK: a FIFO under this name must not hold us.
  const std::string path(name);
  const int fd = files()->OpenAt(directory_->fd(), path, O_RDONLY | O_NONBLOCK);
  if (fd == -ENOENT) return std::optional<std::string>();
  if (fd < 0) return IoError("open " + path, -fd);
  const OpenFile file(files(), fd);
  Result<void> checked = CheckFile(file, name);
  if (!checked.ok()) return std::move(checked).error();
  Result<std::string> bytes = ReadAll(file, bytes_max);
  if (!bytes.ok()) return std::move(bytes).error();
  if (bytes.value().size() > bytes_max) {
    return Error::Make(ErrorCode::kStoreCorrupt, path + " is too large", "size");
  }
  return std::optional<std::string>(std::move(bytes).value());
}

Result<void> StateDir::Anchor() const {
  const int synced = files()->Sync(directory_->fd());
  if (synced != 0) return IoError("flush", -synced);
  for (std::string path = path_; path.size() > 1; path = ParentOf(path)) {
    const int flushed = FlushParent(files(), path);
    if (flushed != 0) return IoError("flush the folder of " + path, -flushed);
  }
  return {};
}

Result<Reservation> StateDir::Reserve(std::string_view name, size_t bytes) const {
  FileSystem::Info info;
  if (files()->StatAt(directory_->fd(), std::string(name), &info) == -ENOENT) {
    // The first one: the directory itself may be as new.
    Result<void> anchored = Anchor();
    if (!anchored.ok()) return std::move(anchored).error();
  }
  const std::string temporary = "." + std::string(name) + ".tmp";
  if (IsInUse(temporary)) return Locked();
  const int removed = files()->Unlink(directory_->fd(), temporary);
  if (removed != 0 && removed != -ENOENT) {
    return IoError("remove an old " + temporary, -removed);
  }
  return ReserveAs(temporary, bytes);
}

bool StateDir::IsInUse(const std::string& temporary) const {
  const int fd = files()->OpenAt(directory_->fd(), temporary, O_RDWR | O_NONBLOCK);
  if (fd < 0) return false;
  const OpenFile file(files(), fd);
  return files()->TryLock(fd) == -EWOULDBLOCK;
}

Result<Reservation> StateDir::ReserveAs(const std::string& temporary,
                                        size_t bytes) const {
  const int fd = files()->OpenAt(directory_->fd(), temporary, O_RDWR | O_CREAT | O_EXCL);
  if (fd < 0) return IoError("create " + temporary, -fd);
  Reservation reservation(directory_, temporary, OpenFile(files(), fd));
  // It is free again when it is committed, given back, or its owner dies.
  if (files()->TryLock(fd) == -EWOULDBLOCK) return Locked();
  const int tightened = files()->TightenMode(fd);
  if (tightened != 0) return IoError("set the mode", -tightened);
  // No room at all would be an invalid argument.
  const int allocated =
      files()->Allocate(fd, static_cast<off_t>(std::max<size_t>(bytes, 1)));
  if (allocated != 0) return IoError("reserve room for " + temporary, -allocated);
  const int synced = files()->Sync(fd);
  if (synced != 0) return IoError("flush", -synced);
  return reservation;
}

Result<void> StateDir::Replace(std::string_view name, std::string_view bytes) const {
  Result<Reservation> room = Reserve(name, bytes.size());
  if (!room.ok()) return std::move(room).error();
  return room.value().Commit(name, bytes);
}

Result<bool> StateDir::CreateNew(std::string_view name, std::string_view bytes,
                                 Random* random) const {
  // No lock is held here: with one temporary name for all, two who create at the same
  // time would publish each other's half-written file.
  uint64_t mark = 0;
  random->Fill(reinterpret_cast<uint8_t*>(&mark), sizeof(mark));
  Result<Reservation> room = ReserveAs(
      TemporaryPrefix(name) + std::to_string(mark) + std::string(kTemporarySuffix),
      bytes.size());
  if (!room.ok()) return std::move(room).error();
  Result<bool> created = room.value().CommitNew(name, bytes);
  if (created.ok()) RemoveLeftovers(name);
  return created;
}

void StateDir::RemoveLeftovers(std::string_view name) const {
  const std::string prefix = TemporaryPrefix(name);
  const Result<std::vector<std::string>> left = List(prefix);
  if (!left.ok()) return;
  for (const std::string& temporary : left.value()) {
    // A person may keep copies under such names; ours are numbered.
    const std::string_view mark = std::string_view(temporary).substr(prefix.size());
    const size_t digits = mark.find_first_not_of("0123456789");
    if (digits > 0 && digits != mark.npos && mark.substr(digits) == kTemporarySuffix) {
      files()->Unlink(directory_->fd(), temporary);
    }
  }
}

Result<std::vector<std::string>> StateDir::List(std::string_view prefix) const {
  std::vector<std::string> names;
  const int listed = files()->List(directory_->fd(), &names);
  if (listed != 0) return IoError("list the directory", -listed);
  names.erase(std::remove_if(names.begin(), names.end(),
                             [prefix](const std::string& name) {
                               return name.compare(0, prefix.size(), prefix) != 0;
                             }),
              names.end());
  std::sort(names.begin(), names.end());
  return names;
}

Result<bool> StateDir::Remove(std::string_view name) const {
  const std::string path(name);
  const int removed = files()->Unlink(directory_->fd(), path);
  if (removed != 0 && removed != -ENOENT) return IoError("remove " + path, -removed);
  // Also what is gone already: whoever removed it may have failed here.
  const int synced = files()->Sync(directory_->fd());
  if (synced != 0) return IoError("flush", -synced);
  return removed == 0;
}

Result<void> StateDir::MoveAside(std::string_view name, std::string_view to) const {
  const std::string from(name);
  const int moved = files()->Rename(directory_->fd(), from, std::string(to),
                                    FileSystem::OnExisting::kReplace);
  if (moved != 0 && moved != -ENOENT) return IoError("move " + from, -moved);
  (void)files()->Sync(directory_->fd());
  return {};
}

Result<FileLock> StateDir::Lock(std::string_view name,
                                const std::function<bool()>& wait) const {
  const std::string path(name);
  for (;;) {
    const int fd = files()->OpenAt(directory_->fd(), path, O_RDWR | O_CREAT | O_NONBLOCK);
    if (fd < 0) return IoError("open " + path, -fd);
    OpenFile file(files(), fd);
    Result<void> checked = CheckFile(file, name);
    if (!checked.ok()) return std::move(checked).error();
    const int locked = files()->TryLock(fd);
    if (locked == 0) {
      Result<std::optional<FileLock>> lock = Keep(std::move(file), path);
      if (!lock.ok()) return std::move(lock).error();
      if (lock.value()) return std::move(*lock.value());
      continue;
    }
    if (locked != -EWOULDBLOCK) return IoError("lock " + path, -locked);
    if (!wait()) return Locked();
  }
}

Result<std::optional<FileLock>> StateDir::Keep(OpenFile file,
                                               const std::string& name) const {
  FileSystem::Info held;
  FileSystem::Info named;
  const int found = files()->Stat(file.fd(), &held);
  if (found != 0) return IoError("look at " + name, -found);
  if (files()->StatAt(directory_->fd(), name, &named) != 0 || held.inode != named.inode) {
    return std::optional<FileLock>();
  }
  // A umask must not keep the next one from opening it.
  if (held.mode != kFileMode) {
    const int tightened = files()->TightenMode(file.fd());
    if (tightened != 0) return IoError("set the mode of " + name, -tightened);
  }
  return std::optional<FileLock>(FileLock(std::move(file)));
}

}  // namespace xai
