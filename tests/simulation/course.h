// A course of the simulation: everything about it follows from its seed.
#ifndef XAI_TESTS_SIMULATION_COURSE_H_
#define XAI_TESTS_SIMULATION_COURSE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "simulation/world.h"

namespace xai {

// Which faults the course has, and how often.
WorldOptions CourseOptions(uint64_t seed);

// Over several courses.
struct CourseTotals {
  uint64_t courses = 0;
  int64_t rotations = 0;
  int64_t presented_again = 0;
  int64_t excuses = 0;
  int64_t sign_ins = 0;

  bool operator==(const CourseTotals&) const = default;
};

// What happened that should not.
std::vector<std::string> RunCourse(const WorldOptions& options, CourseTotals* totals);

}  // namespace xai

#endif  // XAI_TESTS_SIMULATION_COURSE_H_
