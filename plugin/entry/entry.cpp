// xai_grok.so: finds the backend and hands the host its provider, or one that says why
// there is none.
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <string>
#include <type_traits>
#include <vector>

#include "abi/no_cancel.h"
#include "base/error.h"
#include "entry/backend_loader.h"
#include "entry/backend_search.h"
#include "entry/requirements.h"
#include "entry/unavailable.h"
#include "entry/version_gate.h"
#include "entry/wrap.h"
#include "llm_provider.h"
#include "manifest_data.h"

// What the ABI freezes.
static_assert(sizeof(void*) != 8 || sizeof(llmp_event) == 64);
static_assert(sizeof(void*) != 8 || sizeof(llmp_entry) == 24);
static_assert(sizeof(void*) != 8 || offsetof(llmp_provider, cancel) == 104);
static_assert(LLMP_ABI_MINOR == 0, "a new minor: extend the vtables and this list");

namespace xai {
namespace {

// What FindProvider() learns on its way, for whoever has to say why it failed.
struct Findings {
  const llmp_host* host = nullptr;  // once it has passed the gate
  std::vector<std::string> checked_paths;
};

// The backend's provider, or null without memory.
Result<llmp_provider*> FindProvider(uint32_t major, const CreateArguments& arguments,
                                    Findings* findings) {
  const Requirements requirements = ReadRequirements();
  if (Result<void> passed = CheckHost(requirements, major, arguments.host);
      !passed.ok()) {
    return std::move(passed).error();
  }
  findings->host = arguments.host;
  const std::string configured = ConfiguredBackend(arguments.config, arguments.size);
  const BackendSearch search = FindBackend(configured, BackendFolders(FrontPath()));
  findings->checked_paths = search.checked_paths;
  if (search.found.empty()) {
    return Error::Make(
        ErrorCode::kBackendUnavailable,
        configured.empty()
            ? std::string("none of the places searched has a ") + kBackendFileName
            : "there is nothing at the configured place: " + configured,
        "backend_missing");
  }
  Result<Backend> backend = LoadBackend(search.found, requirements);
  if (!backend.ok()) return std::move(backend).error();
  return CreateThrough(std::move(backend).value(), arguments);
}

llmp_provider* LLMP_CALL Create(uint32_t major, const llmp_host* host, const char* config,
                                size_t size) noexcept {
  const NoCancel no_cancel;
  try {
    Findings findings;
    Result<llmp_provider*> provider =
        FindProvider(major, {host, config, config == nullptr ? 0 : size}, &findings);
    if (provider.ok()) return provider.value();
    return MakeUnavailable(findings.host,
                           UnavailableDocument(provider.error(), findings.checked_paths));
  } catch (...) {
    // Memory is all that can be short here: every other failure is a value.
    return nullptr;
  }
}

constexpr llmp_entry kEntry = {LLMP_MAGIC, 1, 1, kManifestText, Create};

}  // namespace
}  // namespace xai

extern "C" const llmp_entry* LLMP_CALL llmp_entry_point(void) {
  return &xai::kEntry;
}
