// account_simulation [--first N] [--seeds N] [--trace]: the refresh state machine under
// all faults at once.  Each seed is one course, and replays exactly.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "simulation/world.h"

namespace xai {
namespace {

// Which faults a course has, and how often, is part of its seed.
WorldOptions OptionsFor(uint64_t seed, bool trace) {
  Dice dice(seed * 7'919 + 1);
  const auto rate = [&dice](int64_t often) {
    return dice.OneIn(3) ? 0 : often * dice.Between(1, 4);
  };
  WorldOptions options;
  options.seed = seed;
  options.trace = trace;
  options.processes = static_cast<int>(dice.Between(1, 4));
  options.steps = static_cast<int>(dice.Between(5, 25));
  options.grace_ms = dice.OneIn(2) ? 60'000 : 0;
  options.token_life_ms = dice.OneIn(3) ? 600'000 : 21'600'000;
  options.kill_one_in = rate(60);
  options.power_cut_one_in = rate(150);
  options.io_error_one_in = rate(100);
  options.full_disk_one_in = rate(8);
  options.lost_request_one_in = rate(8);
  options.lost_answer_one_in = rate(10);
  options.outage_one_in = rate(8);
  options.clock_jump_one_in = rate(10);
  options.suspend_one_in = rate(100);
  return options;
}

struct Totals {
  uint64_t seeds = 0;
  int64_t rotations = 0;
  int64_t presented_again = 0;
  int64_t excuses = 0;
  int64_t sign_ins = 0;
};

// True if nothing happened that should not.
bool RunSeed(uint64_t seed, bool trace, Totals* totals) {
  World world(OptionsFor(seed, trace));
  world.Run();
  ++totals->seeds;
  totals->rotations += world.idp().rotations();
  totals->presented_again += world.idp().presented_again();
  totals->excuses += world.excuses();
  totals->sign_ins += world.idp().sign_ins();
  for (const std::string& violation : world.violations()) {
    std::printf("seed %" PRIu64 ": %s\n", seed, violation.c_str());
  }
  return world.violations().empty();
}

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
  Totals totals;
  uint64_t failed = 0;
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    if (!RunSeed(seed, trace, &totals)) ++failed;
    if (failed == 10) break;  // the first ones tell enough
  }
  std::printf("%" PRIu64 " courses: %" PRId64 " rotations, %" PRId64 " sign-ins, %" PRId64
              " spent tokens presented, %" PRId64 " reasons for that; %" PRIu64
              " courses went wrong\n",
              totals.seeds, totals.rotations, totals.sign_ins, totals.presented_again,
              totals.excuses, failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace xai

int main(int argc, char** argv) {
  return xai::Main(argc, argv);
}
