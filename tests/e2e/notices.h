// What a provider says without being asked.
#ifndef XAI_TESTS_E2E_NOTICES_H_
#define XAI_TESTS_E2E_NOTICES_H_

#include <cstdint>
#include <map>

#include "llm_provider.hpp"
#include "support/wait_for.h"

namespace xai {

// Used by one thread.
class Notices {
 public:
  explicit Notices(const llmp::Provider& provider)
      : queue_(provider.open_queue(LLMP_QUEUE_NOTIFY)) {}

  // True as soon as one of this kind has come since the last Clear().
  bool WaitFor(uint32_t kind) {
    return xai::WaitFor([&] {
      if (seen_.count(kind) == 0) Take(100);
      return seen_.count(kind) != 0;
    });
  }
  // How many have come since the last Clear().
  int Count(uint32_t kind) {
    Take(0);
    return seen_[kind];
  }
  void Clear() {
    Take(0);
    seen_.clear();
  }

 private:
  void Take(int32_t timeout_ms) {
    for (const llmp_event& event : queue_.wait(timeout_ms)) ++seen_[event.kind];
  }

  llmp::Queue queue_;
  std::map<uint32_t, int> seen_;
};

}  // namespace xai

#endif  // XAI_TESTS_E2E_NOTICES_H_
