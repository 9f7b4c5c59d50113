#include "credentials/key_source.h"

#include <cstring>
#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/system_file_system.h"
#include "support/file_mode.h"
#include "support/scripted_random.h"
#include "support/temp_dir.h"

namespace xai {
namespace {

namespace fs = std::filesystem;

constexpr uid_t kSomebodyElse = 65'534;

// The key's bytes, or the error with its reason.
std::string Show(const Result<SecretKey>& key) {
  if (key.ok()) {
    return std::string(reinterpret_cast<const char*>(key.value().data()),
                       SecretKey::size());
  }
  return std::string(InfoOf(key.error().code).name) + " " + key.error().reason;
}

const std::string kKey = "0123456789abcdefghijklmnopqrstuv";

class KeyFileTest : public testing::Test {
 protected:
  std::string Get(bool may_create = false) {
    return Show(MakeKeyFileSource(&files_, path(), &random_)->Key({}, may_create));
  }
  fs::path path() const { return folder_.path() / "keys" / "key"; }

  TempDir folder_;
  mutable SystemFileSystem files_;
  ScriptedRandom random_{'A'};
};

TEST_F(KeyFileTest, IsMadeWhenFirstNeeded) {
  const std::string made = Get(true);
  EXPECT_EQ(made, "ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`");
  EXPECT_EQ(ReadFile(path()), made);
  EXPECT_EQ(ModeOf(path()), 0600);
  EXPECT_EQ(ModeOf(path().parent_path()), 0700);
  EXPECT_EQ(Get(true), made) << "and is never made again";
  EXPECT_EQ(Get(false), made);
  EXPECT_EQ(random_.filled(), 40u);
  const fs::directory_iterator files(path().parent_path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "nothing temporary is left";
}

// Matrix B20.
TEST_F(KeyFileTest, IsNotMadeBesideDataThatAnotherSealed) {
  EXPECT_EQ(Get(false), "store_key key_missing");
  EXPECT_FALSE(fs::exists(path().parent_path()));
  fs::create_directory(path().parent_path());
  EXPECT_EQ(Get(false), "store_key key_missing");
  EXPECT_FALSE(fs::exists(path()));
}

// Matrix B22.
TEST_F(KeyFileTest, HoldsThirtyTwoBytes) {
  for (const size_t size : {0u, 1u, 31u, 33u, 64u, 4096u}) {
    folder_.Write("keys/key", std::string(size, 'k'));
    EXPECT_EQ(Get(true), "store_key key_size") << size;
    EXPECT_EQ(fs::file_size(path()), size) << "untouched";
  }
  folder_.Write("keys/key", kKey);
  EXPECT_EQ(Get(), kKey);
}

TEST_F(KeyFileTest, IsForItsOwnerAlone) {
  folder_.Write("keys/key", kKey);
  for (const unsigned mode : {0644u, 0666u, 0640u, 0700u}) {
    SetMode(path(), mode);
    EXPECT_EQ(Get(), kKey);
    EXPECT_EQ(ModeOf(path()), 0600) << "tightened from " << mode;
  }
  SetMode(path(), 0400);
  EXPECT_EQ(Get(), kKey);
  EXPECT_EQ(ModeOf(path()), 0400) << "tighter is fine";
  for (const unsigned mode : {0720u, 0702u, 0777u}) {
    SetMode(path().parent_path(), mode);
    EXPECT_EQ(Get(true), "store_permission mode") << mode;
  }
}

TEST_F(KeyFileTest, BelongsToUs) {
  if (geteuid() != 0)
    GTEST_SKIP() << "files of another user were not tested: only root can give them away";
  folder_.Write("keys/key", kKey);
  ASSERT_EQ(chown(path().c_str(), kSomebodyElse, 0), 0);
  EXPECT_EQ(Get(true), "store_permission owner");
  ASSERT_EQ(chown(path().c_str(), 0, 0), 0);
  ASSERT_EQ(chown(path().parent_path().c_str(), kSomebodyElse, 0), 0);
  EXPECT_EQ(Get(true), "store_permission owner");
}

TEST_F(KeyFileTest, IsAPlainFile) {
  const fs::path target = folder_.Write("elsewhere", kKey);
  fs::create_directory(path().parent_path());
  fs::create_symlink(target, path());
  EXPECT_EQ(Get(true), "store_permission permission") << "a symbolic link";
  fs::remove(path());
  fs::create_symlink(folder_.path() / "nothing", path());
  EXPECT_EQ(Get(true), "store_permission permission") << "one to nowhere";
  EXPECT_FALSE(fs::exists(folder_.path() / "nothing"));
  fs::remove(path());
  fs::create_hard_link(target, path());
  EXPECT_EQ(Get(true), "store_permission link") << "a hard link";
  fs::remove(path());
  MakeFifo(path());
  EXPECT_EQ(Get(true), "store_permission link") << "a FIFO";
  fs::remove(path());
  fs::create_directory(path());
  EXPECT_EQ(Get(true), "store_permission link") << "a directory";
  EXPECT_EQ(ReadFile(target), kKey);
}

// Matrix B37.
TEST_F(KeyFileTest, TidiesUpAfterThoseWhoDied) {
  const fs::path left = folder_.Write("keys/.key.7.tmp", "half a key");
  for (const char* name : {".key.backup", ".key.2025.orig", ".key..tmp", ".key.7a.tmp"}) {
    folder_.Write(std::string("keys/") + name, "a person's own");
  }
  const std::string made = Get(true);
  EXPECT_FALSE(fs::exists(left));
  folder_.Write("keys/.key.8.tmp", "half a key");
  EXPECT_EQ(Get(true), made);
  const fs::directory_iterator files(path().parent_path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 5)
      << "the key, and what is not ours";
}

// Another process makes the key, and tidies up, just before this one would.
class OvertakenFileSystem : public SystemFileSystem {
 public:
  int Rename(int dir_fd, const std::string& from, const std::string& to,
             OnExisting on_existing) override {
    const OpenFile theirs(this, OpenAt(dir_fd, to, O_WRONLY | O_CREAT));
    WriteAt(theirs.fd(), kKey.data(), kKey.size(), 0);
    Unlink(dir_fd, from);
    return SystemFileSystem::Rename(dir_fd, from, to, on_existing);
  }
};

TEST_F(KeyFileTest, IsThatOfWhoeverWasFaster) {
  OvertakenFileSystem files;
  EXPECT_EQ(Show(MakeKeyFileSource(&files, path(), &random_)->Key({}, true)), kKey);
}

TEST_F(KeyFileTest, NeedsNoDerivation) {
  const KdfParameters parameters =
      MakeKeyFileSource(&files_, path(), &random_)->NewParameters(&random_);
  EXPECT_EQ(parameters.operations, 0u);
  EXPECT_EQ(parameters.memory_kib, 0u);
  EXPECT_EQ(parameters.salt, (std::array<uint8_t, 16>{}));
  EXPECT_EQ(random_.filled(), 0u);
  EXPECT_EQ(MakeKeyFileSource(&files_, path(), &random_)->id(), KeySourceId::kKeyFile);
}

TEST(HostKey, IsWhatTheHostSays) {
  int asked = 0;
  const auto source = MakeHostKeySource([&asked]() -> Result<SecretKey> {
    if (++asked == 2) return Error::Make(ErrorCode::kStoreKey, "locked", "host");
    SecretKey key;
    std::memcpy(key.data(), kKey.data(), SecretKey::size());
    return key;
  });
  EXPECT_EQ(source->id(), KeySourceId::kHost);
  EXPECT_EQ(Show(source->Key({}, true)), kKey);
  EXPECT_EQ(Show(source->Key({}, true)), "store_key host");
}

// Files that seem to belong to somebody else.
class OwnedFileSystem : public SystemFileSystem {
 public:
  int Stat(int fd, Info* info) override {
    const int result = SystemFileSystem::Stat(fd, info);
    info->owner = owner;
    return result;
  }
  uid_t owner = 0;
};

TEST(SystemdKey, ComesFromTheUnitsCredentials) {
  const TempDir folder;
  SystemFileSystem files;
  const auto source = MakeSystemdKeySource(&files, folder.path());
  EXPECT_EQ(source->id(), KeySourceId::kSystemd);
  EXPECT_EQ(Show(source->Key({}, true)), "store_key key_missing");
  EXPECT_TRUE(fs::is_empty(folder.path())) << "it is not ours to make";
  const fs::path file = folder.Write("xai-grok.key", kKey);
  SetMode(file, 0400);
  EXPECT_EQ(Show(source->Key({}, false)), kKey);
  EXPECT_EQ(ModeOf(file), 0400);
  for (const std::string& bytes : {std::string(), kKey.substr(1), kKey + "x"}) {
    SetMode(file, 0600);
    folder.Write("xai-grok.key", bytes);
    EXPECT_EQ(Show(source->Key({}, true)), "store_key key_size") << bytes.size();
  }
}

// Kubernetes provides a link to a link; the mode is the platform's business.
TEST(SystemdKey, MayBeALink) {
  const TempDir folder;
  SystemFileSystem files;
  const fs::path version = folder.path() / "..2026";
  fs::create_directory(version);
  folder.Write("..2026/xai-grok.key", kKey);
  SetMode(version / "xai-grok.key", 0400);
  fs::create_symlink("..2026", folder.path() / "..data");
  fs::create_symlink("..data/xai-grok.key", folder.path() / "xai-grok.key");
  EXPECT_EQ(Show(MakeSystemdKeySource(&files, folder.path())->Key({}, true)), kKey);
}

TEST(SystemdKey, MustBeAPlainFileThatOthersCannotWrite) {
  const TempDir folder;
  SystemFileSystem files;
  const auto source = MakeSystemdKeySource(&files, folder.path());
  const fs::path file = folder.path() / "xai-grok.key";
  MakeFifo(file);
  EXPECT_EQ(Show(source->Key({}, true)), "store_permission link");
  fs::remove(file);
  folder.Write("xai-grok.key", kKey);
  for (const unsigned mode : {0620u, 0602u}) {
    SetMode(file, mode);
    EXPECT_EQ(Show(source->Key({}, true)), "store_permission mode") << mode;
    EXPECT_EQ(ModeOf(file), mode) << "it is not ours to change";
  }
}

// Root decides who reads what it provides; of one's own file that is a mistake.
TEST(SystemdKey, OwnersHaveTheirRules) {
  const TempDir folder;
  OwnedFileSystem files;
  const auto source = MakeSystemdKeySource(&files, folder.path());
  SetMode(folder.Write("xai-grok.key", kKey), 0444);
  files.owner = 0;
  EXPECT_EQ(Show(source->Key({}, true)), kKey);
  if (geteuid() != 0) {
    files.owner = geteuid();
    EXPECT_EQ(Show(source->Key({}, true)), "store_permission mode");
  }
  files.owner = geteuid() + 1;
  EXPECT_EQ(Show(source->Key({}, true)), "store_permission owner");
}

TEST(SystemdKey, NeedsSystemd) {
  SystemFileSystem files;
  EXPECT_EQ(Show(MakeSystemdKeySource(&files, "")->Key({}, true)),
            "store_key key_missing");
  const TempDir folder;
  EXPECT_EQ(Show(MakeSystemdKeySource(&files, folder.path() / "gone")->Key({}, true)),
            "store_key key_missing");
}

class PassphraseTest : public testing::Test {
 protected:
  PassphraseTest() {
    // The least that libsodium takes: these tests are not about strength.
    parameters_.operations = 1;
    parameters_.memory_kib = 8;
  }

  std::string Get(const std::string& text) {
    const fs::path file = folder_.Write("passphrase", text);
    SetMode(file, 0600);
    return Show(MakePassphraseSource(&files_, file)->Key(parameters_, true));
  }

  TempDir folder_;
  SystemFileSystem files_;
  KdfParameters parameters_;
};

TEST_F(PassphraseTest, IsTheFirstLine) {
  const std::string key = Get("secret words");
  EXPECT_EQ(key.size(), 32u);
  EXPECT_EQ(Get("secret words\n"), key);
  EXPECT_EQ(Get("secret words\r\n"), key);
  EXPECT_EQ(Get("secret words\nsecond line"), key);
  EXPECT_NE(Get("secret words "), key) << "a space may be part of it";
  EXPECT_NE(Get("Secret words"), key);
}

TEST_F(PassphraseTest, DependsOnTheParameters) {
  const std::string key = Get("secret");
  parameters_.salt[15] = 1;
  EXPECT_NE(Get("secret"), key);
  parameters_.salt[15] = 0;
  parameters_.operations = 2;
  EXPECT_NE(Get("secret"), key);
}

TEST_F(PassphraseTest, MustBeThereAndBounded) {
  EXPECT_EQ(
      Show(
          MakePassphraseSource(&files_, folder_.path() / "none")->Key(parameters_, true)),
      "store_key key_missing");
  EXPECT_EQ(Get(""), "store_key key_missing");
  EXPECT_EQ(Get("\nsecret"), "store_key key_missing");
  EXPECT_EQ(Get(std::string(4096, 'x')).size(), 32u);
  EXPECT_EQ(Get(std::string(4097, 'x')), "store_key key_size");
}

TEST_F(PassphraseTest, AFileWithoutParametersIsNotItsOwn) {
  parameters_ = {};
  EXPECT_EQ(Get("secret"), "store_key key_source");
}

TEST_F(PassphraseTest, NewFilesGetASaltAndRealCosts) {
  ScriptedRandom random(1);
  const auto source = MakePassphraseSource(&files_, folder_.path() / "none");
  EXPECT_EQ(source->id(), KeySourceId::kPassphrase);
  const KdfParameters parameters = source->NewParameters(&random);
  EXPECT_EQ(random.filled(), 16u);
  EXPECT_EQ(parameters.salt[0], 1);
  EXPECT_EQ(parameters.salt[15], 16);
  EXPECT_EQ(parameters.operations, 2u);
  EXPECT_EQ(parameters.memory_kib, 65'536u);
}

// Matrix B28: more memory than there is.
TEST_F(PassphraseTest, NoMemoryIsSaid) {
  parameters_.memory_kib = 7;  // below libsodium's least: it refuses as without memory
  EXPECT_EQ(Get("secret"), "no_memory ");
}

}  // namespace
}  // namespace xai
