#include "simulation/sim_disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace xai {
namespace {

constexpr size_t kSector = 512;

}  // namespace

std::string SimDisk::AfterPowerLoss(const File& file) {
  if (file.visible == file.durable) return file.durable;
  switch (dice_->Between(0, 2)) {
    case 0:
      return file.durable;
    case 1:
      return file.visible;
    default:
      break;
  }
  std::string torn = dice_->OneIn(2) ? file.visible : file.durable;
  for (size_t at = 0; at < torn.size(); at += kSector) {
    const std::string& from = dice_->OneIn(2) ? file.visible : file.durable;
    for (size_t i = at; i < std::min(at + kSector, torn.size()); ++i) {
      torn[i] = i < from.size() ? from[i] : '\0';
    }
  }
  return torn;
}

void SimDisk::LosePower() {
  lost_a_sync = false;
  handles_.clear();
  for (auto at = directories.begin(); at != directories.end();) {
    Directory& directory = at->second;
    if (!directory.itself_durable && dice_->OneIn(2)) {
      at = directories.erase(at);
      continue;
    }
    directory.itself_durable = true;
    std::map<std::string, FilePtr> names = directory.durable;
    for (const auto& [name, file] : directory.visible) names.emplace(name, nullptr);
    for (auto& [name, file] : names) {
      const auto now = directory.visible.find(name);
      const FilePtr newer = now == directory.visible.end() ? nullptr : now->second;
      if (newer != file && dice_->OneIn(2)) file = newer;
    }
    std::erase_if(names, [](const auto& entry) { return entry.second == nullptr; });
    directory.visible = names;
    directory.durable = names;
    ++at;
  }
  for (auto& [path, directory] : directories) {
    for (auto& [name, file] : directory.visible) {
      file->visible = file->durable = AfterPowerLoss(*file);
      file->locked_by = -1;
    }
  }
}

void SimDisk::EndProcess(int process) {
  for (auto at = handles_.begin(); at != handles_.end();) {
    const int fd = at->first;
    const bool theirs = at->second.process == process;
    ++at;
    if (theirs) Close(fd);
  }
}

SimDisk::Handle* SimDisk::Find(int fd) {
  const auto found = handles_.find(fd);
  return found == handles_.end() ? nullptr : &found->second;
}

int SimDisk::Add(Handle handle) {
  handles_[++last_fd_] = std::move(handle);
  return last_fd_;
}

void SimDisk::Close(int fd) {
  const auto found = handles_.find(fd);
  if (found == handles_.end()) return;
  const FilePtr& file = found->second.file;
  if (file != nullptr && file->locked_by == fd) file->locked_by = -1;
  handles_.erase(found);
}

SimDisk::Directory* SimFileSystem::DirectoryOf(int dir_fd) {
  const SimDisk::Handle* handle = disk_->Find(dir_fd);
  if (handle == nullptr || handle->file != nullptr) return nullptr;
  const auto found = disk_->directories.find(handle->directory);
  return found == disk_->directories.end() ? nullptr : &found->second;
}

int SimFileSystem::OpenAt(int dir_fd, const std::string& name, int flags) {
  if (const int failed = Before()) return -failed;
  if ((flags & O_DIRECTORY) != 0) {
    if (name != "/" && disk_->directories.count(name) == 0) return -ENOENT;
    return disk_->Add({process_, nullptr, name});
  }
  SimDisk::Directory* directory = DirectoryOf(dir_fd);
  if (directory == nullptr) return -ENOENT;
  SimDisk::FilePtr& file = directory->visible[name];
  if (file == nullptr) {
    if ((flags & O_CREAT) == 0) {
      directory->visible.erase(name);
      return -ENOENT;
    }
    file = std::make_shared<SimDisk::File>();
    file->inode = disk_->NextInode();
  } else if ((flags & O_EXCL) != 0) {
    return -EEXIST;
  }
  return disk_->Add({process_, file, {}});
}

void SimFileSystem::Close(int fd) {
  disk_->Close(fd);
}

int SimFileSystem::MakeDirectory(const std::string& path) {
  if (disk_->directories.count(path) != 0) return -EEXIST;
  if (const int failed = Before()) return -failed;
  return disk_->directories.emplace(path, SimDisk::Directory()).second ? 0 : -EEXIST;
}

int SimFileSystem::RemoveDirectory(const std::string& path) {
  return !cut_ && disk_->directories.erase(path) == 1 ? 0 : -ENOENT;
}

int SimFileSystem::Stat(int fd, Info* info) {
  const SimDisk::Handle* handle = disk_->Find(fd);
  if (handle == nullptr) return -EBADF;
  info->kind = handle->file == nullptr ? Kind::kDirectory : Kind::kFile;
  info->inode = handle->file == nullptr ? 1 : handle->file->inode;
  info->links = 1;
  info->owner = geteuid();
  info->mode = handle->file == nullptr ? 0700 : 0600;
  return 0;
}

