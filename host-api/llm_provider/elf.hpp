// What can be told of a shared library without loading it.  Part of llm_provider.hpp.
// C++17.
#ifndef LLM_PROVIDER_ELF_HPP
#define LLM_PROVIDER_ELF_HPP

#include <elf.h>
#include <link.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

namespace llmp::detail {

#if defined(__x86_64__)
constexpr unsigned kMachine = EM_X86_64;
constexpr const char* kPlatform = "linux-x86_64";
#elif defined(__aarch64__)
constexpr unsigned kMachine = EM_AARCH64;
constexpr const char* kPlatform = "linux-aarch64";
#elif defined(__riscv) && __riscv_xlen == 64
constexpr unsigned kMachine = EM_RISCV;
constexpr const char* kPlatform = "linux-riscv64";
#else
#error "llm_provider.hpp: name this machine here"
#endif

inline std::string machine_name(unsigned machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86_64";
    case EM_386:
      return "i386";
    case EM_AARCH64:
      return "aarch64";
    case EM_ARM:
      return "arm";
    case EM_RISCV:
      return "riscv";
    case EM_PPC64:
      return "ppc64";
    case EM_S390:
      return "s390";
    default:
      return "machine number " + std::to_string(machine);
  }
}

/// Says why dlopen would fail badly; empty if it may be tried.  Mapping a truncated file
/// and touching what is missing kills the process with SIGBUS, and of a library for
/// another machine dlopen says "no such file".
inline std::string elf_fault(const std::filesystem::path& path) {
  std::error_code ec;
  if (!std::filesystem::is_regular_file(path, ec))
    return ec ? ec.message() : "not a file";
  std::ifstream file(path, std::ios::binary);
  if (!file) return "cannot be read";
  const auto file_size = static_cast<std::uint64_t>(std::filesystem::file_size(path, ec));
  if (ec) return ec.message();

  ElfW(Ehdr) header = {};
  file.read(reinterpret_cast<char*>(&header), sizeof header);
  const auto got = static_cast<std::size_t>(file.gcount());
  if (got >= SELFMAG && std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return "not a shared library";
  }
  // A 32-bit header is shorter, and has these members in the same places.
  if (got < sizeof(Elf32_Ehdr)) return "truncated";
  if (header.e_ident[EI_DATA] != (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 1 : 2)) {
    return "built for another byte order";
  }
  const bool same_class = header.e_ident[EI_CLASS] == (sizeof(void*) == 8 ? 2 : 1);
  if (!same_class || header.e_machine != kMachine) {
    const std::string bits = same_class           ? ""
                             : sizeof(void*) == 8 ? " (32 bits)"
                                                  : " (64 bits)";
    return "built for " + machine_name(header.e_machine) + bits + ", this process is " +
           machine_name(kMachine);
  }
  if (got < sizeof header) return "truncated";
  if (header.e_type != ET_DYN || header.e_phentsize != sizeof(ElfW(Phdr))) {
    return "not a shared library";
  }
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    ElfW(Phdr) segment = {};
    if (header.e_phoff > file_size) return "truncated";
    file.seekg(static_cast<std::streamoff>(header.e_phoff + i * sizeof segment));
    file.read(reinterpret_cast<char*>(&segment), sizeof segment);
    if (!file) return "truncated";
    if (segment.p_type != PT_LOAD) continue;
    if (segment.p_offset > file_size || segment.p_filesz > file_size - segment.p_offset) {
      return "truncated";
    }
  }
  return "";
}

}  // namespace llmp::detail

#endif  // LLM_PROVIDER_ELF_HPP
