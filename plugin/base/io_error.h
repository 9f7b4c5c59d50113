// errno in the words of the error document.
#ifndef XAI_PLUGIN_BASE_IO_ERROR_H_
#define XAI_PLUGIN_BASE_IO_ERROR_H_

#include <string_view>

#include "base/error.h"

namespace xai {

// `what` names the operation and the thing ("write state directory").
Error IoError(std::string_view what, int error_number);

// strerror, thread-safe.
std::string ErrnoText(int error_number);

}  // namespace xai

#endif  // XAI_PLUGIN_BASE_IO_ERROR_H_
