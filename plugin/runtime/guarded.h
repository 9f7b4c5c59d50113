// Exceptions end here: whoever waits for a result gets one.
#ifndef XAI_PLUGIN_RUNTIME_GUARDED_H_
#define XAI_PLUGIN_RUNTIME_GUARDED_H_

#include <exception>
#include <new>

#include "base/result.h"

namespace xai {

// What `task` returns, or what it threw as an error.
template <typename T, typename Task>
Result<T> Guarded(Task task) {
  try {
    return task();
  } catch (const std::bad_alloc&) {
    return Error::Make(ErrorCode::kNoMemory, "no memory for the sign-in");
  } catch (const std::exception&) {
    return Error::Make(ErrorCode::kInternal, "a transaction failed and was given up");
  }
}

}  // namespace xai

#endif  // XAI_PLUGIN_RUNTIME_GUARDED_H_
