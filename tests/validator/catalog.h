// The tests, each with an id that never changes its meaning: host-api/abi.md refers to
// it.
#ifndef XAI_TESTS_VALIDATOR_CATALOG_H_
#define XAI_TESTS_VALIDATOR_CATALOG_H_

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "llm_provider/json.hpp"

namespace validator {

// What one test is given.
struct World {
  std::filesystem::path plugin;        // the folder with manifest.json, absolute
  llmp::Json config;                   // of --config, and a state_dir of the validator's
  std::string upstream;                // the URL of --upstream, or empty
  std::filesystem::path scratch;       // an empty folder below $HOME
  std::filesystem::path self;          // this program, for tests that need a process more
  std::vector<std::string> arguments;  // with which `self` was called
  std::vector<std::string> warnings = {};
};

// What a test wants to find.
enum class Needs {
  kNothing,   // nobody signed in, and no network
  kUpstream,  // a simulated vendor
  kAccount,   // that, and a sign-in, which such tests share
};

struct Test {
  const char* id;       // "LLMP-QUEUE-004"
  const char* summary;  // what holds if it passes
  Needs needs;
  void (*run)(World& world);
};

// In the order in which they run.
std::vector<Test> AllTests();

// Parts of tests that need a process of their own: not listed, not counted.
std::vector<Test> AllProbes();

// One for each group; all of them make up AllTests().
std::vector<Test> ScanTests();
std::vector<Test> ImageTests();
std::vector<Test> EntryTests();
std::vector<Test> UnavailableTests();
std::vector<Test> QueueTests();
std::vector<Test> RequestTests();
std::vector<Test> DescriptorTests();
std::vector<Test> InputTests();
std::vector<Test> OnboardingTests();
std::vector<Test> StreamTests();
std::vector<Test> FaultTests();
std::vector<Test> ThreadTests();
std::vector<Test> ProcessTests();

std::vector<Test> UnavailableProbes();
std::vector<Test> ProcessProbes();

}  // namespace validator

#endif  // XAI_TESTS_VALIDATOR_CATALOG_H_