int SimFileSystem::StatAt(int dir_fd, const std::string& name, Info* info) {
  const SimDisk::Directory* directory = DirectoryOf(dir_fd);
  if (directory == nullptr) return -ENOENT;
  const auto found = directory->visible.find(name);
  if (found == directory->visible.end()) return -ENOENT;
  info->kind = Kind::kFile;
  info->inode = found->second->inode;
  info->links = 1;
  info->owner = geteuid();
  info->mode = 0600;
  return 0;
}

int SimFileSystem::TightenMode(int) {
  return 0;
}

ssize_t SimFileSystem::ReadAt(int fd, char* out, size_t size, off_t offset) {
  const SimDisk::Handle* handle = disk_->Find(fd);
  if (handle == nullptr || cut_) return -EIO;
  const std::string& bytes = handle->file->visible;
  const auto from = static_cast<size_t>(offset);
  if (from >= bytes.size()) return 0;
  const size_t count = std::min(size, bytes.size() - from);
  std::memcpy(out, bytes.data() + from, count);
  return static_cast<ssize_t>(count);
}

ssize_t SimFileSystem::WriteAt(int fd, const char* bytes, size_t size, off_t offset) {
  if (const int failed = Before()) return -failed;
  SimDisk::Handle* handle = disk_->Find(fd);
  if (handle == nullptr) return -EIO;
  std::string& target = handle->file->visible;
  const auto from = static_cast<size_t>(offset);
  if (from + size > target.size()) {
    if (disk_->full) return -ENOSPC;
    target.resize(from + size);
  }
  std::memcpy(target.data() + from, bytes, size);
  return static_cast<ssize_t>(size);
}

int SimFileSystem::Truncate(int fd, off_t size) {
  if (const int failed = Before()) return -failed;
  SimDisk::Handle* handle = disk_->Find(fd);
  if (handle == nullptr) return -EIO;
  handle->file->visible.resize(static_cast<size_t>(size));
  return 0;
}

int SimFileSystem::Allocate(int fd, off_t size) {
  if (const int failed = Before()) return -failed;
  if (disk_->full) return -ENOSPC;
  SimDisk::Handle* handle = disk_->Find(fd);
  if (handle == nullptr) return -EIO;
  std::string& bytes = handle->file->visible;
  bytes.resize(std::max(bytes.size(), static_cast<size_t>(size)));
  return 0;
}

int SimFileSystem::Sync(int fd) {
  const SimDisk::Handle* handle = disk_->Find(fd);
  const int failed = Before();
  if (failed != 0 || handle == nullptr) {
    if (handle != nullptr && handle->file == nullptr) disk_->lost_a_sync = true;
    return failed != 0 ? -failed : -EIO;
  }
  if (handle->file != nullptr) {
    handle->file->durable = handle->file->visible;
  } else if (handle->directory == "/") {
    for (auto& [path, directory] : disk_->directories) directory.itself_durable = true;
  } else if (SimDisk::Directory* directory = DirectoryOf(fd)) {
    directory->durable = directory->visible;
  }
  return 0;
}

int SimFileSystem::Rename(int dir_fd, const std::string& from, const std::string& to,
                          OnExisting on_existing) {
  if (const int failed = Before()) return -failed;
  SimDisk::Directory* directory = DirectoryOf(dir_fd);
  if (directory == nullptr) return -ENOENT;
  const auto found = directory->visible.find(from);
  if (found == directory->visible.end()) return -ENOENT;
  if (on_existing == OnExisting::kFail && directory->visible.count(to) != 0) {
    return -EEXIST;
  }
  const SimDisk::FilePtr file = found->second;
  directory->visible.erase(found);
  directory->visible[to] = file;
  return 0;
}

int SimFileSystem::Unlink(int dir_fd, const std::string& name) {
  // A destructor may call this: nobody is killed here, but at the next call.
  if (cut_) return -EIO;
  SimDisk::Directory* directory = DirectoryOf(dir_fd);
  if (directory == nullptr) return -ENOENT;
  return directory->visible.erase(name) == 1 ? 0 : -ENOENT;
}

int SimFileSystem::List(int dir_fd, std::vector<std::string>* names) {
  if (const int failed = Before()) return -failed;
  const SimDisk::Directory* directory = DirectoryOf(dir_fd);
  if (directory == nullptr) return -ENOENT;
  for (const auto& [name, file] : directory->visible) names->push_back(name);
  return 0;
}

int SimFileSystem::TryLock(int fd) {
  if (const int failed = Before()) return -failed;
  SimDisk::Handle* handle = disk_->Find(fd);
  if (handle == nullptr) return -EIO;
  if (handle->file->locked_by >= 0 && handle->file->locked_by != fd) return -EWOULDBLOCK;
  handle->file->locked_by = fd;
  return 0;
}

// Called by destructors: nobody is killed here.
void SimFileSystem::Unlock(int fd) {
  SimDisk::Handle* handle = disk_->Find(fd);
  if (handle != nullptr && handle->file->locked_by == fd) handle->file->locked_by = -1;
}

}  // namespace xai
