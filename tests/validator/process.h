// Runs a program within limits.
#ifndef XAI_TESTS_VALIDATOR_PROCESS_H_
#define XAI_TESTS_VALIDATOR_PROCESS_H_

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace validator {

struct Command {
  std::vector<std::string> argv;  // argv[0] is the path of the program
  // Added to this process's environment; with an empty value, taken out of it.
  std::vector<std::pair<std::string, std::string>> environment = {};
  std::chrono::milliseconds timeout{60000};
  std::uint64_t memory_bytes = 0;     // of address space; 0: no limit
  std::filesystem::path output_file;  // what it prints on stdout and stderr
};

struct Finished {
  int exit_code = -1;  // -1: ended by a signal, or killed at the deadline
  int signal = 0;
  bool timed_out = false;
  std::string output;  // the beginning, at most 4 KiB
};

// Thrown by Run() once one of the signals has come that CatchSignals() waits for.
struct Interrupted {
  int signal;
};
// So that whoever presses Ctrl-C leaves neither processes nor files.
void CatchSignals();

// Ends it, and what it has started in its process group, at the deadline.  Its standard
// input is empty.
Finished Run(const Command& command);

// "ended by signal 11 (Segmentation fault)", "exit code 3".
std::string Describe(const Finished& finished);

}  // namespace validator

#endif  // XAI_TESTS_VALIDATOR_PROCESS_H_
