// What a run has found, for a person or for a program.
#ifndef XAI_TESTS_VALIDATOR_REPORT_H_
#define XAI_TESTS_VALIDATOR_REPORT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "validator/runner.h"

namespace validator {

struct Finding {
  std::string id;
  std::string summary;
  Result result;
  std::int64_t took_ms = 0;
};

class Report {
 public:
  // With `json` nothing is printed before Finish().
  Report(std::string subject, bool json) : subject_(std::move(subject)), json_(json) {}

  // Before a test that may take a while, on a terminal.
  void Announce(std::string_view id) const;
  void Add(Finding finding);
  // Prints the summary.  Returns the exit code: 0 if nothing failed, else 1, and 2 if it
  // could not be written.
  int Finish() const;

 private:
  std::size_t Count(Outcome outcome) const;
  std::string Json() const;

  const std::string subject_;
  const bool json_;
  std::vector<Finding> findings_;
};

}  // namespace validator

#endif  // XAI_TESTS_VALIDATOR_REPORT_H_
