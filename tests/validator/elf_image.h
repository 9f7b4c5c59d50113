// What the dynamic linker would read in a shared library, without loading it.
#ifndef XAI_TESTS_VALIDATOR_ELF_IMAGE_H_
#define XAI_TESTS_VALIDATOR_ELF_IMAGE_H_

#include <filesystem>
#include <string>
#include <vector>

namespace validator {

struct ElfImage {
  std::vector<std::string> exported;  // names of the dynamic symbols that it defines
  std::vector<std::string> needed;    // DT_NEEDED
  bool has_unique = false;            // a symbol of STB_GNU_UNIQUE keeps it loaded
  bool bind_now = false;
  bool relro = false;
  bool text_relocations = false;
  bool executable_stack = true;  // as long as no PT_GNU_STACK says otherwise
};

// REQUIRES: a library of this machine that elf_fault() has nothing to say about.
ElfImage ReadElfImage(const std::filesystem::path& path);

}  // namespace validator

#endif  // XAI_TESTS_VALIDATOR_ELF_IMAGE_H_
