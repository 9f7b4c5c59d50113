// One test, in a process of its own: a plugin that crashes takes nothing else with it.
#ifndef XAI_TESTS_VALIDATOR_RUNNER_H_
#define XAI_TESTS_VALIDATOR_RUNNER_H_

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "validator/catalog.h"

namespace validator {

enum class Outcome { kPassed, kWarned, kFailed, kCrashed, kTimedOut, kSkipped };

const char* OutcomeName(Outcome outcome);
// Failed, crashed or timed out.
bool IsFault(Outcome outcome);

struct Result {
  Outcome outcome = Outcome::kCrashed;
  std::string detail;  // empty if it passed
};

struct RunOptions {
  std::filesystem::path home;  // $HOME; holds the scratch of the test as well
  std::vector<std::pair<std::string, std::string>> environment = {};
  std::chrono::milliseconds timeout{60000};
};

// Runs `id`, a test or a probe, as a process of `world.self`.
Result RunApart(const World& world, const std::string& id, const RunOptions& options);

// What that process does: runs it and writes the result to `report`.
void RunHere(const Test& test, World& world, const std::filesystem::path& report);

}  // namespace validator

#endif  // XAI_TESTS_VALIDATOR_RUNNER_H_
