// From a folder with a manifest.json to a library that can be trusted to be one.  Part of
// llm_provider.hpp.  C++17.  Boost.DLL opens the library.
#ifndef LLM_PROVIDER_LOADER_HPP
#define LLM_PROVIDER_LOADER_HPP

#ifndef BOOST_DLL_USE_STD_FS
#define BOOST_DLL_USE_STD_FS
#endif

#include <boost/dll/shared_library.hpp>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "../llm_provider.h"
#include "elf.hpp"
#include "json.hpp"

namespace llmp::detail {

constexpr std::size_t kManifestBytesMax = 65536;
constexpr std::int64_t kManifestVersion = 1;

/// Why there is no provider.  The reasons are those of the table in json.md.
struct Failure {
  std::string reason;
  std::string detail;
  std::vector<std::string> checked_paths;
};

/// Either a value or the reason why there is none.
template <typename T>
struct Loaded {
  Loaded(T loaded) : value(std::move(loaded)) {}          // NOLINT: like std::optional
  Loaded(Failure reason) : failure(std::move(reason)) {}  // NOLINT: and as briefly
  explicit operator bool() const { return value.has_value(); }
  std::optional<T> value;
  Failure failure;
};

inline Json unavailable_document(const Failure& failure) {
  Json paths = Json::array();
  for (const std::string& path : failure.checked_paths) paths.push_back(path);
  return Json::object()
      .set("ok", false)
      .set("error", "backend_unavailable")
      .set("reason", failure.reason)
      .set("detail", failure.detail)
      .set("checked_paths", std::move(paths))
      .set("hint",
           "Do not retry. Update this application or the provider plugin, or reach the "
           "model "
           "another way, such as with an API key of its vendor.")
      .set("retry", false);
}

/// Says what is wrong with a parsed manifest of a version that we know; empty if nothing
/// is.
inline std::string manifest_fault(const Json& manifest) {
  for (const char* name : {"id", "name", "version"}) {
    if (manifest[name].str().empty()) return std::string(name) + " must be a string";
  }
  const Json& interface = manifest["interface"];
  if (interface["id"].str() != "llm.provider")
    return "interface.id must be \"llm.provider\"";
  const auto major = [&](const char* name) {
    return interface[name].integer().value_or(-1);
  };
  for (const char* name : {"major_min", "major_max"}) {
    if (major(name) < 0 || major(name) > 0xFFFF) {
      return std::string("interface.") + name + " must be a number from 0 to 65535";
    }
  }
  if (major("major_min") > major("major_max"))
    return "interface.major_min is above major_max";
  const Json& library = manifest["library"];
  if (!library.is_object()) return "library must be an object";
  for (std::size_t i = 0; i < library.size(); ++i) {
    const std::string text = library[i].str();
    const std::filesystem::path path = text;
    // dlopen() would take what is before a NUL.
    bool inside =
        !path.empty() && path.is_relative() && text.find('\0') == std::string::npos;
    for (const auto& part : path) inside = inside && part != "..";
    if (!inside)
      return "library." + library.names()[i] + " must be a path below the manifest";
  }
  return "";
}

inline Loaded<std::string> read_manifest(const std::filesystem::path& path) {
  const std::vector<std::string> checked = {path.string()};
  std::error_code ec;
  const auto type = std::filesystem::status(path, ec).type();
  if (type == std::filesystem::file_type::not_found) {
    return Failure{"manifest_missing", "no such file: " + path.string(), checked};
  }
  if (type != std::filesystem::file_type::regular) {  // Opening a FIFO would block.
    const std::string why = ec ? ec.message() : "not a regular file";
    return Failure{"manifest_invalid", path.string() + ": " + why, checked};
  }
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return Failure{"manifest_invalid", "cannot be read: " + path.string(), checked};
  std::string text(kManifestBytesMax + 1, '\0');
  file.read(&text[0], static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad())
    return Failure{"manifest_invalid", "read error: " + path.string(), checked};
  if (text.size() <= kManifestBytesMax) return text;
  return Failure{"manifest_invalid", path.string() + ": larger than 64 KiB", checked};
}

inline Loaded<Json> parse_manifest(const std::string& text, const std::string& path) {
  std::string fault;
  std::optional<Json> manifest = Json::parse(text, &fault);
  if (!manifest) return Failure{"manifest_invalid", path + ": " + fault, {path}};
  // Before anything else: a newer version may mean all other members differently.
  const auto version = (*manifest)["manifest_version"].integer();
  if (!version || *version < 1) {
    return Failure{
        "manifest_invalid", path + ": manifest_version must be a number", {path}};
  }
  if (*version > kManifestVersion) {
    return Failure{"manifest_version_unsupported",
                   path + ": manifest_version is " + std::to_string(*version) +
                       ", this loader knows up to " + std::to_string(kManifestVersion),
                   {path}};
  }
  fault = manifest_fault(*manifest);
  if (!fault.empty()) return Failure{"manifest_invalid", path + ": " + fault, {path}};
  return std::move(*manifest);
}

/// What differs between the manifest beside the library and the one inside it: a half
/// upgraded installation.  Empty if they agree.
inline std::string manifest_difference(const Json& beside, const llmp_entry& entry) {
  if (entry.manifest == nullptr) return "the library has no manifest built in";
  const std::optional<Json> built_in = Json::parse(entry.manifest);
  if (!built_in) return "the manifest built into the library is not JSON";
  std::string difference;
  const auto compare = [&](const std::string& name, const Json& file,
                           const Json& library) {
    if (!difference.empty() || file.dump() == library.dump()) return;
    difference = name + " is " + file.dump() + " in the file and " + library.dump() +
                 " in the library";
  };
  for (const char* name : {"id", "version"})
    compare(name, beside[name], (*built_in)[name]);
  for (const char* name : {"id", "major_min", "major_max"}) {
    compare("interface." + std::string(name), beside["interface"][name],
            (*built_in)["interface"][name]);
  }
  compare("interface.major_min", beside["interface"]["major_min"], Json(entry.major_min));
  compare("interface.major_max", beside["interface"]["major_max"], Json(entry.major_max));
  return difference;
}

/// Only the throwing form of Boost.DLL carries dlerror's text, wrapped in words of its
/// own:
/// "... (dlerror system message: X): Bad file descriptor".
inline std::string dlerror_text(const std::string& what) {
  static constexpr std::string_view kMark = "dlerror system message: ";
  const std::size_t start = what.find(kMark);
  const std::size_t end = what.rfind("): ");
  if (start == std::string::npos || end == std::string::npos) return what;
  return what.substr(start + kMark.size(), end - start - kMark.size());
}

inline Loaded<boost::dll::shared_library> open_library(
    const std::filesystem::path& path) {
  const std::vector<std::string> checked = {path.string()};
  const std::string fault = elf_fault(path);
  if (!fault.empty()) {
    return Failure{"library_not_loadable", path.string() + ": " + fault, checked};
  }
  try {
    namespace dll = boost::dll;
    return dll::shared_library(path,
                               dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    return Failure{"library_not_loadable", dlerror_text(e.what()), checked};
  }
}

/// Null, and the reason in *fault, unless the library has a usable entry.
inline const llmp_entry* find_entry(const boost::dll::shared_library& library,
                                    std::string* fault) {
  if (!library.has("llmp_entry_point")) {
    *fault = "no function llmp_entry_point";
    return nullptr;
  }
  const llmp_entry* entry = library.get<const llmp_entry*()>("llmp_entry_point")();
  if (entry == nullptr) {
    *fault = "llmp_entry_point() returned null";
  } else if (entry->magic != LLMP_MAGIC) {
    *fault = "llmp_entry_point() returned something else: wrong magic";
  } else if (entry->create == nullptr) {
    *fault = "the entry has no create()";
  } else {
    return entry;
  }
  return nullptr;
}

}  // namespace llmp::detail

#endif  // LLM_PROVIDER_LOADER_HPP
