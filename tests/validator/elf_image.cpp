#include "validator/elf_image.h"

#include <elf.h>
#include <link.h>

#include <cstring>

#include "validator/check.h"
#include "validator/files.h"

namespace validator {
namespace {

// A file whose parts are copied out, each within its bounds.
class Bytes {
 public:
  explicit Bytes(const std::filesystem::path& path) : bytes_(ReadFile(path)) {}

  template <typename T>
  T At(std::uint64_t offset) const {
    Require(offset <= bytes_.size() && sizeof(T) <= bytes_.size() - offset,
            "the library's headers point past its end");
    T value;
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }

  std::string Text(std::uint64_t offset) const {
    Require(offset < bytes_.size(), "the library's names lie past its end");
    const auto end = bytes_.find('\0', offset);
    return bytes_.substr(offset, end - offset);
  }

 private:
  const std::string bytes_;
};

void ReadSegments(const Bytes& file, const ElfW(Ehdr) & header, ElfImage* image) {
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    const auto segment =
        file.At<ElfW(Phdr)>(header.e_phoff + i * std::uint64_t{sizeof(ElfW(Phdr))});
    if (segment.p_type == PT_GNU_RELRO) image->relro = true;
    if (segment.p_type == PT_GNU_STACK) {
      image->executable_stack = (segment.p_flags & PF_X) != 0;
    }
  }
}

void ReadSymbols(const Bytes& file, const ElfW(Shdr) & table, const ElfW(Shdr) & names,
                 ElfImage* image) {
  for (std::uint64_t at = 0; at + sizeof(ElfW(Sym)) <= table.sh_size;
       at += sizeof(ElfW(Sym))) {
    const auto symbol = file.At<ElfW(Sym)>(table.sh_offset + at);
    const unsigned binding = symbol.st_info >> 4;
    if (symbol.st_shndx == SHN_UNDEF || binding == STB_LOCAL) continue;
    if (binding == STB_GNU_UNIQUE) image->has_unique = true;
    if (symbol.st_shndx == SHN_ABS) continue;  // the name of a version, not of code
    image->exported.push_back(file.Text(names.sh_offset + symbol.st_name));
  }
}

void ReadDynamic(const Bytes& file, const ElfW(Shdr) & table, const ElfW(Shdr) & names,
                 ElfImage* image) {
  for (std::uint64_t at = 0; at + sizeof(ElfW(Dyn)) <= table.sh_size;
       at += sizeof(ElfW(Dyn))) {
    const auto entry = file.At<ElfW(Dyn)>(table.sh_offset + at);
    const auto value = entry.d_un.d_val;
    if (entry.d_tag == DT_NEEDED) {
      image->needed.push_back(file.Text(names.sh_offset + value));
    }
    if (entry.d_tag == DT_BIND_NOW) image->bind_now = true;
    if (entry.d_tag == DT_TEXTREL) image->text_relocations = true;
    if (entry.d_tag == DT_FLAGS) {
      image->bind_now |= (value & DF_BIND_NOW) != 0;
      image->text_relocations |= (value & DF_TEXTREL) != 0;
    }
    if (entry.d_tag == DT_FLAGS_1) image->bind_now |= (value & DF_1_NOW) != 0;
  }
}

}  // namespace

ElfImage ReadElfImage(const std::filesystem::path& path) {
  const Bytes file(path);
  const auto header = file.At<ElfW(Ehdr)>(0);
  ElfImage image;
  ReadSegments(file, header, &image);
  const auto section = [&](std::uint64_t index) {
    return file.At<ElfW(Shdr)>(header.e_shoff + index * sizeof(ElfW(Shdr)));
  };
  for (unsigned i = 0; i < header.e_shnum; ++i) {
    const auto table = section(i);
    if (table.sh_type == SHT_DYNSYM) {
      ReadSymbols(file, table, section(table.sh_link), &image);
    } else if (table.sh_type == SHT_DYNAMIC) {
      ReadDynamic(file, table, section(table.sh_link), &image);
    }
  }
  return image;
}

}  // namespace validator
