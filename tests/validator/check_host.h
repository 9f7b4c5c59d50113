// The other side: does a host keep the contract?  It is run against a plugin of ours that
// misbehaves on demand (misbehaving.cpp) and writes down what the host does wrong.
#ifndef XAI_TESTS_VALIDATOR_CHECK_HOST_H_
#define XAI_TESTS_VALIDATOR_CHECK_HOST_H_

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "validator/report.h"

namespace validator {

struct HostRule {
  const char* id;  // "LLMP-HOST-003"
  const char* summary;
  // What the plugin does, as misbehaving.cpp knows it; null: it is looked at all along.
  const char* conduct;
};

std::vector<HostRule> HostRules();

// Runs `program FOLDER` once for each rule.
void CheckHost(const std::string& program, const std::filesystem::path& root,
               std::chrono::milliseconds timeout, Report* report);

}  // namespace validator

#endif  // XAI_TESTS_VALIDATOR_CHECK_HOST_H_
