#include "validator/subject.h"

#include <dlfcn.h>
#include <poll.h>
#include <unistd.h>

#include "llm_provider/elf.hpp"
#include "llm_provider/loader.hpp"
#include "validator/check.h"

namespace validator {
namespace {

using Clock = std::chrono::steady_clock;

std::int32_t LeftMs(Clock::time_point deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  return left.count() > 0 ? static_cast<std::int32_t>(left.count()) : 0;
}

}  // namespace

llmp::Json ReadManifest(const World& world) {
  const auto path = world.plugin / "manifest.json";
  const auto text = llmp::detail::read_manifest(path);
  Require(bool(text), text.failure.detail);
  const auto manifest = llmp::detail::parse_manifest(*text.value, path);
  Require(bool(manifest), manifest.failure.detail);
  return *manifest.value;
}

std::filesystem::path LibraryPath(const World& world) {
  const llmp::Json manifest = ReadManifest(world);
  const std::string path = manifest["library"][llmp::detail::kPlatform].str();
  Require(!path.empty(),
          std::string("the manifest names no library for ") + llmp::detail::kPlatform);
  return world.plugin / path;
}

Library::Library(const World& world) {
  const auto path = LibraryPath(world);
  const std::string fault = llmp::detail::elf_fault(path);
  Require(fault.empty(), path.string() + ": " + fault);
  handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_ == nullptr) Fail(std::string("dlopen: ") + dlerror());
  using EntryPoint = const llmp_entry*(LLMP_CALL*)();
  const auto entry_point =
      reinterpret_cast<EntryPoint>(dlsym(handle_, "llmp_entry_point"));
  Require(entry_point != nullptr, "there is no function llmp_entry_point");
  entry_ = entry_point();
  Require(entry_ != nullptr, "llmp_entry_point() returns null");
  Require(entry_->magic == LLMP_MAGIC, "the entry's magic is wrong");
  Require(entry_->create != nullptr, "the entry has no create()");
}

void Library::Close() {
  if (handle_ != nullptr) dlclose(handle_);
  handle_ = nullptr;
}

const llmp_host& PlainHost() {
  static const llmp_host host = [] {
    llmp_host plain = {};
    plain.struct_size = sizeof plain;
    plain.abi_major = LLMP_ABI_MAJOR;
    plain.abi_minor = LLMP_ABI_MINOR;
    plain.name = "provider-validator";
    plain.version = "1";
    return plain;
  }();
  return host;
}

Subject::Subject(const World& world, const llmp_host* host)
    : Subject(Library(world), world.config.dump(), host) {}

Subject::Subject(const Library& library, const std::string& config, const llmp_host* host)
    : provider_(
          library.entry().create(LLMP_ABI_MAJOR, host, config.data(), config.size())) {
  Require(provider_ != nullptr, "create() returns null, and there is memory");
  Require(provider_->abi_major == LLMP_ABI_MAJOR,
          "create() returns a provider of another major than it was asked for");
  Require(provider_->struct_size >= sizeof(llmp_provider),
          "the provider is smaller than that of 1.0");
}

void Subject::Destroy() {
  if (provider_ != nullptr) provider_->destroy(provider_);
  provider_ = nullptr;
}

std::uint64_t Subject::OpenQueue(std::uint32_t flags) const {
  const std::uint64_t queue = provider_->queue_open(provider_, flags);
  Require(queue != 0, "queue_open() returns 0, and there is memory");
  return queue;
}

std::uint64_t Subject::BeginText(Call call, std::string_view json, std::uint64_t queue) {
  const std::uint64_t number = NewNumber();
  const std::int32_t result =
      (provider_->*call)(provider_, queue, number, json.data(), json.size());
  Require(result == LLMP_OK, "a request is not taken: " + std::to_string(result));
  return number;
}

std::uint64_t Subject::Begin(Call call, const llmp::Json& request, std::uint64_t queue) {
  return BeginText(call, request.dump(), queue);
}

Events Subject::Ask(Call call, const llmp::Json& request) {
  const std::uint64_t queue = OpenQueue();
  Begin(call, request, queue);
  Events events = TakeUntilEnds(provider_, queue, 1);
  provider_->queue_close(provider_, queue);
  return events;
}

llmp::Json Subject::AskWell(Call call, const llmp::Json& request) {
  const Events events = Ask(call, request);
  const Event& end = events.back();
  Require(end.status == LLMP_OK, "a request that should succeed ends with " + end.data);
  return DocumentOf(end);
}

Events Take(llmp_provider* provider, std::uint64_t queue, std::int32_t timeout_ms,
            std::uint32_t cap) {
  std::vector<llmp_event> raw(cap);
  const std::int32_t count =
      provider->queue_wait(provider, queue, timeout_ms, raw.data(), cap);
  Require(count >= 0, "queue_wait() fails: " + std::to_string(count));
  Require(static_cast<std::uint32_t>(count) <= cap, "queue_wait() returns more than cap");
  Events events;
  for (std::int32_t i = 0; i < count; ++i) {
    const llmp_event& from = raw[static_cast<std::size_t>(i)];
    Require(from.data != nullptr, "an event's data is null");
    Require(from.data[from.size] == '\0', "there is no NUL after an event's data");
    events.push_back({from.request, from.kind, from.status, from.index,
                      std::string(from.data, from.size)});
  }
  return events;
}

Events TakeUntilEnds(llmp_provider* provider, std::uint64_t queue, std::size_t ends) {
  const auto deadline = Clock::now() + kPatience;
  Events all;
  std::size_t seen = 0;
  while (seen < ends) {
    Require(Clock::now() < deadline, "of " + std::to_string(ends) + " requests only " +
                                         std::to_string(seen) + " have ended after " +
                                         std::to_string(kPatience.count()) + " s");
    for (Event& event : Take(provider, queue, LeftMs(deadline))) {
      if (event.kind == LLMP_EV_END) ++seen;
      all.push_back(std::move(event));
    }
  }
  return all;
}

void AwaitReadable(llmp_provider* provider, std::uint64_t queue) {
  const int fd = provider->queue_fd(provider, queue);
  Require(fd >= 0, "queue_fd() has no descriptor");
  pollfd waited = {fd, POLLIN, 0};
  const auto timeout = std::chrono::milliseconds(kPatience);
  const int ready = poll(&waited, 1, static_cast<int>(timeout.count()));
  close(fd);
  Require(ready == 1, "the descriptor of a queue with events does not get readable");
}

llmp::Json DocumentOf(const Event& end) {
  std::string fault;
  const auto document = llmp::Json::parse(end.data, &fault);
  Require(document.has_value(), "an END holds no JSON (" + fault + ")");
  Require(document->is_object() && document->has("ok"),
          "an END's document has no member ok");
  return *document;
}

std::string Joined(const Events& events, std::uint32_t kind) {
  std::string text;
  for (const Event& event : events) {
    if (event.kind == kind) text += event.data;
  }
  return text;
}

llmp::Json Action(const std::string& name) {
  return llmp::Json::object().set("action", name);
}

llmp::Json Chat(const std::string& model, const std::string& prompt) {
  return llmp::Json::object()
      .set("model", model)
      .set("messages",
           llmp::Json::array().push_back(
               llmp::Json::object().set("role", "user").set("content", prompt)));
}

}  // namespace validator
