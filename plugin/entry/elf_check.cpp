#include "entry/elf_check.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unique_fd.h"

// The linker's name for the header of the image that this code is in: what it was built
// for is what the process is.  NOLINTNEXTLINE: the name is the linker's.
extern "C" __attribute__((visibility("hidden"))) const ElfW(Ehdr) __ehdr_start;

namespace xai {
namespace {

std::string MachineName(unsigned machine) {
  switch (machine) {
    case EM_386:
      return "i386";
    case EM_AARCH64:
      return "aarch64";
    case EM_ARM:
      return "arm";
    case EM_LOONGARCH:
      return "loongarch";
    case EM_PPC64:
      return "ppc64";
    case EM_RISCV:
      return "riscv";
    case EM_S390:
      return "s390";
    case EM_X86_64:
      return "x86_64";
    default:
      return "machine " + std::to_string(machine);
  }
}

std::string Platform(unsigned machine, unsigned char elf_class) {
  const char* bits = elf_class == __ehdr_start.e_ident[EI_CLASS] ? ""
                     : elf_class == ELFCLASS64                   ? " (64 bits)"
                                                                 : " (32 bits)";
  return MachineName(machine) + bits;
}

std::string SystemMessage() {
  return std::error_code(errno, std::generic_category()).message();
}

// Reads all `size` bytes, or returns false.
bool ReadAt(int fd, void* to, size_t size, uint64_t offset) {
  size_t done = 0;
  while (done < size) {
    const ssize_t got = pread(fd, static_cast<char*>(to) + done, size - done,
                              static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    done += static_cast<size_t>(got);
  }
  return true;
}

std::optional<std::string> CheckPlatform(const ElfW(Ehdr) & header) {
  const ElfW(Ehdr)& own = __ehdr_start;
  if (header.e_ident[EI_DATA] != own.e_ident[EI_DATA]) {
    return "built for the other byte order";
  }
  // Both classes have e_machine at the same place.
  const unsigned char elf_class = header.e_ident[EI_CLASS];
  if (elf_class != own.e_ident[EI_CLASS] || header.e_machine != own.e_machine) {
    return "built for " + Platform(header.e_machine, elf_class) + ", this process is " +
           MachineName(own.e_machine);
  }
  return std::nullopt;
}

std::optional<std::string> CheckSegments(int fd, const ElfW(Ehdr) & header,
                                         uint64_t file_size) {
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    ElfW(Phdr) segment = {};
    if (header.e_phoff > file_size ||
        !ReadAt(fd, &segment, sizeof segment, header.e_phoff + i * sizeof segment)) {
      return "truncated";
    }
    if (segment.p_type != PT_LOAD) continue;
    if (segment.p_offset > file_size || segment.p_filesz > file_size - segment.p_offset) {
      return "truncated";
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> FindElfFault(const std::filesystem::path& path) {
  // Not blocking, since it could be a pipe.
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return SystemMessage();
  struct stat status = {};
  if (fstat(fd.get(), &status) != 0) return SystemMessage();
  if (!S_ISREG(status.st_mode)) return "not a regular file";
  const auto file_size = static_cast<uint64_t>(status.st_size);

  ElfW(Ehdr) header = {};
  const size_t head = file_size < sizeof header ? file_size : sizeof header;
  if (!ReadAt(fd.get(), &header, head, 0)) return "cannot be read";
  const size_t magic = head < SELFMAG ? head : SELFMAG;
  if (std::memcmp(header.e_ident, ELFMAG, magic) != 0) return "not a shared library";
  // A header of 32 bits is shorter, and belongs to another machine anyway.
  if (head < sizeof(Elf32_Ehdr)) return "truncated";
  if (std::optional<std::string> fault = CheckPlatform(header)) return fault;
  if (head < sizeof header) return "truncated";
  if (header.e_type != ET_DYN || header.e_phentsize != sizeof(ElfW(Phdr))) {
    return "not a shared library";
  }
  return CheckSegments(fd.get(), header, file_size);
}

}  // namespace xai
