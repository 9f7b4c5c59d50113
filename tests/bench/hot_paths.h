// What a host does thousands of times, each as a round of work on fixed input.
#ifndef XAI_TESTS_BENCH_HOT_PATHS_H_
#define XAI_TESTS_BENCH_HOT_PATHS_H_

#include <cstddef>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

namespace xai {

struct HotPath {
  size_t units = 0;  // in a round: events of a stream, requests, ...
  size_t bytes = 0;  // of input in a round
  // Aborts if the work was not done.
  std::function<void()> round;
};

std::vector<std::string> HotPathNames();

// Its input is made here, not in a round.  REQUIRES: one of the names.
HotPath PrepareHotPath(const std::string& name);

inline void Require(bool done) {
  if (!done) std::abort();
}

}  // namespace xai

#endif  // XAI_TESTS_BENCH_HOT_PATHS_H_
