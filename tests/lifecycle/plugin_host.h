// A host that knows the C interface alone: what the scenarios of this folder share.
//
// A scenario is a process of its own.  What it finds wrong it says on stderr and ends
// with 3; what it has measured it prints as JSON.
#ifndef XAI_TESTS_LIFECYCLE_PLUGIN_HOST_H_
#define XAI_TESTS_LIFECYCLE_PLUGIN_HOST_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "llm_provider.h"

namespace xai {

// Ends the process if it is false.
void Require(bool good, const std::string& what);

// What the command line says: lifecycle-host SCENARIO LIBRARY CONFIG [MORE...].
struct Arguments {
  std::string library;
  std::string config;
  std::vector<std::string> more;

  int Number(size_t place) const { return std::stoi(more.at(place)); }
};

// A plugin's library.  Never closed by itself: that is what scenarios are about.
class Library {
 public:
  explicit Library(const std::string& path);
  // In a namespace of its own: with a libc, a libcurl and an OpenSSL of its own.
  static Library InNewNamespace(const std::string& path);

  // Null without memory.
  llmp_provider* TryCreate(std::string_view config,
                           const llmp_host* host = nullptr) const;
  // Ready.  `host` must live as long as the provider; null: one without callbacks.
  llmp_provider* Create(const std::string& config, const llmp_host* host = nullptr) const;
  void Close();

 private:
  explicit Library(void* handle);

  void* handle_;
  const llmp_entry* entry_ = nullptr;
};

llmp_host MakeHost();

using Call = int32_t(LLMP_CALL*)(llmp_provider*, uint64_t queue, uint64_t request,
                                 const char* json, size_t size);

// How a request has ended.
struct End {
  int32_t status = 1;  // of no request that has ended
  std::string document;
  std::string text;
  int times = 0;
};

// Adds an event to what has become of its request.  What is wrong with it, or nothing.
std::string Add(const llmp_event& event, std::map<uint64_t, End>* ends);

// A completion whose prompt tells the server what to do: see speaker.py.
std::string Prompt(const std::string& prompt);
inline constexpr const char* kStatus = R"({"action":"status"})";
inline constexpr const char* kRefresh = R"({"action":"refresh"})";

// One queue of a provider, and what became of its requests.  One thread at a time.
class Client {
 public:
  explicit Client(llmp_provider* provider);

  llmp_provider* provider() const { return provider_; }
  uint64_t queue() const { return queue_; }

  // The number of the request.
  uint64_t Start(Call call, std::string_view json);
  uint64_t Complete(const std::string& prompt) {
    return Start(provider_->complete, Prompt(prompt));
  }
  // Takes what there is, or comes within the time.  False if nothing came.
  bool Take(int32_t timeout_ms);
  // To its end.
  const End& Finish(uint64_t request);
  const End& Ask(Call call, std::string_view json) { return Finish(Start(call, json)); }
  // Until so many requests have said something.
  void WaitForTexts(size_t count);
  // A completion that must say `fine`.
  void RequireFine();

  const std::map<uint64_t, End>& ends() const { return ends_; }
  void Close() { provider_->queue_close(provider_, queue_); }

 private:
  llmp_provider* provider_;
  uint64_t queue_;
  std::map<uint64_t, End> ends_;
};

// Another provider of it is signed in, and answers.
void RequireSound(const Library& library, const std::string& config);

using SteadyClock = std::chrono::steady_clock;
// A hang detector: nothing takes so long.
inline constexpr std::chrono::seconds kDeadline{60};
long MsSince(SteadyClock::time_point moment);
// Looks again and again until it is true.  False at the deadline.
bool Await(const std::function<bool()>& condition);

// What the process has open, and its threads.
size_t CountDescriptors();
size_t CountThreads();

// So many streams that are held open, all of which have begun.
void HoldStreams(Client* client, int count);

}  // namespace xai

#endif  // XAI_TESTS_LIFECYCLE_PLUGIN_HOST_H_
