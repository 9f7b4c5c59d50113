// Every call of the C interface, to be made while something is scarce.
#ifndef XAI_TESTS_LIFECYCLE_RESOURCE_CALLS_H_
#define XAI_TESTS_LIFECYCLE_RESOURCE_CALLS_H_

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "lifecycle/plugin_host.h"

namespace xai {

// One provider after the other, each with a queue.
class Subject {
 public:
  Subject(const Library& library, const Arguments& arguments);

  // own_sign_in: the provider of a person of its own, for what ends a sign-in.
  enum class Person { kShared, kPolling, kSignedIn };
  void Begin(Person person);
  void Destroy();

  llmp_provider* provider() const { return provider_; }
  const std::string& config() const { return config_; }
  const Library& library() const { return library_; }
  uint64_t queue() const { return queue_; }
  void TakeNew(llmp_provider* provider);
  // Of a provider that is there.
  void OpenQueue();

  uint64_t Start(Call call, const std::string& json);
  // It was started otherwise.
  void Expect(uint64_t request) { ends_[request]; }
  // One that is taken ends, once and in time, well or with an error that says so.
  const End& Finish(uint64_t request);
  // While something is scarce: it may also be refused for want of memory.
  void Try(Call call, const std::string& json);
  // When there is enough: it must work, and say this.
  void Ask(Call call, const std::string& json, const std::string& says);
  void Act(const std::string& json, const std::string& says) {
    Ask(provider_->onboarding_action, json, says);
  }
  void WaitForText(uint64_t request);

  void Check(bool good, const std::string& what) const {
    Require(good, where + ": " + what);
  }

  std::string where;
  std::set<std::string> errors;  // of ends while something was scarce

 private:
  std::string ConfigOf(const std::string& profile) const;
  // Many at once, since a poll has to wait for a second.
  void StartSignIns();
  void Take(int32_t timeout_ms);

  const Library& library_;
  const Arguments& arguments_;
  std::string config_;
  llmp_provider* provider_ = nullptr;
  uint64_t queue_ = 0;
  uint64_t last_ = 0;
  std::map<uint64_t, End> ends_;
  std::vector<std::string> polling_;
  std::vector<std::string> signed_in_;
  int profiles_ = 0;
};

struct ResourceCall {
  std::string name;
  std::function<void(Subject*)> before;
  std::function<void(Subject*)> scarce;
  // When there is enough again.
  std::function<void(Subject*)> after;
  Subject::Person own_sign_in = Subject::Person::kShared;
};

const std::vector<ResourceCall>& ResourceCalls();

}  // namespace xai

#endif  // XAI_TESTS_LIFECYCLE_RESOURCE_CALLS_H_
