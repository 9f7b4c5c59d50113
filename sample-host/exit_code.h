// What the program's exit code says; README and --help list the same numbers.
#ifndef SAMPLE_HOST_EXIT_CODE_H_
#define SAMPLE_HOST_EXIT_CODE_H_

#include <cstdint>

#include "llm_provider.hpp"

namespace sample_host {

enum ExitCode : int {
  kOk = 0,
  kFailed = 1,        // The request failed, and trying again would not help.
  kUsage = 2,         // The command line is wrong.
  kNotSignedIn = 3,   // LLMP_E_NO_AUTH: run `login`.
  kDenied = 4,        // LLMP_E_DENIED: signed in, but the account may not do this.
  kUnavailable = 69,  // LLMP_E_UNAVAILABLE, as EX_UNAVAILABLE of sysexits.h.
  kTemporary = 75,    // The document says "retry": true, as EX_TEMPFAIL.
  kCancelled = 130    // Ctrl-C, as shells say it.
};

/// The exit code for a request that ended with this status and document.
ExitCode ExitCodeOf(std::int32_t status, const llmp::Json& document);

}  // namespace sample_host

#endif  // SAMPLE_HOST_EXIT_CODE_H_
