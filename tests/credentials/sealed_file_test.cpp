#include "credentials/sealed_file.h"

#include <cstring>
#include <filesystem>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "base/system_file_system.h"
#include "credentials/key_source.h"
#include "support/scripted_random.h"
#include "support/temp_dir.h"
#include "support/vector_file.h"

namespace xai {
namespace {

constexpr size_t kHeader = 112;
constexpr size_t kTag = 16;

SecretKey KeyOf(char byte) {
  SecretKey key;
  std::memset(key.data(), byte, SecretKey::size());
  return key;
}

SealContext Context() {
  return {"https://auth.x.ai", "client-1", "default"};
}

std::string SealText(std::string_view text) {
  ScriptedRandom random;
  SealedHeader header;
  header.generation = 7;
  return Seal(header, SecretString(text), KeyOf('k'), Context(), &random);
}

// "ok" or the error's name.
std::string Open(std::string_view bytes, const SecretKey& key = KeyOf('k'),
                 const SealContext& context = Context()) {
  const Result<OpenedFile> opened = OpenSealed(bytes, key, context);
  return opened.ok() ? "ok" : std::string(InfoOf(opened.error().code).name);
}

std::string With(std::string bytes, size_t at, std::string_view change) {
  bytes.replace(at, change.size(), change);
  return bytes;
}

class Vectors : public testing::TestWithParam<const char*> {
 protected:
  VectorFile file_{std::filesystem::path(XAI_VECTORS) / "credential_file" /
                   (std::string(GetParam()) + ".txt")};
};

// The bytes were made by another implementation of the format.
TEST_P(Vectors, AreWhatIsWrittenAndRead) {
  SecretKey key;
  std::memcpy(key.data(), file_.Bytes("key").data(), SecretKey::size());
  const SealContext context = {file_.Text("issuer"), file_.Text("client_id"),
                               file_.Text("profile")};
  SealedHeader header;
  header.key_source = static_cast<KeySourceId>(file_.Number("key_source"));
  header.generation = file_.Number("generation");
  header.kdf.operations = static_cast<uint32_t>(file_.Number("kdf_operations"));
  header.kdf.memory_kib = static_cast<uint32_t>(file_.Number("kdf_memory_kib"));
  std::memcpy(header.kdf.salt.data(), file_.Bytes("kdf_salt").data(), 16);
  std::memcpy(header.store_id.data(), file_.Bytes("store_id").data(), 16);
  const std::string nonce = file_.Bytes("nonce");
  ScriptedRandom random(static_cast<uint8_t>(nonce[0]));

  const std::string sealed =
      Seal(header, SecretString(file_.Bytes("plaintext")), key, context, &random);
  EXPECT_EQ(random.filled(), nonce.size());
  EXPECT_TRUE(sealed == file_.Bytes("sealed"));
  EXPECT_EQ(context.FileTag(), file_.Text("file_tag"));

  const Result<OpenedFile> opened = OpenSealed(file_.Bytes("sealed"), key, context);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened.value().plaintext.Reveal(), file_.Bytes("plaintext"));
  EXPECT_EQ(opened.value().header.key_source, header.key_source);
  EXPECT_EQ(opened.value().header.generation, header.generation);
  EXPECT_EQ(opened.value().header.kdf.salt, header.kdf.salt);
  EXPECT_EQ(opened.value().header.kdf.operations, header.kdf.operations);
  EXPECT_EQ(opened.value().header.kdf.memory_kib, header.kdf.memory_kib);
  EXPECT_EQ(opened.value().header.store_id, header.store_id);

