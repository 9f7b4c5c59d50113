// The real file system, until a test breaks one of its calls.
#ifndef XAI_TESTS_SUPPORT_FAULTY_FILE_SYSTEM_H_
#define XAI_TESTS_SUPPORT_FAULTY_FILE_SYSTEM_H_

#include <functional>
#include <string>
#include <utility>

#include "base/system_file_system.h"

namespace xai {

// Each member is the errno that the call fails with; 0: it works.
class FaultyFileSystem : public SystemFileSystem {
 public:
  int write_error = 0;
  int sync_error = 0;
  int allocate_error = 0;
  int rename_error = 0;
  int lock_error = 0;
  int unlink_error = 0;
  bool writes_are_lost = false;       // and reported as done
  std::function<void()> before_lock;  // once: what others do in the meantime
  bool writes_are_short = false;
  bool is_anothers = false;  // each file and directory

  int Stat(int fd, Info* info) override {
    const int found = SystemFileSystem::Stat(fd, info);
    if (is_anothers) ++info->owner;
    return found;
  }
  ssize_t WriteAt(int fd, const char* bytes, size_t size, off_t offset) override {
    if (write_error != 0) return -write_error;
    if (writes_are_lost) return static_cast<ssize_t>(size);
    if (writes_are_short && size > 1) size /= 2;
    return SystemFileSystem::WriteAt(fd, bytes, size, offset);
  }
  int Sync(int fd) override {
    return sync_error != 0 ? -sync_error : SystemFileSystem::Sync(fd);
  }
  int Allocate(int fd, off_t size) override {
    return allocate_error != 0 ? -allocate_error : SystemFileSystem::Allocate(fd, size);
  }
  int Rename(int dir_fd, const std::string& from, const std::string& to,
             OnExisting on_existing) override {
    if (rename_error != 0) return -rename_error;
    return SystemFileSystem::Rename(dir_fd, from, to, on_existing);
  }
  int Unlink(int dir_fd, const std::string& name) override {
    return unlink_error != 0 ? -unlink_error : SystemFileSystem::Unlink(dir_fd, name);
  }
  int TryLock(int fd) override {
    if (before_lock) std::exchange(before_lock, nullptr)();
    return lock_error != 0 ? -lock_error : SystemFileSystem::TryLock(fd);
  }
};

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_FAULTY_FILE_SYSTEM_H_
