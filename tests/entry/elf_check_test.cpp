#include "entry/elf_check.h"

#include <algorithm>
#include <cstring>
#include <string>

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace xai {
namespace {

using testing::HasSubstr;

// A real library of ours, in memory, to be spoiled.
class ElfCheck : public testing::Test {
 protected:
  ElfCheck() : library_(ReadFile(XAI_SAMPLE_LIBRARY)) {
    EXPECT_GT(library_.size(), sizeof(ElfW(Ehdr)));
    std::memcpy(&header_, library_.data(), sizeof header_);
  }

  // Writes the library with `header_` in place and says what is wrong with it.
  std::string Fault() {
    std::memcpy(library_.data(), &header_, sizeof header_);
    return FaultOf(library_);
  }

  std::string FaultOf(const std::string& content) {
    return FindElfFault(folder_.Write("library.so", content)).value_or("");
  }

  // The byte behind the last one that a segment needs.
  size_t SegmentsEnd() const {
    size_t end = 0;
    for (unsigned i = 0; i < header_.e_phnum; ++i) {
      ElfW(Phdr) segment;
      std::memcpy(&segment, library_.data() + header_.e_phoff + i * sizeof segment,
                  sizeof segment);
      if (segment.p_type == PT_LOAD) {
        end = std::max(end, size_t{segment.p_offset + segment.p_filesz});
      }
    }
    return end;
  }

  TempDir folder_;
  std::string library_;
  ElfW(Ehdr) header_;
};

TEST_F(ElfCheck, WholeLibraryPasses) {
  EXPECT_EQ(Fault(), "");
}

TEST_F(ElfCheck, OtherMachinesAreNamed) {
  const unsigned own = header_.e_machine;
  const struct {
    unsigned machine;
    const char* name;
  } kMachines[] = {{EM_AARCH64, "aarch64"}, {EM_X86_64, "x86_64"}, {EM_386, "i386"},
                   {EM_ARM, "arm"},         {EM_RISCV, "riscv"},   {EM_S390, "s390"},
                   {EM_PPC64, "ppc64"},     {9999, "machine 9999"}};
  for (const auto& [machine, name] : kMachines) {
    if (machine == own) continue;
    header_.e_machine = static_cast<ElfW(Half)>(machine);
    EXPECT_THAT(Fault(),
                HasSubstr(std::string("built for ") + name + ", this process is "));
  }
}

TEST_F(ElfCheck, OtherClassIsNamed) {
  header_.e_ident[EI_CLASS] =
      header_.e_ident[EI_CLASS] == ELFCLASS64 ? ELFCLASS32 : ELFCLASS64;
  EXPECT_THAT(Fault(), testing::ContainsRegex("built for .* \\((32|64) bits\\), this"));
}

TEST_F(ElfCheck, LibraryOf32BitsNeedsNoHeaderOf64) {
  header_.e_ident[EI_CLASS] = ELFCLASS32;
  header_.e_machine = EM_386;
  Fault();
  EXPECT_THAT(FaultOf(library_.substr(0, sizeof(Elf32_Ehdr))),
              HasSubstr("built for i386"));
}

TEST_F(ElfCheck, OtherByteOrderIsNamed) {
  header_.e_ident[EI_DATA] =
      header_.e_ident[EI_DATA] == ELFDATA2LSB ? ELFDATA2MSB : ELFDATA2LSB;
  EXPECT_THAT(Fault(), HasSubstr("byte order"));
}

TEST_F(ElfCheck, WhatIsNoLibraryIsNamed) {
  EXPECT_EQ(FaultOf("#!/bin/sh\n" + std::string(200, ' ')), "not a shared library");
  EXPECT_EQ(FaultOf("x"), "not a shared library");
  header_.e_type = ET_EXEC;
  EXPECT_EQ(Fault(), "not a shared library");
  header_.e_type = ET_DYN;
  header_.e_phentsize = 1;
  EXPECT_EQ(Fault(), "not a shared library");
}

TEST_F(ElfCheck, ProgramHeadersPastTheEndAreTruncated) {
  header_.e_phoff = library_.size();
  EXPECT_EQ(Fault(), "truncated");
  header_.e_phoff = UINT64_MAX - 8;
  EXPECT_EQ(Fault(), "truncated");
}

TEST_F(ElfCheck, SegmentThatOverflowsIsTruncated) {
  ElfW(Phdr) segment;
  char* first = library_.data() + header_.e_phoff;
  std::memcpy(&segment, first, sizeof segment);
  segment.p_type = PT_LOAD;
  segment.p_offset = 8;
  segment.p_filesz = UINT64_MAX;
  std::memcpy(first, &segment, sizeof segment);
  EXPECT_EQ(Fault(), "truncated");
}

TEST_F(ElfCheck, WhatCannotBeReadIsNamed) {
  EXPECT_EQ(FindElfFault(folder_.path() / "nothing").value_or(""),
            "No such file or directory");
  EXPECT_EQ(FindElfFault(folder_.path()).value_or(""), "not a regular file");
  const std::filesystem::path pipe = folder_.path() / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(FindElfFault(pipe).value_or(""), "not a regular file");
}

// True unless dlopen killed the process that called it.
bool SurvivesDlopen(const std::filesystem::path& library) {
  const pid_t child = fork();
  if (child == 0) {
    dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    _exit(0);
  }
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status);
}

TEST_F(ElfCheck, EveryTruncationIsFoundOrHarmless) {
  const size_t end = SegmentsEnd();
  ASSERT_LE(end, library_.size());
  // All lengths that cut a header, and a sample of the rest.
  const size_t headers = sizeof header_ + header_.e_phnum * sizeof(ElfW(Phdr));
  const size_t step = library_.size() / 200;
  for (size_t size = 0; size <= library_.size(); size += size < headers ? 1 : step) {
    const std::string fault = FaultOf(library_.substr(0, size));
    EXPECT_EQ(fault, size < end ? "truncated" : "") << size;
  }
  EXPECT_EQ(FaultOf(library_.substr(0, end - 1)), "truncated");
  EXPECT_EQ(FaultOf(library_.substr(0, end)), "");
  EXPECT_TRUE(SurvivesDlopen(folder_.path() / "library.so"));
}

}  // namespace
}  // namespace xai
