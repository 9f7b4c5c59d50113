// A disk that keeps only what was flushed when the power goes.
#ifndef XAI_TESTS_SIMULATION_SIM_DISK_H_
#define XAI_TESTS_SIMULATION_SIM_DISK_H_

#include <cerrno>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "simulation/dice.h"

namespace xai {

// What all processes of the machine see.  Directories do not nest, but for the root.
//
// After a power cut a file has its flushed bytes, or newer ones, or a mixture of both in
// units of 512 bytes; and each name of a directory stands for what it stood for at the
// last flush of the directory, or for what it stood for in the end.
class SimDisk {
 public:
  struct File {
    uint64_t inode = 0;
    std::string visible;
    std::string durable;
    int locked_by = -1;  // descriptor
  };
  using FilePtr = std::shared_ptr<File>;
  struct Directory {
    std::map<std::string, FilePtr> visible;
    std::map<std::string, FilePtr> durable;
    bool itself_durable = false;  // its own name, in the root
  };
  struct Handle {
    int process = 0;
    FilePtr file;           // null: a directory
    std::string directory;  // its path
  };

  explicit SimDisk(Dice* dice) : dice_(dice) {}

  void LosePower();
  // Closes what the process had open, and so frees its locks.
  void EndProcess(int process);

  Handle* Find(int fd);
  int Add(Handle handle);
  void Close(int fd);
  uint64_t NextInode() { return ++last_inode_; }

  std::map<std::string, Directory> directories;
  bool full = false;
  // A directory could not be flushed: its last change may be lost with the power.
  bool lost_a_sync = false;

 private:
  std::string AfterPowerLoss(const File& file);

  Dice* dice_;
  std::map<int, Handle> handles_;
  int last_fd_ = 100;
  uint64_t last_inode_ = 0;
};

// The disk as one process sees it.
class SimFileSystem : public FileSystem {
 public:
  // `before_call` is called before each call, may throw to end the process, and may
  // return an errno that the call fails with.
  SimFileSystem(SimDisk* disk, int process, std::function<int()> before_call)
      : disk_(disk), process_(process), before_call_(std::move(before_call)) {}

  int OpenAt(int dir_fd, const std::string& name, int flags) override;
  int OpenProvided(const std::string&) override { return -ENOENT; }  // nobody does
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

  // The process is gone: what its destructors still call has no effect.
  void Cut() { cut_ = true; }

 private:
  int Before() { return cut_ ? EIO : before_call_(); }
  SimDisk::Directory* DirectoryOf(int dir_fd);

  SimDisk* disk_;
  int process_;
  std::function<int()> before_call_;
  bool cut_ = false;
};

}  // namespace xai

#endif  // XAI_TESTS_SIMULATION_SIM_DISK_H_
