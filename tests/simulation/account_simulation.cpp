// account_simulation [--first N] [--seeds N] [--trace]: the refresh state machine under
// all faults at once.  Each seed is one course, and replays exactly.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "simulation/course.h"

namespace xai {
namespace {

constexpr uint64_t kFailuresShown = 10;          // the first ones tell enough
constexpr uint64_t kSeedsBetweenSigns = 50'000;  // of life: a minute or two

int Main(int argc, char** argv) {
  uint64_t first = 1;
  uint64_t seeds = 1'000;
  bool trace = false;
  for (int i = 1; i < argc; ++i) {
    const bool has_value = i + 1 < argc;
    if (std::strcmp(argv[i], "--first") == 0 && has_value) {
      first = std::strtoull(argv[++i], nullptr, 10);
    } else if (std::strcmp(argv[i], "--seeds") == 0 && has_value) {
      seeds = std::strtoull(argv[++i], nullptr, 10);
    } else if (std::strcmp(argv[i], "--trace") == 0) {
      trace = true;
    } else {
      std::fprintf(stderr,
                   "usage: account_simulation [--first N] [--seeds N] [--trace]\n");
      return 2;
    }
  }
  CourseTotals totals;
  uint64_t failed = 0;
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    WorldOptions options = CourseOptions(seed);
    options.trace = trace;
    const std::vector<std::string> violations = RunCourse(options, &totals);
    for (const std::string& violation : violations) {
      std::printf("seed %" PRIu64 ": %s\n", seed, violation.c_str());
    }
    if (!violations.empty()) ++failed;
    if (failed == kFailuresShown) break;
    if (totals.courses % kSeedsBetweenSigns == 0 && totals.courses < seeds) {
      std::fprintf(stderr, "%" PRIu64 " of %" PRIu64 " courses\n", totals.courses, seeds);
    }
  }
  std::printf("%" PRIu64 " courses: %" PRId64 " rotations, %" PRId64 " sign-ins, %" PRId64
              " spent tokens presented, %" PRId64 " reasons for that; %" PRIu64
              " courses went wrong\n",
              totals.courses, totals.rotations, totals.sign_ins, totals.presented_again,
              totals.excuses, failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace xai

int main(int argc, char** argv) {
  return xai::Main(argc, argv);
}
