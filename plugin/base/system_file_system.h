// The real file system.
#ifndef XAI_PLUGIN_BASE_SYSTEM_FILE_SYSTEM_H_
#define XAI_PLUGIN_BASE_SYSTEM_FILE_SYSTEM_H_

#include <string>
#include <vector>

#include "base/file_system.h"

namespace xai {

// Has no state: as many as you like.
class SystemFileSystem : public FileSystem {
 public:
  int OpenAt(int dir_fd, const std::string& name, int flags) override;
  int OpenProvided(const std::string& path) override;
  void Close(int fd) override;
  int MakeDirectory(const std::string& path) override;
  int RemoveDirectory(const std::string& path) override;
  int Stat(int fd, Info* info) override;
  int StatAt(int dir_fd, const std::string& name, Info* info) override;
  int TightenMode(int fd) override;
  ssize_t ReadAt(int fd, char* out, size_t size, off_t offset) override;
  ssize_t WriteAt(int fd, const char* bytes, size_t size, off_t offset) override;
  int Truncate(int fd, off_t size) override;
  int Allocate(int fd, off_t size) override;
  int Sync(int fd) override;
  int Rename(int dir_fd, const std::string& from, const std::string& to,
             OnExisting on_existing) override;
  int Unlink(int dir_fd, const std::string& name) override;
  int List(int dir_fd, std::vector<std::string>* names) override;
  int TryLock(int fd) override;
  void Unlock(int fd) override;
};

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_SYSTEM_FILE_SYSTEM_H_
