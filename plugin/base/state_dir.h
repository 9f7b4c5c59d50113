// The directory that holds our files, opened once and used by descriptor: owner and modes
// are checked, links are not followed, and a file is replaced whole or not at all.
#ifndef XAI_PLUGIN_BASE_STATE_DIR_H_
#define XAI_PLUGIN_BASE_STATE_DIR_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/random.h"
#include "base/replacement.h"
#include "base/result.h"

namespace xai {

// Used by one thread at a time.  Names are plain file names.
class StateDir {
 public:
  // Creates the directory (0700) and its parents if need be.  Fails with kStorePermission
  // if it is somebody else's, or others may write to it.
  static Result<StateDir> Open(FileSystem* files, const std::string& path);
  // The same without creating; nothing if it does not exist.
  static Result<std::optional<StateDir>> OpenExisting(FileSystem* files,
                                                      const std::string& path);

  // The bytes, or nothing if there is no such file.  A link, a foreign owner or a hard
  // link is kStorePermission; a larger file is kStoreCorrupt.  A mode wider than 0600 is
  // tightened.
  Result<std::optional<std::string>> Read(std::string_view name, size_t bytes_max) const;

  // Flushes the directory and those above it: whoever made them may have died before.
  Result<void> Anchor() const;

  // REQUIRES: the lock of `name` is held, since its temporary name has no other owner.
  // Somebody may have removed the lock's file, and so made two holders: the second gets
  // kStoreLocked until the first is done.
  Result<Reservation> Reserve(std::string_view name, size_t bytes) const;
  // Reserve and commit at once.
  Result<void> Replace(std::string_view name, std::string_view bytes) const;
  // Creates `name` with `bytes`; false if it exists already.  Needs no lock.
  Result<bool> CreateNew(std::string_view name, std::string_view bytes,
                         Random* random) const;
  // Removes what CreateNew() of processes that died has left.  REQUIRES: `name` exists,
  // so that whoever is still at it loses nothing.
  void RemoveLeftovers(std::string_view name) const;

  // The names that begin with `prefix`, in order.
  Result<std::vector<std::string>> List(std::string_view prefix) const;

  // True if there was such a file.
  Result<bool> Remove(std::string_view name) const;
  Result<void> MoveAside(std::string_view name, std::string_view to) const;

  // While another process holds the lock, calls `wait`, which lets some time pass, and
  // gives up with kStoreLocked once that returns false.
  Result<FileLock> Lock(std::string_view name, const std::function<bool()>& wait) const;

 private:
  StateDir(OpenFile directory, std::string path)
      : directory_(std::make_shared<const OpenFile>(std::move(directory))),
        path_(std::move(path)) {}
  FileSystem* files() const { return directory_->files(); }
  // A reservation locks its file; what is not locked was left by the dead.
  bool IsInUse(const std::string& temporary) const;
  Result<Reservation> ReserveAs(const std::string& temporary, size_t bytes) const;
  // Nothing if somebody removed the file meanwhile: then the lock protects nothing.
  Result<std::optional<FileLock>> Keep(OpenFile file, const std::string& name) const;

  std::shared_ptr<const OpenFile> directory_;
  std::string path_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_STATE_DIR_H_
