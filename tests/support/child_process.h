// Runs a program to its end and keeps what it said.
#ifndef XAI_TESTS_SUPPORT_CHILD_PROCESS_H_
#define XAI_TESTS_SUPPORT_CHILD_PROCESS_H_

#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace xai {

struct ChildCommand {
  std::vector<std::string> argv;  // argv[0] is the path of the program
  // Added to this process's environment, or taken out of it if the value is empty.
  std::vector<std::pair<std::string, std::string>> environment = {};
  uid_t user = 0;  // run as this user, if not 0
};

struct ChildResult {
  int exit_code = -1;  // -1: ended by a signal, or not started
  int signal = 0;
  bool timed_out = false;  // killed at the deadline
  std::string out;
  std::string err;
};

// Waits at most kTestDeadline.
ChildResult RunChild(const ChildCommand& command);

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_CHILD_PROCESS_H_
