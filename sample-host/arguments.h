// The command line.
#ifndef SAMPLE_HOST_ARGUMENTS_H_
#define SAMPLE_HOST_ARGUMENTS_H_

#include <functional>

#include "app.h"

namespace sample_host {

struct Arguments {
  GlobalOptions options;
  std::function<int(const App&)> command;  // Empty: leave with exit_code.
  int exit_code = 0;
};

/// Reads the command line.  Help and complaints are printed here.
Arguments ParseArguments(int argc, char** argv);

}  // namespace sample_host

#endif  // SAMPLE_HOST_ARGUMENTS_H_