  if (!file_.Has("passphrase")) return;
  const TempDir folder;
  const auto path = folder.Write("passphrase", file_.Text("passphrase") + "\n");
  SystemFileSystem files;
  const Result<SecretKey> derived =
      MakePassphraseSource(&files, path.string())->Key(header.kdf, false);
  ASSERT_TRUE(derived.ok());
  EXPECT_EQ(std::memcmp(derived.value().data(), key.data(), SecretKey::size()), 0);
}

INSTANTIATE_TEST_SUITE_P(CredentialFile, Vectors,
                         testing::Values("key_file", "passphrase", "host_empty"));

TEST(SealedFile, AnyLengthComesBack) {
  for (const size_t size : {0u, 1u, 1022u, 1023u, 1024u, 1025u, 2047u, 2048u, 61'440u}) {
    const std::string text(size, 't');
    const std::string sealed = SealText(text);
    EXPECT_EQ(sealed.size(), kHeader + (size / 1024 + 1) * 1024 + kTag) << size;
    const Result<OpenedFile> opened = OpenSealed(sealed, KeyOf('k'), Context());
    ASSERT_TRUE(opened.ok()) << size;
    EXPECT_EQ(opened.value().plaintext.Reveal(), text) << size;
    EXPECT_EQ(opened.value().header.generation, 7u);
  }
}

TEST(SealedFile, TextsOfAnyContentComeBack) {
  for (const std::string& text : {std::string("\x80"), std::string("\x80\0\0", 3),
                                  std::string(1024, '\0'), std::string("{\"v\":1}")}) {
    const Result<OpenedFile> opened = OpenSealed(SealText(text), KeyOf('k'), Context());
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened.value().plaintext.Reveal(), text);
  }
}

TEST(SealedFile, HidesTheTextAndItsLength) {
  const std::string sealed = SealText("a-secret-token");
  EXPECT_EQ(sealed.find("secret"), std::string::npos);
  EXPECT_EQ(sealed.size(), SealText("b").size());
}

// Matrix B19.
TEST(SealedFile, NoBitCanBeFlipped) {
  const std::string sealed = SealText("{\"v\":1}");
  for (size_t at = 0; at < sealed.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = sealed;
      flipped[at] =
          static_cast<char>(static_cast<unsigned char>(flipped[at]) ^ 1u << bit);
      std::set<std::string> expected = {"store_corrupt"};
      if (at == 8) expected = {"store_corrupt", "store_version"};
      if (at >= 16 && at < 32) expected = {"store_key"};
      ASSERT_EQ(expected.count(Open(flipped)), 1u)
          << "byte " << at << ", bit " << bit << ": " << Open(flipped);
    }
  }
}

// Matrix B17, B18.
TEST(SealedFile, NoLengthButItsOwnIsAccepted) {
  const std::string sealed = SealText("{\"v\":1}");
  for (size_t size = 0; size < sealed.size(); ++size) {
    ASSERT_EQ(Open(std::string_view(sealed).substr(0, size)), "store_corrupt") << size;
  }
  EXPECT_EQ(Open(sealed), "ok");
  EXPECT_EQ(Open(sealed + '\0'), "store_corrupt");
  EXPECT_EQ(Open(sealed + sealed), "store_corrupt");
  EXPECT_EQ(Open(std::string(sealed.size(), '\0')), "store_corrupt");
  // A length that agrees with the file does not help.
  const std::string shorter =
      With(sealed.substr(0, kHeader + kTag), 104, std::string_view("\x10\0\0\0", 4));
  EXPECT_EQ(Open(shorter), "store_corrupt");
}

// Matrix B21.
TEST(SealedFile, AnotherKeyIsToldApartFromDamage) {
  EXPECT_EQ(Open(SealText("x"), KeyOf('l')), "store_key");
}

// Matrix B25.
TEST(SealedFile, OpensOnlyAsWhatItWasWrittenFor) {
  const std::string sealed = SealText("x");
  EXPECT_EQ(Open(sealed), "ok");
  for (const SealContext& other : {
           SealContext{"https://auth.x.ai.", "client-1", "default"},
           SealContext{"https://auth.x.ai", "client-2", "default"},
           SealContext{"https://auth.x.ai", "client-1", "work"},
           SealContext{"https://auth.x.ai", "client-1", ""},
           SealContext{"", "", ""},
       }) {
    EXPECT_EQ(Open(sealed, KeyOf('k'), other), "store_corrupt");
    EXPECT_NE(other.FileTag(), Context().FileTag());
  }
}

