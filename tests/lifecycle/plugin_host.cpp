#include "lifecycle/plugin_host.h"

#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <thread>

namespace xai {
namespace {

constexpr uint32_t kBatch = 64;

size_t CountEntries(const char* folder) {
  const std::filesystem::directory_iterator entries(folder);
  return static_cast<size_t>(std::distance(begin(entries), end(entries)));
}

}  // namespace

void Require(bool good, const std::string& what) {
  if (good) return;
  (void)std::fprintf(stderr, "lifecycle-host: %s\n", what.c_str());
  _exit(3);
}

Library::Library(const std::string& path)
    : Library(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {}

Library Library::InNewNamespace(const std::string& path) {
  return Library(dlmopen(LM_ID_NEWLM, path.c_str(), RTLD_NOW | RTLD_LOCAL));
}

Library::Library(void* handle) : handle_(handle) {
  if (handle == nullptr) Require(false, dlerror());
  const auto entry_point =
      reinterpret_cast<const llmp_entry* (*)()>(dlsym(handle, "llmp_entry_point"));
  Require(entry_point != nullptr, "the library has no entry");
  entry_ = entry_point();
}

llmp_provider* Library::TryCreate(std::string_view config, const llmp_host* host) const {
  static const llmp_host plain = MakeHost();
  return entry_->create(LLMP_ABI_MAJOR, host == nullptr ? &plain : host, config.data(),
                        config.size());
}

llmp_provider* Library::Create(const std::string& config, const llmp_host* host) const {
  llmp_provider* provider = TryCreate(config, host);
  Require(provider != nullptr, "create() had no memory");
  Require(provider->state == LLMP_READY, provider->info);
  return provider;
}

void Library::Close() {
  Require(dlclose(handle_) == 0, "dlclose() failed");
}

llmp_host MakeHost() {
  llmp_host host = {};
  host.struct_size = sizeof host;
  host.abi_major = LLMP_ABI_MAJOR;
  host.abi_minor = LLMP_ABI_MINOR;
  host.name = "lifecycle-host";
  host.version = "1.0";
  return host;
}

std::string Add(const llmp_event& event, std::map<uint64_t, End>* ends) {
  const auto found = ends->find(event.request);
  if (found == ends->end()) return "an event of an unknown request";
  End& end = found->second;
  if (end.times > 0) return "an event after the end";
  if (event.kind == LLMP_EV_TEXT) end.text.append(event.data, event.size);
  if (event.kind != LLMP_EV_END) return "";
  end.status = event.status;
  end.document.assign(event.data, event.size);
  ++end.times;
  return "";
}

std::string Prompt(const std::string& prompt) {
  return R"({"model":"grok-4.3","max_retries":0,"messages":[{"role":"user","content":")" +
         prompt + R"("}]})";
}

Client::Client(llmp_provider* provider)
    : provider_(provider), queue_(provider->queue_open(provider, 0)) {
  Require(queue_ != 0, "queue_open() gave no queue");
}

uint64_t Client::Start(Call call, std::string_view json) {
  // Of the process, since a number is never used twice with one provider.
  static std::atomic<uint64_t> last{0};
  const uint64_t request = ++last;
  const int32_t result = call(provider_, queue_, request, json.data(), json.size());
  Require(result == LLMP_OK, "a request was refused: " + std::to_string(result));
  ends_[request];
  return request;
}

bool Client::Take(int32_t timeout_ms) {
  llmp_event events[kBatch];
  const int32_t count =
      provider_->queue_wait(provider_, queue_, timeout_ms, events, kBatch);
  Require(count >= 0, "queue_wait() said " + std::to_string(count));
  for (int32_t i = 0; i < count; ++i) {
    const std::string wrong = Add(events[i], &ends_);
    Require(wrong.empty(), wrong);
  }
  return count > 0;
}

const End& Client::Finish(uint64_t request) {
  const End& end = ends_.at(request);
  const auto begun = SteadyClock::now();
  while (end.times == 0) {
    Take(100);
    Require(SteadyClock::now() - begun < kDeadline, "a request does not end");
  }
  return end;
}

void Client::WaitForTexts(size_t count) {
  const auto begun = SteadyClock::now();
  for (size_t texts = 0; texts < count;) {
    Take(100);
    texts = 0;
    for (const auto& [request, end] : ends_) texts += end.text.empty() ? 0U : 1U;
    Require(SteadyClock::now() - begun < kDeadline, "the streams do not begin");
  }
}

void Client::RequireFine() {
  const End& end = Ask(provider_->complete, Prompt("fine"));
  Require(end.status == LLMP_OK && end.text == "fine", end.document);
}

void RequireSound(const Library& library, const std::string& config) {
  llmp_provider* p = library.Create(config);
  {
    Client client(p);
    const End& status = client.Ask(p->onboarding_action, kStatus);
    Require(status.document.find("\"connected\":true") != std::string::npos,
            status.document);
    client.RequireFine();
  }
  p->destroy(p);
}

bool Await(const std::function<bool()>& condition) {
  constexpr std::chrono::milliseconds kBetweenLooks{1};
  const auto begun = SteadyClock::now();
  while (!condition()) {
    if (SteadyClock::now() - begun > kDeadline) return false;
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return true;
}

long MsSince(SteadyClock::time_point moment) {
  return static_cast<long>(
      std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - moment)
          .count());
}

size_t CountDescriptors() {
  return CountEntries("/proc/self/fd");
}

size_t CountThreads() {
  return CountEntries("/proc/self/task");
}

void HoldStreams(Client* client, int count) {
  for (int i = 0; i < count; ++i) client->Complete("hold");
  client->WaitForTexts(static_cast<size_t>(count));
}

}  // namespace xai
