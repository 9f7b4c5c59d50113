// The life of one provider: the host's half, the library, and which of the plugin's
// provider and the null object serves.  Part of llm_provider.hpp.  C++17.
#ifndef LLM_PROVIDER_SESSION_HPP
#define LLM_PROVIDER_SESSION_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "../llm_provider.h"
#include "json.hpp"
#include "loader.hpp"
#include "null_provider.hpp"

namespace llmp {

/// What the host offers.  Only name and version are needed.  The functions are called
/// from threads of the plugin and must not throw; see llm_provider.h for each.
struct Host {
  std::string name;
  std::string version;
  std::function<void(std::int32_t level, const char* message)> log = nullptr;
  std::function<void(std::uint64_t queue)> wake = nullptr;
  std::function<std::int64_t()> now_ms = nullptr;
  std::function<const void*(const char* id)> get_extension = nullptr;
};

namespace detail {

/// A Host in the form that the plugin reads, at an address that stays.
class HostRecord : public llmp_host {
 public:
  explicit HostRecord(Host host);
  HostRecord(const HostRecord&) = delete;
  HostRecord& operator=(const HostRecord&) = delete;

 private:
  static const Host& self(const llmp_host* host) {
    return static_cast<const HostRecord*>(host)->functions_;
  }
  const Host functions_;
};

/// A plugin's library.
struct Library {
  boost::dll::shared_library handle;
  const llmp_entry* entry;
  std::string path;
};

/// Everything that must outlive the provider, and the provider itself: destroyed first.
struct Session {
  explicit Session(Host host) : record(std::move(host)) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    if (provider != nullptr) provider->destroy(provider);
  }

