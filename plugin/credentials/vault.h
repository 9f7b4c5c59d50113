// Where the sealed records of a sign-in are kept: files of ours, or the host's own store.
#ifndef XAI_PLUGIN_CREDENTIALS_VAULT_H_
#define XAI_PLUGIN_CREDENTIALS_VAULT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace xai {

// The reason of a kStoreIo error: somebody wrote past the lock, and their record counts.
inline constexpr std::string_view kVaultConflict = "conflict";

// Store thread only.  Sees sealed bytes alone.  Names are "cred-H", "pending-H" and so
// on.
class Vault {
 public:
  // Exclusive among all who share the vault; freed when it dies, and with its holder.
  class Lock {
   public:
    Lock() = default;
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    virtual ~Lock() = default;

    // A few bytes beside the lock, durable: what the holder is about to do.
    virtual Result<void> WriteNote(std::string_view note) = 0;
    virtual Result<std::string> ReadNote() = 0;
  };

  // Room for one record, taken before something irreversible happens.
  class Room {
   public:
    Room() = default;
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;
    virtual ~Room() = default;

    // Once.  Durable when it succeeds; on failure the old record is untouched.
    virtual Result<void> Commit(std::string_view bytes) = 0;
  };

  Vault() = default;
  Vault(const Vault&) = delete;
  Vault& operator=(const Vault&) = delete;
  virtual ~Vault() = default;

  virtual Result<std::optional<std::string>> Read(const std::string& name) = 0;
  // False if the place itself is gone or was never made.
  virtual bool Exists() = 0;
  // The credentials and flows that it holds, those of other profiles too where it can
  // tell, in order.
  virtual Result<std::vector<std::string>> Records() = 0;

  // While another process holds the lock, calls `wait`, which lets some time pass, and
  // gives up with kStoreLocked once that returns false.
  virtual Result<std::unique_ptr<Lock>> TakeLock(const std::string& name,
                                                 const std::function<bool()>& wait) = 0;

  // The rest REQUIRES that the lock is held.
  virtual Result<std::unique_ptr<Room>> Reserve(const std::string& name) = 0;
  virtual Result<void> Write(const std::string& name, std::string_view bytes) = 0;
  // True if there was one.
  virtual Result<bool> Remove(const std::string& name) = 0;
  // Out of the way, but kept for a while.
  virtual Result<void> MoveAside(const std::string& name, int64_t now_ms) = 0;
};

}  // namespace xai

#endif  // XAI_PLUGIN_CREDENTIALS_VAULT_H_
