#include "credentials/file_vault.h"

#include "base/limits.h"
#include "base/state_dir.h"

namespace xai {
namespace {

constexpr std::string_view kAside = ".corrupt.";

class FileVaultLock : public Vault::Lock {
 public:
  explicit FileVaultLock(FileLock lock) : lock_(std::move(lock)) {}
  Result<void> WriteNote(std::string_view note) override { return lock_.WriteNote(note); }
  Result<std::string> ReadNote() override { return lock_.ReadNote(); }

 private:
  FileLock lock_;
};

class FileVaultRoom : public Vault::Room {
 public:
  FileVaultRoom(Reservation room, std::string name)
      : room_(std::move(room)), name_(std::move(name)) {}
  Result<void> Commit(std::string_view bytes) override {
    return room_.Commit(name_, bytes);
  }

 private:
  Reservation room_;
  std::string name_;
};

class FileVault : public Vault {
 public:
  FileVault(FileSystem* files, std::string directory)
      : files_(files), directory_(std::move(directory)) {}

  Result<std::optional<std::string>> Read(const std::string& name) override {
    Result<std::optional<StateDir>> directory =
        StateDir::OpenExisting(files_, directory_);
    if (!directory.ok()) return std::move(directory).error();
    if (!directory.value()) return std::optional<std::string>();
    return directory.value()->Read(name, limits::kSealedBytesMax);
  }

  Result<std::vector<std::string>> Records() override;

  bool Exists() override {
    const Result<std::optional<StateDir>> directory =
        StateDir::OpenExisting(files_, directory_);
    return !directory.ok() || directory.value().has_value();
  }

  Result<std::unique_ptr<Lock>> TakeLock(const std::string& name,
                                         const std::function<bool()>& wait) override {
    Result<StateDir> directory = StateDir::Open(files_, directory_);
    if (!directory.ok()) return std::move(directory).error();
    Result<FileLock> lock = directory.value().Lock(name, wait);
    if (!lock.ok()) return std::move(lock).error();
    return std::unique_ptr<Lock>(new FileVaultLock(std::move(lock).value()));
  }

  Result<std::unique_ptr<Room>> Reserve(const std::string& name) override {
    Result<StateDir> directory = StateDir::Open(files_, directory_);
    if (!directory.ok()) return std::move(directory).error();
    Result<Reservation> room = directory.value().Reserve(name, limits::kReserveBytes);
    if (!room.ok()) return std::move(room).error();
    return std::unique_ptr<Room>(new FileVaultRoom(std::move(room).value(), name));
  }

  Result<void> Write(const std::string& name, std::string_view bytes) override {
    Result<StateDir> directory = StateDir::Open(files_, directory_);
    if (!directory.ok()) return std::move(directory).error();
    return directory.value().Replace(name, bytes);
  }

  Result<bool> Remove(const std::string& name) override {
    Result<std::optional<StateDir>> directory =
        StateDir::OpenExisting(files_, directory_);
    if (!directory.ok()) return std::move(directory).error();
    if (!directory.value()) return false;
    return directory.value()->Remove(name);
  }

  Result<void> MoveAside(const std::string& name, int64_t now_ms) override;

 private:
  FileSystem* files_;
  std::string directory_;
};

Result<std::vector<std::string>> FileVault::Records() {
  std::vector<std::string> records;
  Result<std::optional<StateDir>> directory = StateDir::OpenExisting(files_, directory_);
  if (!directory.ok()) return std::move(directory).error();
  if (!directory.value()) return records;
  for (const std::string_view prefix : {"cred-", "pending-"}) {
    Result<std::vector<std::string>> names = directory.value()->List(prefix);
    if (!names.ok()) return std::move(names).error();
    for (std::string& name : names.value()) {
      if (name.find(kAside) == std::string::npos) records.push_back(std::move(name));
    }
  }
  return records;
}

Result<void> FileVault::MoveAside(const std::string& name, int64_t now_ms) {
  Result<StateDir> directory = StateDir::Open(files_, directory_);
  if (!directory.ok()) return std::move(directory).error();
  const std::string prefix = name + std::string(kAside);
  Result<void> moved = directory.value().MoveAside(name, prefix + std::to_string(now_ms));
  if (!moved.ok()) return moved;
  Result<std::vector<std::string>> kept = directory.value().List(prefix);
  if (!kept.ok()) return std::move(kept).error();
  // Names end with the time, so the oldest come first.
  for (size_t i = 0; i + limits::kQuarantineFilesMax < kept.value().size(); ++i) {
    Result<bool> removed = directory.value().Remove(kept.value()[i]);
    if (!removed.ok()) return std::move(removed).error();
  }
  return {};
}

}  // namespace

std::unique_ptr<Vault> MakeFileVault(FileSystem* files, std::string directory) {
  return std::make_unique<FileVault>(files, std::move(directory));
}

}  // namespace xai