  std::shared_ptr<const Library> library;
  HostRecord record;
  llmp_provider* provider = nullptr;
  std::atomic<std::uint64_t> last_request{0};
};

inline HostRecord::HostRecord(Host host) : llmp_host(), functions_(std::move(host)) {
  struct_size = sizeof(llmp_host);
  abi_major = LLMP_ABI_MAJOR;
  abi_minor = LLMP_ABI_MINOR;
  name = functions_.name.c_str();
  version = functions_.version.c_str();
  if (functions_.log) {
    llmp_host::log = [](const llmp_host* h, std::int32_t level, const char* message) {
      self(h).log(level, message);
    };
  }
  if (functions_.wake) {
    llmp_host::wake = [](const llmp_host* h, std::uint64_t queue) {
      self(h).wake(queue);
    };
  }
  if (functions_.now_ms) {
    llmp_host::now_ms = [](const llmp_host* h) { return self(h).now_ms(); };
  }
  if (functions_.get_extension) {
    llmp_host::get_extension = [](const llmp_host* h, const char* id) {
      return self(h).get_extension(id);
    };
  }
}

inline Loaded<Library> load_library(const std::vector<std::filesystem::path>& folders) {
  std::vector<std::string> checked;
  std::error_code ec;
  for (const auto& folder : folders) {
    const bool is_manifest = folder.extension() == ".json";
    const auto manifest_path =
        std::filesystem::absolute(is_manifest ? folder : folder / "manifest.json", ec);
    checked.push_back(manifest_path.string());
    const Loaded<std::string> text = read_manifest(manifest_path);
    const bool missing = !text && text.failure.reason == "manifest_missing";
    if (missing && checked.size() < folders.size()) continue;
    if (!text) return Failure{text.failure.reason, text.failure.detail, checked};

    const Loaded<Json> manifest = parse_manifest(*text.value, manifest_path.string());
    if (!manifest) {
      return Failure{manifest.failure.reason, manifest.failure.detail, checked};
    }
    const Json& libraries = (*manifest.value)["library"];
    if (!libraries.has(kPlatform)) {
      std::string offered;
      for (const std::string& name : libraries.names()) offered += " " + name;
      return Failure{"platform_unsupported",
                     "no library for " + std::string(kPlatform) +
                         "; the manifest offers:" + (offered.empty() ? " none" : offered),
                     checked};
    }
    const auto library_path = manifest_path.parent_path() / libraries[kPlatform].str();
    checked.push_back(library_path.string());
    Loaded<boost::dll::shared_library> handle = open_library(library_path);
    if (!handle) return Failure{handle.failure.reason, handle.failure.detail, checked};
    std::string fault;
    const llmp_entry* entry = find_entry(*handle.value, &fault);
    if (entry == nullptr) {
      return Failure{"entry_missing", library_path.string() + ": " + fault, checked};
    }
    fault = manifest_difference(*manifest.value, *entry);
    if (!fault.empty()) return Failure{"manifest_mismatch", fault, checked};
    return Library{std::move(*handle.value), entry, library_path.string()};
  }
  return Failure{"manifest_missing", "no folder to look in", checked};
}

inline llmp_provider* null_provider(const llmp_host& host, const Json& document) {
  Json info = Json::object();
  info.set("state", "unavailable")
      .set("abi",
           Json::object().set("major", LLMP_ABI_MAJOR).set("minor", LLMP_ABI_MINOR))
      .set("fork", "refuses")
      .set("error", document);
  return NullProvider::make(&host, document.dump(), info.dump());
}

/// Whether everything of version 1.0 is there; says what is not.
inline std::string provider_fault(const llmp_provider& p) {
  if (p.struct_size < offsetof(llmp_provider, cancel) + sizeof p.cancel) {
    return "create() returned a provider of " + std::to_string(p.struct_size) + " bytes";
  }
  const bool complete = p.info && p.destroy && p.get_extension && p.queue_open &&
                        p.queue_wait && p.queue_wake && p.queue_fd && p.queue_close &&
                        p.list_models && p.complete && p.onboarding_action && p.cancel;
  return complete ? "" : "create() returned a provider with a null function";
}

/// The error document in the info of a provider of another major version.
inline Json foreign_document(const llmp_provider& p, const llmp_entry& entry) {
  Json info = Json::parse(p.info == nullptr ? "" : p.info).value_or(Json());
  if (info["error"].is_string()) return info;
  if (info["error"]["error"].is_string()) return info["error"];
  const std::string majors =
      "the plugin speaks major versions " + std::to_string(entry.major_min) + " to " +
      std::to_string(entry.major_max) + " of the interface, this host " +
      std::to_string(LLMP_ABI_MAJOR);
  const bool too_old = entry.major_min > LLMP_ABI_MAJOR;
  return unavailable_document({too_old ? "host_too_old" : "host_too_new", majors, {}});
}

/// The plugin's provider, or a null object in its place; never null.
inline llmp_provider* create_provider(const Library& library, const llmp_host& host,
                                      std::string_view config) {
  const llmp_entry& entry = *library.entry;
  const char* text = config.data() == nullptr ? "" : config.data();
  llmp_provider* p = entry.create(LLMP_ABI_MAJOR, &host, text, config.size());
  if (p == nullptr) {
    const Failure failure{
        "library_not_loadable", "create() returned null", {library.path}};
    return null_provider(host, unavailable_document(failure));
  }
  const bool foreign = p->abi_major != LLMP_ABI_MAJOR;
  const std::string fault = foreign ? "" : provider_fault(*p);
  if (!foreign && fault.empty()) return p;
  // Of a foreign major only the frozen head may be read: info and destroy are in it.
  const Json document =
      foreign ? foreign_document(*p, entry)
              : unavailable_document({"library_not_loadable", fault, {library.path}});
  if (p->destroy != nullptr) p->destroy(p);
  return null_provider(host, document);
}

/// Finds, loads and creates; what fails is answered by a null object.
inline std::shared_ptr<Session> open_session(
    const std::vector<std::filesystem::path>& folders, Host host,
    std::string_view config) {
  auto session = std::make_shared<Session>(std::move(host));
  Loaded<Library> library = load_library(folders);
  if (library) {
    session->library = std::make_shared<const Library>(std::move(*library.value));
    session->provider = create_provider(*session->library, session->record, config);
  } else {
    const Json document = unavailable_document(library.failure);
    session->provider = null_provider(session->record, document);
  }
  return session;
}

/// The document for a call that was refused, or a queue that died.
inline std::string refusal_document(std::int32_t result) {
  Json document = Json::object().set("ok", false);
  switch (result) {
    case LLMP_E_INVALID:
      document.set("error", "invalid_request");
      break;
    case LLMP_E_NO_MEMORY:
      document.set("error", "no_memory");
      break;
    case LLMP_E_CLOSED:
      document.set("error", "cancelled").set("reason", "closed");
      break;
    case LLMP_E_FORKED:
      document.set("error", "internal").set("reason", "forked");
      break;
    default:
      document.set("error", "internal");
      break;
  }
  return document
      .set("detail", "the provider refused the call: " + std::to_string(result))
      .set("hint", "Report this to the author of the application.")
      .set("retry", false)
      .dump();
}

}  // namespace detail
}  // namespace llmp

#endif  // LLM_PROVIDER_SESSION_HPP
