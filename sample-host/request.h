// Runs one request to its end, with Ctrl-C and a spinner.
#ifndef SAMPLE_HOST_REQUEST_H_
#define SAMPLE_HOST_REQUEST_H_

#include <cstdint>
#include <functional>
#include <string>

#include "exit_code.h"
#include "llm_provider.hpp"

namespace sample_host {

/// How a request ended.
struct Outcome {
  std::int32_t status = LLMP_OK;
  llmp::Json document;  // The result, or the error document.

  bool ok() const { return status == LLMP_OK; }
  ExitCode exit_code() const { return ExitCodeOf(status, document); }
};

using OnEvent = std::function<void(const llmp_event&)>;

/// Walks the stream to END and hands every event to on_event.  Ctrl-C cancels the
/// request, whose END then says so; a second one ends the program.  waiting: what the
/// spinner says until the first event; empty for none.
Outcome Run(llmp::Stream& stream, const std::string& waiting = "",
            const OnEvent& on_event = {});

/// An onboarding action with the given members, run to its end.
Outcome Onboard(const llmp::Provider& provider, const llmp::Json& action,
                const std::string& waiting);

/// For a person: what went wrong, why, and what to do, on stderr.
void PrintError(const Outcome& outcome);

/// The common end of a command.  With json: the one document on stdout.  Otherwise
/// print() on success, or the error on stderr.  Returns the exit code.
int Report(const Outcome& outcome, bool json, const std::function<void()>& print);

}  // namespace sample_host

#endif  // SAMPLE_HOST_REQUEST_H_
