#include "exit_code.h"

namespace sample_host {

ExitCode ExitCodeOf(std::int32_t status, const llmp::Json& document) {
  switch (status) {
    case LLMP_OK:
      return kOk;
    case LLMP_E_UNAVAILABLE:
      return kUnavailable;
    case LLMP_E_CANCELLED:
      return kCancelled;
    case LLMP_E_NO_AUTH:
      return kNotSignedIn;
    case LLMP_E_DENIED:
      return kDenied;
    default:
      return document["retry"].is_true() ? kTemporary : kFailed;
  }
}

}  // namespace sample_host
