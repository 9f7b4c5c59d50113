#include "simulation/course.h"

namespace xai {

WorldOptions CourseOptions(uint64_t seed) {
  Dice dice(seed * 7'919 + 1);
  const auto rate = [&dice](int64_t often) {
    return dice.OneIn(3) ? 0 : often * dice.Between(1, 4);
  };
  WorldOptions options;
  options.seed = seed;
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

std::vector<std::string> RunCourse(const WorldOptions& options, CourseTotals* totals) {
  World world(options);
  world.Run();
  ++totals->courses;
  totals->rotations += world.idp().rotations();
  totals->presented_again += world.idp().presented_again();
  totals->excuses += world.excuses();
  totals->sign_ins += world.idp().sign_ins();
  return world.violations();
}

}  // namespace xai
