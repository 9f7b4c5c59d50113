// A thread of a host that does random things to a provider, and keeps book of what it is
// owed: one END for each request.
#ifndef XAI_TESTS_E2E_RANDOM_HOST_H_
#define XAI_TESTS_E2E_RANDOM_HOST_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>

#include "llm_provider.hpp"

namespace xai {

// Used by one thread.  What must not happen is a failure of the running test.
class RandomHost {
 public:
  // `load` makes another provider over the same files.
  RandomHost(const llmp::Provider& provider, std::function<llmp::Provider()> load,
             uint32_t seed);

  // One random thing, and a look at what has come.  False if ENDs do not come.
  bool Act();
  bool WaitForAll() { return WaitUntilOwed(0); }

  // How many requests ended with each status.
  const std::map<int32_t, int64_t>& ends() const { return ends_; }

 private:
  enum class Leave { kNever, kAtOnce, kInTheMiddle };

  // False if more than so many ENDs are missing for too long.
  bool WaitUntilOwed(size_t most);
  int Roll(int sides);
  void Yield();
  void Ask(const std::string& json);
  void ListModels();
  void Complete(Leave leave);
  // A queue that is closed with a request on it.
  void CompleteAside();
  // A provider that comes, asks and goes.
  void Visit();
  void Accept(uint64_t request, int32_t result, Leave leave);
  void Take(int32_t timeout_ms);
  void OnEvent(const llmp_event& event);

  llmp::Provider provider_;
  std::function<llmp::Provider()> load_;
  llmp::Queue queue_;
  std::mt19937 random_;
  std::map<uint64_t, Leave> owed_;
  std::set<uint64_t> ended_;
  std::map<int32_t, int64_t> ends_;
};

}  // namespace xai

#endif  // XAI_TESTS_E2E_RANDOM_HOST_H_
