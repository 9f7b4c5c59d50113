#include "entry/backend_loader.h"

#include <exception>
#include <new>
#include <optional>
#include <string>
#include <string_view>

#include "entry/elf_check.h"
#include "entry/version_range.h"

namespace xai {
namespace {

namespace dll = boost::dll;

Error Refuse(const char* reason, std::string detail) {
  return Error::Make(ErrorCode::kBackendUnavailable, std::move(detail), reason);
}

// Only the throwing form of Boost.DLL carries dlerror's words, and wraps them in its own:
// "... (dlerror system message: WORDS): Bad file descriptor".
std::string DlerrorWords(std::string_view what) {
  constexpr std::string_view kMark = "dlerror system message: ";
  const size_t mark = what.find(kMark);
  const size_t end = what.rfind("): ");
  if (mark == std::string_view::npos || end == std::string_view::npos) {
    return std::string(what);
  }
  const size_t begin = mark + kMark.size();
  return std::string(what.substr(begin, end - begin));
}

Result<dll::shared_library> Open(const std::filesystem::path& path) {
  if (std::optional<std::string> fault = FindElfFault(path)) {
    return Refuse("backend_not_loadable", path.string() + ": " + *fault);
  }
  try {
    // The default would be lazy: a missing function would end the process at its call.
    return dll::shared_library(path,
                               dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& failure) {
    return Refuse("backend_not_loadable", DlerrorWords(failure.what()));
  }
}

std::optional<Error> CheckVersions(const xai_backend_entry& entry,
                                   const Requirements& requirements) {
  const std::string version = entry.version == nullptr ? "" : entry.version;
  if (entry.backend_abi == requirements.backend_abi &&
      VersionInRange(version, requirements.backend_range)) {
    return std::nullopt;
  }
  return Refuse("backend_version",
                "the backend is version " + (version.empty() ? "(none)" : version) +
                    " with backend ABI " + std::to_string(entry.backend_abi) +
                    ", this plugin needs " + requirements.backend_range +
                    " with backend ABI " + std::to_string(requirements.backend_abi));
}

}  // namespace

Result<Backend> LoadBackend(const std::filesystem::path& path,
                            const Requirements& requirements) {
  Result<dll::shared_library> library = Open(path);
  if (!library.ok()) return std::move(library).error();
  Backend backend;
  backend.library = std::move(library).value();
  if (!backend.library.has(XAI_BACKEND_ENTRY_NAME)) {
    return Refuse("backend_entry_missing",
                  path.string() + ": no function " XAI_BACKEND_ENTRY_NAME);
  }
  backend.entry =
      backend.library.get<const xai_backend_entry*()>(XAI_BACKEND_ENTRY_NAME)();
  if (backend.entry == nullptr || backend.entry->magic != XAI_BACKEND_MAGIC) {
    return Refuse("backend_entry_missing",
                  path.string() + ": " XAI_BACKEND_ENTRY_NAME " has the wrong magic");
  }
  if (std::optional<Error> wrong = CheckVersions(*backend.entry, requirements)) {
    return *std::move(wrong);
  }
  if (backend.entry->create == nullptr) {
    return Refuse("backend_entry_missing", path.string() + ": it has no create()");
  }
  return backend;
}

}  // namespace xai
