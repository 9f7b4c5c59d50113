// What this process has open, mapped and running, to see that nothing is left behind.
#ifndef XAI_TESTS_SUPPORT_PROCESS_STATE_H_
#define XAI_TESTS_SUPPORT_PROCESS_STATE_H_

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>

namespace xai {

inline size_t CountEntries(const char* folder) {
  const std::filesystem::directory_iterator entries(folder);
  return static_cast<size_t>(std::distance(begin(entries), end(entries)));
}

// The folder that is being read counts as well, the same each time.
inline size_t CountOpenFds() {
  return CountEntries("/proc/self/fd");
}

inline size_t CountThreads() {
#if defined(__SANITIZE_THREAD__)
  // Its runtime adds a thread of its own together with the program's first: have it now.
  static const bool started = [] {
    std::thread([] {}).join();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    while (CountEntries("/proc/self/task") > 2 &&
           std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
    return true;
  }();
  (void)started;
#endif
  return CountEntries("/proc/self/task");
}

// True if a file whose path contains `name` is mapped.
inline bool IsMapped(std::string_view name) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find(name) != std::string::npos) return true;
  }
  return false;
}

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_PROCESS_STATE_H_
