// LLMP-IMAGE: what can be seen in the library without running it.
#include <algorithm>
#include <array>

#include "llm_provider/elf.hpp"
#include "validator/catalog.h"
#include "validator/check.h"
#include "validator/elf_image.h"
#include "validator/subject.h"

namespace validator {
namespace {

// The C library's own parts, as older systems divide it, and the compiler's two.
constexpr std::array<std::string_view, 9> kNeededAllowed = {"libpthread.so.0",
                                                            "libdl.so.2",
                                                            "librt.so.1",
                                                            "libc.so.6",
                                                            "libm.so.6",
                                                            "libstdc++.so.6",
                                                            "libgcc_s.so.1",
                                                            "ld-linux-x86-64.so.2",
                                                            "ld-linux-aarch64.so.1"};

ElfImage Image(const World& world) {
  const auto path = LibraryPath(world);
  const std::string fault = llmp::detail::elf_fault(path);
  Require(fault.empty(), path.string() + ": " + fault);
  return ReadElfImage(path);
}

void FitsThisProcess(World& world) {
  Image(world);
}

void OneSymbol(World& world) {
  std::string others;
  const ElfImage image = Image(world);
  for (const std::string& name : image.exported) {
    if (name != "llmp_entry_point") others += " " + name;
  }
  Require(others.empty(), "it exports more than llmp_entry_point:" + others);
  Require(!image.exported.empty(), "it does not export llmp_entry_point");
}

void NeedsWhatEverySystemHas(World& world) {
  for (const std::string& name : Image(world).needed) {
    const bool allowed = std::find(kNeededAllowed.begin(), kNeededAllowed.end(), name) !=
                         kNeededAllowed.end();
    Require(allowed,
            "it needs " + name +
                ": where that is missing, dlopen() fails and nobody can say why");
  }
}

void Hardened(World& world) {
  const ElfImage image = Image(world);
  Require(!image.executable_stack, "it wants an executable stack");
  Require(!image.text_relocations, "it has text relocations");
  Require(image.relro, "it has no RELRO segment");
  Require(image.bind_now, "it is not linked with -z now");
  Require(!image.has_unique, "it has symbols of STB_GNU_UNIQUE, which pin it");
}

}  // namespace

std::vector<Test> ImageTests() {
  return {
      {"LLMP-IMAGE-001", "the library is whole and built for this machine",
       Needs::kNothing, FitsThisProcess},
      {"LLMP-IMAGE-002", "it exports llmp_entry_point and nothing else", Needs::kNothing,
       OneSymbol},
      {"LLMP-IMAGE-003", "it needs no library that a system may lack", Needs::kNothing,
       NeedsWhatEverySystemHas},
      {"LLMP-IMAGE-004", "RELRO, NOW, no executable stack, no text relocations",
       Needs::kNothing, Hardened},
  };
}

}  // namespace validator