// Matrix B23.
TEST(SealedFile, ANewerFormatIsNotDamage) {
  const std::string sealed = SealText("x");
  EXPECT_EQ(Open(With(sealed, 8, "\x02")), "store_version");
  EXPECT_EQ(Open(With(sealed, 8, "\xFF")), "store_version");
  EXPECT_EQ(Open(With(sealed.substr(0, 9), 8, "\x02")), "store_version")
      << "of which nothing else is known";
  EXPECT_EQ(Open(With(sealed, 8, std::string_view("\0", 1))), "store_corrupt");
}

std::string HeaderVerdict(char derivation, std::string_view operations,
                          std::string_view memory) {
  std::string sealed = With(SealText("x"), 12, std::string_view(&derivation, 1));
  sealed = With(With(sealed, 48, operations), 52, memory);
  const Result<SealedHeader> header = ReadSealedHeader(sealed);
  return header.ok() ? "ok" : std::string(InfoOf(header.error().code).name);
}

// Matrix B29: a header must not cost gigabytes or minutes.
TEST(SealedFile, DerivationParametersAreBounded) {
  using namespace std::string_view_literals;
  EXPECT_EQ(HeaderVerdict(0, "\0\0\0\0"sv, "\0\0\0\0"sv), "ok");
  EXPECT_EQ(HeaderVerdict(1, "\x02\0\0\0"sv, "\0\0\x01\0"sv), "ok");
  EXPECT_EQ(HeaderVerdict(1, "\x01\0\0\0"sv, "\x08\0\0\0"sv), "ok");
  EXPECT_EQ(HeaderVerdict(1, "\x0a\0\0\0"sv, "\0\0\x10\0"sv), "ok") << "the bounds";
  EXPECT_EQ(HeaderVerdict(1, "\x0b\0\0\0"sv, "\0\0\x01\0"sv), "store_corrupt");
  EXPECT_EQ(HeaderVerdict(1, "\xff\xff\xff\xff"sv, "\0\0\x01\0"sv), "store_corrupt");
  EXPECT_EQ(HeaderVerdict(1, "\x02\0\0\0"sv, "\x01\0\x10\0"sv), "store_corrupt");
  EXPECT_EQ(HeaderVerdict(1, "\x02\0\0\0"sv, "\xff\xff\xff\xff"sv), "store_corrupt");
  EXPECT_EQ(HeaderVerdict(1, "\0\0\0\0"sv, "\0\0\x01\0"sv), "store_corrupt");
  EXPECT_EQ(HeaderVerdict(1, "\x02\0\0\0"sv, "\x07\0\0\0"sv), "store_corrupt");
  EXPECT_EQ(HeaderVerdict(0, "\x02\0\0\0"sv, "\0\0\x01\0"sv), "store_corrupt")
      << "nothing is derived, but with parameters";
  EXPECT_EQ(HeaderVerdict(2, "\x02\0\0\0"sv, "\0\0\x01\0"sv), "store_corrupt");
}

TEST(SealedFile, UnknownMethodsAndSourcesAreRefused) {
  using namespace std::string_view_literals;
  const std::string sealed = SealText("x");
  for (const char source : {'\1', '\2', '\3', '\4'}) {
    EXPECT_TRUE(ReadSealedHeader(With(sealed, 11, {&source, 1})).ok()) << int{source};
  }
  for (const std::string& damaged :
       {With(sealed, 10, "\0"sv), With(sealed, 10, "\x02"), With(sealed, 11, "\0"sv),
        With(sealed, 11, "\x05"), With(sealed, 14, "\x6f"), With(sealed, 15, "\x01")}) {
    const Result<SealedHeader> header = ReadSealedHeader(damaged);
    ASSERT_FALSE(header.ok());
    EXPECT_EQ(header.error().code, ErrorCode::kStoreCorrupt);
  }
}

TEST(SealedFile, TextModeDamageIsSeen) {
  std::string sealed = SealText("x");
  EXPECT_EQ(Open(With(sealed, 0, "\x09")), "store_corrupt") << "seven bits";
  std::string unix_ends = sealed;
  unix_ends.erase(4, 1);
  EXPECT_EQ(Open(unix_ends), "store_corrupt") << "CRLF became LF";
}

}  // namespace
}  // namespace xai
