// The refresh state machine under all faults at once, and over a month without any.
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "simulation/course.h"

namespace xai {
namespace {

// B03, B05, G04, G06, H04; account_simulation --first SEED --seeds 1 --trace tells the
// course of a seed that fails.
TEST(AccountSimulation, NoCourseOfTenThousandGoesWrong) {
  constexpr uint64_t kCourses = 10'000;
  CourseTotals totals;
  for (uint64_t seed = 1; seed <= kCourses; ++seed) {
    const std::vector<std::string> violations = RunCourse(CourseOptions(seed), &totals);
    ASSERT_TRUE(violations.empty()) << "seed " << seed << ": " << violations.front();
  }
  // It would prove nothing if little happened.
  EXPECT_GT(totals.rotations, 2 * static_cast<int64_t>(kCourses));
  EXPECT_GT(totals.excuses, static_cast<int64_t>(kCourses) / 10);
  EXPECT_GT(totals.presented_again, static_cast<int64_t>(kCourses) / 20);
}

TEST(AccountSimulation, ASeedReplays) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    CourseTotals first;
    CourseTotals second;
    EXPECT_EQ(RunCourse(CourseOptions(seed), &first),
              RunCourse(CourseOptions(seed), &second));
    EXPECT_EQ(first, second) << "seed " << seed;
  }
}

// H10: 30 days in steps of 6 h less 45 minutes are 137.1.
TEST(AccountSimulation, AMonthNeedsNobody) {
  for (const int processes : {1, 3}) {
    WorldOptions options;
    options.processes = processes;
    options.days = 30;
    CourseTotals totals;
    const std::vector<std::string> violations = RunCourse(options, &totals);
    ASSERT_TRUE(violations.empty()) << violations.front();
    EXPECT_EQ(totals.sign_ins, 1) << "nobody had to sign in again";
    EXPECT_GE(totals.rotations, 132);
    EXPECT_LE(totals.rotations, 142);
    EXPECT_EQ(totals.presented_again, 0);
  }
}

}  // namespace
}  // namespace xai
