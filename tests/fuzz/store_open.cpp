// OpenSealed(): of all that can be made of sealed files only they themselves open, and
// with nobody else's key or context.
//
// Input: a byte for the file that is changed, and changes: a kind, a place (two bytes)
// and a byte each.  Or, if the first byte is FF, the rest is the file.
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "credentials/sealed_file.h"
#include "fuzz/fuzz.h"
#include "support/scripted_random.h"

namespace xai {
namespace {

constexpr size_t kChangesMax = 64;

struct Sealed {
  std::string text;
  std::string bytes;
};

SecretKey KeyOf(char byte) {
  SecretKey key;
  std::memset(key.data(), byte, SecretKey::size());
  return key;
}

SealContext Context(const char* profile) {
  return {"https://auth.x.ai", "client-1", profile};
}

std::vector<Sealed> MakeFiles() {
  std::vector<Sealed> files;
  for (const char* text : {"", "{\"v\":1}", "\x80 not JSON at all"}) {
    ScriptedRandom random(static_cast<uint8_t>(files.size()));
    SealedHeader header;
    header.generation = files.size();
    if (files.size() == 2) {
      header.key_source = KeySourceId::kPassphrase;
      header.kdf.operations = 3;
      header.kdf.memory_kib = 65'536;
    }
    files.push_back({text, Seal(header, SecretString(std::string_view(text)), KeyOf('k'),
                                Context("default"), &random)});
  }
  return files;
}

std::string Change(std::string bytes, const std::string& other, FuzzInput* input) {
  for (size_t i = 0; i < kChangesMax && !input->empty(); ++i) {
    const size_t kind = input->Choose(4);
    const size_t place = input->Byte() * size_t{256} + input->Byte();
    const uint8_t byte = input->Byte();
    const size_t at = bytes.empty() ? 0 : place % bytes.size();
    if (kind == 0 && !bytes.empty()) {
      bytes[at] = static_cast<char>(static_cast<uint8_t>(bytes[at]) ^ byte);
    } else if (kind == 1) {
      bytes.resize(at);
    } else if (kind == 2) {
      bytes.insert(at, byte, static_cast<char>(byte));
    } else if (kind == 3) {
      bytes.erase(at, byte);
    } else if (!bytes.empty()) {
      bytes.replace(at, byte, other.substr(std::min(at, other.size()), byte));
    }
  }
  return bytes;
}

void Check(const std::string& bytes, const std::vector<Sealed>& files) {
  const ExactCopy copy(bytes);
  const Result<SealedHeader> header = ReadSealedHeader(copy.view());
  const Result<OpenedFile> opened =
      OpenSealed(copy.view(), KeyOf('k'), Context("default"));
  if (header.ok()) {
    const KdfParameters& kdf = header.value().kdf;
    Require(kdf.operations <= 10 && kdf.memory_kib <= 1u << 20, "no key costs too much");
  }
  Require(header.ok() || !opened.ok(), "what has no header does not open");
  Require(!OpenSealed(copy.view(), KeyOf('l'), Context("default")).ok(), "another key");
  Require(!OpenSealed(copy.view(), KeyOf('k'), Context("other")).ok(), "another profile");
  const Sealed* original = nullptr;
  for (const Sealed& file : files) {
    if (file.bytes == bytes) original = &file;
  }
  Require(opened.ok() == (original != nullptr), "only what was sealed opens");
  Require(!opened.ok() || opened.value().plaintext.Reveal() == original->text,
          "it holds what was sealed");
}

}  // namespace
}  // namespace xai

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace xai;
  static const auto* const files = new std::vector<Sealed>(MakeFiles());
  FuzzInput input(data, size);
  const uint8_t choice = input.Byte();
  if (choice == 0xFF) {
    Check(std::string(input.Rest()), *files);
    return 0;
  }
  const Sealed& file = (*files)[choice % files->size()];
  const Sealed& other = (*files)[(choice + 1u) % files->size()];
  Check(Change(file.bytes, other.bytes, &input), *files);
  return 0;
}
