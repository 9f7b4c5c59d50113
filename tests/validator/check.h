// How a test says what it found.  Inside this program a finding travels as an exception:
// a test reads as a list of what has to hold, and ends at the first thing that does not.
#ifndef XAI_TESTS_VALIDATOR_CHECK_H_
#define XAI_TESTS_VALIDATOR_CHECK_H_

#include <string>
#include <utility>

namespace validator {

struct Failed {
  std::string detail;
};

struct Skipped {
  std::string why;
};

// `what` completes "it is wrong that ...": a sentence about the plugin.
inline void Require(bool holds, const std::string& what) {
  if (!holds) throw Failed{what};
}

[[noreturn]] inline void Fail(std::string what) {
  throw Failed{std::move(what)};
}

[[noreturn]] inline void Skip(std::string why) {
  throw Skipped{std::move(why)};
}

}  // namespace validator

#endif  // XAI_TESTS_VALIDATOR_CHECK_H_
