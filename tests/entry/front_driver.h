// What a host does with xai_grok.so, for tests: load it, create, ask everything, destroy.
#ifndef XAI_TESTS_ENTRY_FRONT_DRIVER_H_
#define XAI_TESTS_ENTRY_FRONT_DRIVER_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "llm_provider.h"

namespace xai {

// A host that keeps what it is told.
struct TestHost : llmp_host {
  TestHost();
  TestHost(const TestHost&) = delete;
  TestHost& operator=(const TestHost&) = delete;

  std::vector<std::string> logged;
};

// Opens the library, which stays in the process, and asks for its entry.  Null, with the
// reason on stderr, if that does not work.
const llmp_entry* LoadFront(const std::filesystem::path& library);

// {"backend":PATH}
std::string ConfigFor(const std::filesystem::path& backend);

// What one request ended with.
struct Ended {
  int32_t accepted = LLMP_E_INTERNAL;
  int32_t status = 0;
  std::string document;
};

// Sends a request to a queue of its own, waits for its END and closes the queue.
Ended Ask(llmp_provider* provider,
          int32_t (*llmp_provider::*function)(llmp_provider*, uint64_t, uint64_t,
                                              const char*, size_t),
          uint64_t request);

}  // namespace xai

#endif  // XAI_TESTS_ENTRY_FRONT_DRIVER_H_
