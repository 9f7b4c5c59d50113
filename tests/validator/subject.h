// The plugin under test: its library, one provider of it, and what arrives on queues.
#ifndef XAI_TESTS_VALIDATOR_SUBJECT_H_
#define XAI_TESTS_VALIDATOR_SUBJECT_H_

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "llm_provider.h"
#include "validator/catalog.h"

namespace validator {

// How long anything may take that the contract does not bound more tightly, and ten times
// what it promises: whoever needs longer hangs.
inline constexpr std::chrono::seconds kPatience{20};

// list_models, complete or onboarding_action.
using Call = std::int32_t (LLMP_CALL* llmp_provider::*)(llmp_provider*, std::uint64_t,
                                                        std::uint64_t, const char*,
                                                        std::size_t);

// An event that owns its bytes.
struct Event {
  std::uint64_t request = 0;
  std::uint32_t kind = 0;
  std::int32_t status = 0;
  std::uint32_t index = 0;
  std::string data;
};
using Events = std::vector<Event>;

// The manifest beside the plugin, parsed.  Fails as a loader would.
llmp::Json ReadManifest(const World& world);
// The file that it names for this system.
std::filesystem::path LibraryPath(const World& world);

// A library that is open until the process ends, or Close() is called.
class Library {
 public:
  explicit Library(const World& world);
  const llmp_entry& entry() const { return *entry_; }
  void* handle() const { return handle_; }
  void Close();

 private:
  void* handle_ = nullptr;
  const llmp_entry* entry_ = nullptr;
};

// A host that offers nothing.
const llmp_host& PlainHost();

// A provider, destroyed at the end.
class Subject {
 public:
  explicit Subject(const World& world, const llmp_host* host = &PlainHost());
  Subject(const Library& library, const std::string& config, const llmp_host* host);
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;
  ~Subject() { Destroy(); }

  llmp_provider* get() const { return provider_; }
  llmp_provider* operator->() const { return provider_; }
  void Destroy();

  std::uint64_t OpenQueue(std::uint32_t flags = 0) const;
  // Starts a request and returns its number, a new one.  Fails unless it is taken.
  std::uint64_t Begin(Call call, const llmp::Json& request, std::uint64_t queue);
  std::uint64_t BeginText(Call call, std::string_view json, std::uint64_t queue);
  // The events of one request, END included, on a queue of its own.
  Events Ask(Call call, const llmp::Json& request);
  // The document of its END.  Fails unless that is LLMP_OK.
  llmp::Json AskWell(Call call, const llmp::Json& request);
  std::uint64_t NewNumber() { return ++last_request_; }

 private:
  llmp_provider* provider_ = nullptr;
  std::uint64_t last_request_ = 1000;
};

// One queue_wait(), copied.  Fails if it fails.
Events Take(llmp_provider* provider, std::uint64_t queue, std::int32_t timeout_ms,
            std::uint32_t cap = 64);
// Everything on the queue until `ends` requests have ended.
Events TakeUntilEnds(llmp_provider* provider, std::uint64_t queue, std::size_t ends);
// Waits until somebody could take an event, without taking one.
void AwaitReadable(llmp_provider* provider, std::uint64_t queue);

// The document of an END.  Fails unless it is a JSON object with the member ok.
llmp::Json DocumentOf(const Event& end);
// The bytes of all events of one kind, joined.
std::string Joined(const Events& events, std::uint32_t kind);

// Requests that need neither network nor sign-in to end.
llmp::Json Action(const std::string& name);
llmp::Json Chat(const std::string& model, const std::string& prompt);

}  // namespace validator

#endif  // XAI_TESTS_VALIDATOR_SUBJECT_H_
