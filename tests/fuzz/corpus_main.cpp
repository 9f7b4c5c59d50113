// The main() of a fuzz target where libFuzzer has none: runs the files of a corpus, every
// prefix and a changed byte of each, so that corpora are tests with any compiler.
//
//     fuzz-NAME FOLDER VARIATIONS
//
// VARIATIONS bounds the prefixes and the changes of one file, each.
#include <unistd.h>
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "support/temp_dir.h"

namespace {

// What runs, for the words at the end of a run that fails.
std::array<char, 256> g_running = {};

void SayWhatRan(int) {
  const std::string_view text(g_running.data());
  (void)!write(STDERR_FILENO, text.data(), text.size());
  std::_Exit(1);
}

void Run(const std::string& name, const char* what, size_t at, std::string_view bytes) {
  std::snprintf(g_running.data(), g_running.size(), "while running %s, %s %zu\n",
                name.c_str(), what, at);
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

void RunVariations(const std::string& name, const std::string& bytes, size_t most) {
  const size_t step = std::max<size_t>((bytes.size() + most - 1) / most, 1);
  for (size_t size = 0; size <= bytes.size(); size += step) {
    Run(name, "prefix of", size, std::string_view(bytes).substr(0, size));
  }
  // A low bit, the case of a letter, no ASCII any more, everything.
  constexpr std::array<unsigned char, 4> kMasks = {0x01, 0x20, 0x80, 0xFF};
  size_t number = 0;
  for (size_t at = 0; at < bytes.size(); at += step, ++number) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^
                                    kMasks[number % kMasks.size()]);
    Run(name, "with another byte at", at, changed);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: %s FOLDER VARIATIONS\n", arguments[0]);
    return 2;
  }
  std::signal(SIGABRT, &SayWhatRan);
  std::signal(SIGSEGV, &SayWhatRan);
  const auto most = static_cast<size_t>(std::max(std::atoi(arguments[2]), 1));
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& file : files) {
    const std::string bytes = xai::ReadFile(file);
    Run(file.filename().string(), "whole,", bytes.size(), bytes);
    RunVariations(file.filename().string(), bytes, most);
  }
  std::printf("%zu files\n", files.size());
  return files.empty() ? 1 : 0;
}
