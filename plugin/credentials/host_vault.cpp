#include "credentials/host_vault.h"

#include "base/limits.h"

namespace xai {
namespace {

// The store counts from 1: 0 stands for "absent".
Error NoGeneration() {
  return Error::Make(ErrorCode::kStoreIo, "the host's store has a record of generation 0",
                     "host_store");
}

Error Conflict() {
  return Error::Make(ErrorCode::kStoreIo, "another process wrote to the host's store",
                     std::string(kVaultConflict));
}

class HostVault : public Vault {
 public:
  HostVault(SecretStore* store, std::string prefix, std::string tag)
      : store_(store), prefix_(std::move(prefix)), tag_(std::move(tag)) {}

  Result<std::optional<std::string>> Read(const std::string& name) override {
    Result<std::optional<SecretStore::Record>> record = store_->Get(Key(name));
    if (!record.ok()) return std::move(record).error();
    if (!record.value()) return std::optional<std::string>();
    return std::optional<std::string>(std::move(record.value()->bytes));
  }

  bool Exists() override { return true; }

  Result<std::vector<std::string>> Records() override {
    std::vector<std::string> records;
    for (const std::string& name : {"cred-" + tag_, "pending-" + tag_}) {
      Result<std::optional<std::string>> bytes = Read(name);
      if (!bytes.ok()) return std::move(bytes).error();
      if (bytes.value()) records.push_back(name);
    }
    return records;
  }

  Result<std::unique_ptr<Lock>> TakeLock(const std::string& name,
                                         const std::function<bool()>& wait) override;

  Result<std::unique_ptr<Room>> Reserve(const std::string& name) override {
    // Whether the store takes it shows only when it is written; but one that cannot even
    // be read must not cost a token.
    Result<uint64_t> generation = GenerationOf(name);
    if (!generation.ok()) return std::move(generation).error();
    return std::unique_ptr<Room>(new HostRoom(this, name, generation.value()));
  }

  Result<void> Write(const std::string& name, std::string_view bytes) override {
    Result<uint64_t> generation = GenerationOf(name);
    if (!generation.ok()) return std::move(generation).error();
    return Put(name, bytes, generation.value());
  }

  Result<bool> Remove(const std::string& name) override {
    Result<uint64_t> generation = GenerationOf(name);
    if (!generation.ok()) return std::move(generation).error();
    if (generation.value() == 0) return false;
    Result<void> erased = Put(name, {}, generation.value());
    if (!erased.ok()) return std::move(erased).error();
    return true;
  }

  Result<void> MoveAside(const std::string& name, int64_t) override {
    // One copy is kept: a store cannot be listed to find older ones.
    Result<std::optional<std::string>> bytes = Read(name);
    if (!bytes.ok()) return std::move(bytes).error();
    if (!bytes.value()) return {};
    Result<void> copied = Write(name + ".corrupt", *bytes.value());
    if (!copied.ok()) return copied;
    Result<bool> removed = Remove(name);
    if (!removed.ok()) return std::move(removed).error();
    return {};
  }

 private:
  class HostLock;

  class HostRoom : public Room {
   public:
    HostRoom(HostVault* vault, std::string name, uint64_t generation)
        : vault_(vault), name_(std::move(name)), generation_(generation) {}
    Result<void> Commit(std::string_view bytes) override {
      return vault_->Put(name_, bytes, generation_);
    }

   private:
    HostVault* vault_;
    std::string name_;
    uint64_t generation_;
  };

  std::string Key(const std::string& name) const { return prefix_ + name; }

  // 0 if there is none.
  Result<uint64_t> GenerationOf(const std::string& name) {
    Result<std::optional<SecretStore::Record>> record = store_->Get(Key(name));
    if (!record.ok()) return std::move(record).error();
    if (!record.value()) return uint64_t{0};
    if (record.value()->generation == 0) return NoGeneration();
    return record.value()->generation;
  }

  Result<void> Put(const std::string& name, std::string_view bytes, uint64_t expected) {
    Result<bool> done = store_->Put(Key(name), bytes, expected);
    if (!done.ok()) return std::move(done).error();
    if (!done.value()) return Conflict();
    return {};
  }

  SecretStore* store_;
  std::string prefix_;
  std::string tag_;
};

class HostVault::HostLock : public Lock {
 public:
  HostLock(HostVault* vault, std::string name) : vault_(vault), name_(std::move(name)) {}
  ~HostLock() override { vault_->store_->Unlock(vault_->Key(name_)); }

  Result<void> WriteNote(std::string_view note) override {
    if (!note.empty()) return vault_->Write(name_, note);
    Result<bool> removed = vault_->Remove(name_);
    if (!removed.ok()) return std::move(removed).error();
    return {};
  }
  Result<std::string> ReadNote() override {
    Result<std::optional<std::string>> note = vault_->Read(name_);
    if (!note.ok()) return std::move(note).error();
    return note.value().value_or("");
  }

 private:
  HostVault* vault_;
  std::string name_;
};

Result<std::unique_ptr<Vault::Lock>> HostVault::TakeLock(
    const std::string& name, const std::function<bool()>& wait) {
  do {
    Result<bool> locked = store_->Lock(Key(name), limits::kHostLockSliceMs);
    if (!locked.ok()) return std::move(locked).error();
    if (locked.value()) return std::unique_ptr<Lock>(new HostLock(this, name));
  } while (wait());
  return Error::Make(ErrorCode::kStoreLocked,
                     "another process holds the lock of the sign-in");
}

}  // namespace

std::unique_ptr<Vault> MakeHostVault(SecretStore* store, std::string prefix,
                                     std::string tag) {
  return std::make_unique<HostVault>(store, std::move(prefix), std::move(tag));
}

}  // namespace xai
