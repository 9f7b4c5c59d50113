// A terminal agent for any LLM provider plugin.  It knows the interface and no vendor.
#include <cstdio>

#include "app.h"
#include "arguments.h"
#include "exit_code.h"
#include "interrupts.h"
#include "terminal.h"

int main(int argc, char** argv) {
  using namespace sample_host;  // NOLINT(google-build-using-namespace): this file is the
                                // program
  HandleInterrupts();
  const Arguments arguments = ParseArguments(argc, argv);
  if (!arguments.command) return arguments.exit_code;
  std::string config;
  std::string error;
  if (!BuildConfig(arguments.options, &config, &error)) {
    Write(stderr, "sample-host: " + CleanLine(error) + "\n");
    return kUsage;
  }
  const int code = arguments.command(OpenApp(arguments.options, config));
  // What was asked for did not get there; stdio remembers any failed write.
  if (std::ferror(stdout) == 0) return code;
  Write(stderr, "sample-host: standard output could not be written\n");
  return code == kOk ? kFailed : code;
}
