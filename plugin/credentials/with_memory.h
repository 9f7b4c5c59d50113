// For an answer that cannot be had again: its token is spent.
#ifndef XAI_PLUGIN_CREDENTIALS_WITH_MEMORY_H_
#define XAI_PLUGIN_CREDENTIALS_WITH_MEMORY_H_

#include <new>

#include "base/limits.h"
#include "credentials/account.h"

namespace xai {

// What `step` returns, which is run again while there is no memory for it.  Throws
// std::bad_alloc if there is none for kMemoryWaitMs, or the provider is closing.
template <typename Step>
auto WithMemory(const AccountServices& services, Step step) -> decltype(step()) {
  for (int64_t waited_ms = 0;; waited_ms += limits::kMemoryPollMs) {
    try {
      return step();
    } catch (const std::bad_alloc&) {
      if (waited_ms >= limits::kMemoryWaitMs || services.closing()) throw;
    }
    services.clock->SleepMs(limits::kMemoryPollMs);
  }
}

}  // namespace xai

#endif  // XAI_PLUGIN_CREDENTIALS_WITH_MEMORY_H_
