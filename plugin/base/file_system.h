// The system calls that our files need, so that a test can lose power between any two.
#ifndef XAI_PLUGIN_BASE_FILE_SYSTEM_H_
#define XAI_PLUGIN_BASE_FILE_SYSTEM_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace xai {

// As POSIX has them, with two differences: what fails returns a negative errno, and what
// a signal interrupted is repeated.  Links are not followed; descriptors are closed on
// exec.  Thread-safe.
class FileSystem {
 public:
  enum class Kind { kFile, kDirectory, kOther };
  struct Info {
    Kind kind = Kind::kOther;
    uint64_t inode = 0;
    uint64_t links = 0;
    uid_t owner = 0;
    mode_t mode = 0;  // permission bits
  };
  enum class OnExisting { kReplace, kFail };

  FileSystem() = default;
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;
  virtual ~FileSystem() = default;

  // `flags` are open()'s; a new file has mode 0600.
  virtual int OpenAt(int dir_fd, const std::string& name, int flags) = 0;
  // For reading, a file that is somebody else's business: here links are followed.
  virtual int OpenProvided(const std::string& path) = 0;
  virtual void Close(int fd) = 0;
  // Of mode 0700, whatever the umask is.
  virtual int MakeDirectory(const std::string& path) = 0;
  virtual int RemoveDirectory(const std::string& path) = 0;

  virtual int Stat(int fd, Info* info) = 0;
  virtual int StatAt(int dir_fd, const std::string& name, Info* info) = 0;
  // To 0600.
  virtual int TightenMode(int fd) = 0;

  virtual ssize_t ReadAt(int fd, char* out, size_t size, off_t offset) = 0;
  virtual ssize_t WriteAt(int fd, const char* bytes, size_t size, off_t offset) = 0;
  virtual int Truncate(int fd, off_t size) = 0;
  virtual int Allocate(int fd, off_t size) = 0;
  virtual int Sync(int fd) = 0;

  virtual int Rename(int dir_fd, const std::string& from, const std::string& to,
                     OnExisting on_existing) = 0;
  virtual int Unlink(int dir_fd, const std::string& name) = 0;
  virtual int List(int dir_fd, std::vector<std::string>* names) = 0;

  // An exclusive lock of the open file; -EWOULDBLOCK if somebody else has it.
  virtual int TryLock(int fd) = 0;
  // Closing alone leaves it with a child that was forked meanwhile.
  virtual void Unlock(int fd) = 0;
};

// A descriptor of a FileSystem that closes itself.  Move-only.
class OpenFile {
 public:
  OpenFile() = default;
  OpenFile(FileSystem* files, int fd) : files_(files), fd_(fd) {}
  OpenFile(OpenFile&& other) noexcept
      : files_(other.files_), fd_(std::exchange(other.fd_, -1)) {}
  OpenFile& operator=(OpenFile&& other) noexcept {
    std::swap(files_, other.files_);
    std::swap(fd_, other.fd_);
    return *this;
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) files_->Close(fd_);
  }

  int fd() const { return fd_; }
  FileSystem* files() const { return files_; }

 private:
  FileSystem* files_ = nullptr;
  int fd_ = -1;
};

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_FILE_SYSTEM_H_
