#include "credentials/key_source.h"

#include <sodium.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "base/io_error.h"
#include "base/limits.h"
#include "base/state_dir.h"

namespace xai {
namespace {

constexpr size_t kPassphraseBytesMax = 4096;

Error NoKey(std::string detail, std::string reason) {
  return Error::Make(ErrorCode::kStoreKey, std::move(detail), std::move(reason));
}

// A file that is too large is a wrong key, not a corrupt credential.
Error Explain(Error error) {
  if (error.code == ErrorCode::kStoreCorrupt) return NoKey(error.detail, "key_size");
  return error;
}

struct SplitPath {
  std::string directory;
  std::string name;
};

SplitPath Split(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

Result<SecretKey> ToKey(std::string* bytes, const std::string& path) {
  if (bytes->size() != limits::kKeyFileBytes) {
    return NoKey(path + " does not hold 32 bytes", "key_size");
  }
  SecretKey key;
  std::memcpy(key.data(), bytes->data(), SecretKey::size());
  WipeMemory(bytes->data(), bytes->size());
  return key;
}

class KeyFileSource : public KeySource {
 public:
  KeyFileSource(FileSystem* files, std::string path, Random* random)
      : files_(files), path_(std::move(path)), random_(random) {}

  KeySourceId id() const override { return KeySourceId::kKeyFile; }

  Result<SecretKey> Key(const KdfParameters&, bool may_create) override {
    const SplitPath split = Split(path_);
    Result<std::optional<StateDir>> existing =
        StateDir::OpenExisting(files_, split.directory);
    if (!existing.ok()) return std::move(existing).error();
    if (existing.value()) {
      Result<std::optional<std::string>> bytes =
          existing.value()->Read(split.name, limits::kKeyFileBytes);
      if (!bytes.ok()) return Explain(std::move(bytes).error());
      if (bytes.value() && may_create) {
        // Nothing is sealed with it yet, so it may be new, and its maker dead.
        Result<void> anchored = existing.value()->Anchor();
        if (!anchored.ok()) return std::move(anchored).error();
        existing.value()->RemoveLeftovers(split.name);
      }
      if (bytes.value()) return ToKey(&*bytes.value(), path_);
    }
    if (!may_create) return NoKey("the key file " + path_ + " is missing", "key_missing");
    std::string fresh(limits::kKeyFileBytes, '\0');
    random_->Fill(reinterpret_cast<uint8_t*>(fresh.data()), fresh.size());
    return Create(split, std::move(fresh));
  }

  Result<void> Keep(const SecretKey& key) override {
    Result<SecretKey> now = Key({}, false);
    if (!now.ok() && now.error().reason == "key_missing") {
      const auto* bytes = reinterpret_cast<const char*>(key.data());
      now = Create(Split(path_), std::string(bytes, SecretKey::size()));
    }
    if (!now.ok()) return std::move(now).error();
    if (sodium_memcmp(now.value().data(), key.data(), SecretKey::size()) == 0) return {};
    return NoKey("the key file " + path_ + " was exchanged", "wrong_key");
  }

 private:
  Result<SecretKey> Create(const SplitPath& split, std::string bytes) {
    Result<StateDir> directory = StateDir::Open(files_, split.directory);
    if (!directory.ok()) return std::move(directory).error();
    Result<bool> created = directory.value().CreateNew(split.name, bytes, random_);
    if (created.ok() && created.value()) return ToKey(&bytes, path_);
    WipeMemory(bytes.data(), bytes.size());
    if (!created.ok()) return std::move(created).error();
    // Another process was faster: its key is the one.
    Result<std::optional<std::string>> theirs =
        directory.value().Read(split.name, limits::kKeyFileBytes);
    if (!theirs.ok()) return Explain(std::move(theirs).error());
    if (!theirs.value())
      return NoKey("the key file " + path_ + " vanished", "key_missing");
    return ToKey(&*theirs.value(), path_);
  }

  FileSystem* files_;
  std::string path_;
  Random* random_;
};

class HostKeySource : public KeySource {
 public:
  explicit HostKeySource(std::function<Result<SecretKey>()> get) : get_(std::move(get)) {}
  KeySourceId id() const override { return KeySourceId::kHost; }
  Result<SecretKey> Key(const KdfParameters&, bool) override { return get_(); }

 private:
  std::function<Result<SecretKey>()> get_;
};

// Whether its provider may give us this file.  Its mode is not ours to change.
Result<void> CheckProvided(const FileSystem::Info& info, const std::string& path) {
  const auto refuse = [&path](std::string_view why, const char* reason) {
    return Error::Make(ErrorCode::kStorePermission, path + std::string(why), reason);
  };
  if (info.kind != FileSystem::Kind::kFile) return refuse(" is not a plain file", "link");
  // systemd and container platforms provide secrets as root, and decide who reads them.
  const bool by_root = info.owner == 0;
  if (!by_root && info.owner != geteuid())
    return refuse(" belongs to another user", "owner");
  if ((info.mode & 022) != 0) return refuse(" can be written by others", "mode");
  if (!by_root && (info.mode & 044) != 0) {
    return refuse(" can be read by others: chmod 600", "mode");
  }
  return {};
}

// The bytes of a file that somebody else provides.  Kubernetes provides links.
Result<std::string> ReadProvided(FileSystem* files, const std::string& path,
                                 size_t bytes_max) {
  const int fd = files->OpenProvided(path);
  if (fd == -ENOENT) return NoKey(path + " is missing", "key_missing");
  if (fd < 0) return IoError("open " + path, -fd);
  const OpenFile file(files, fd);
  FileSystem::Info info;
  const int found = files->Stat(fd, &info);
  if (found != 0) return IoError("look at " + path, -found);
  Result<void> checked = CheckProvided(info, path);
  if (!checked.ok()) return std::move(checked).error();
  Result<std::string> bytes = ReadAll(file, bytes_max);
  if (bytes.ok() && bytes.value().size() > bytes_max) {
    return NoKey(path + " is too large", "key_size");
  }
  return bytes;
}

class SystemdKeySource : public KeySource {
 public:
  SystemdKeySource(FileSystem* files, std::string directory)
      : files_(files), directory_(std::move(directory)) {}
  KeySourceId id() const override { return KeySourceId::kSystemd; }
  Result<SecretKey> Key(const KdfParameters&, bool) override {
    if (directory_.empty()) {
      return NoKey("CREDENTIALS_DIRECTORY is not set: not run by systemd", "key_missing");
    }
    const std::string path = directory_ + "/xai-grok.key";
    Result<std::string> bytes = ReadProvided(files_, path, limits::kKeyFileBytes);
    if (!bytes.ok()) return std::move(bytes).error();
    return ToKey(&bytes.value(), path);
  }

 private:
  FileSystem* files_;
  std::string directory_;
};

class PassphraseSource : public KeySource {
 public:
  PassphraseSource(FileSystem* files, std::string path)
      : files_(files), path_(std::move(path)) {}

  KeySourceId id() const override { return KeySourceId::kPassphrase; }

  KdfParameters NewParameters(Random* random) const override {
    KdfParameters parameters;
    random->Fill(parameters.salt.data(), parameters.salt.size());
    parameters.operations = crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE;
    parameters.memory_kib = crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE / 1024;
    return parameters;
  }

  Result<SecretKey> Key(const KdfParameters& parameters, bool) override {
    Result<std::string> text = ReadProvided(files_, path_, kPassphraseBytesMax);
    if (!text.ok()) return std::move(text).error();
    const size_t end = text.value().find_first_of("\r\n");
    SecretString passphrase(std::string_view(text.value()).substr(0, end));
    WipeMemory(text.value().data(), text.value().size());
    if (passphrase.empty()) return NoKey(path_ + " holds no passphrase", "key_missing");
    if (parameters.operations == 0) {
      return NoKey("the sealed file was not made with a passphrase", "key_source");
    }
    SecretKey key;
    static_assert(crypto_pwhash_SALTBYTES == sizeof(parameters.salt));
    if (crypto_pwhash(key.data(), SecretKey::size(), passphrase.Reveal().data(),
                      passphrase.size(), parameters.salt.data(), parameters.operations,
                      size_t{parameters.memory_kib} * 1024,
                      crypto_pwhash_ALG_ARGON2ID13) != 0) {
      return Error::Make(ErrorCode::kNoMemory, "no memory to derive the key");
    }
    return key;
  }

 private:
  FileSystem* files_;
  std::string path_;
};

}  // namespace

std::optional<KeySourceId> ParseKeySource(std::string_view name) {
  if (name == "key_file") return KeySourceId::kKeyFile;
  if (name == "passphrase") return KeySourceId::kPassphrase;
  if (name == "host") return KeySourceId::kHost;
  if (name == "systemd") return KeySourceId::kSystemd;
  return std::nullopt;
}

KdfParameters KeySource::NewParameters(Random*) const {
  return {};
}

Result<void> KeySource::Keep(const SecretKey&) {
  return {};
}

std::unique_ptr<KeySource> MakeKeyFileSource(FileSystem* files, std::string path,
                                             Random* random) {
  return std::make_unique<KeyFileSource>(files, std::move(path), random);
}

std::unique_ptr<KeySource> MakeHostKeySource(std::function<Result<SecretKey>()> get) {
  return std::make_unique<HostKeySource>(std::move(get));
}

std::unique_ptr<KeySource> MakeSystemdKeySource(FileSystem* files,
                                                std::string credentials_directory) {
  return std::make_unique<SystemdKeySource>(files, std::move(credentials_directory));
}

std::unique_ptr<KeySource> MakePassphraseSource(FileSystem* files,
                                                std::string passphrase_file) {
  return std::make_unique<PassphraseSource>(files, std::move(passphrase_file));
}

}  // namespace xai
