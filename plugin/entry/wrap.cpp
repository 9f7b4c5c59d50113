#include "entry/wrap.h"

#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include <unistd.h>

#include "abi/no_cancel.h"
#include "base/utf8.h"

namespace xai {
namespace {

// Lives in xai_backend_provider.front.
struct FrontRecord {
  boost::dll::shared_library library;
  void(LLMP_CALL* destroy)(llmp_provider*) = nullptr;  // the backend's
  pid_t creator = getpid();
};

void LLMP_CALL DestroyAndUnload(llmp_provider* provider) noexcept {
  if (provider == nullptr) return;
  const NoCancel no_cancel;
  // The provider lies at the head of the backend's object.
  auto* head = reinterpret_cast<xai_backend_provider*>(provider);
  auto* record = static_cast<FrontRecord*>(head->front);
  // In a forked child nothing is freed, and so nothing may be unmapped.
  if (record->creator != getpid()) return;
  const std::unique_ptr<FrontRecord> owner(record);
  owner->destroy(provider);
}

std::string BoundedText(const char* text, size_t capacity) {
  return ToValidUtf8({text, strnlen(text, capacity)});
}

}  // namespace

Result<llmp_provider*> CreateThrough(Backend backend, const CreateArguments& arguments) {
  auto record = std::make_unique<FrontRecord>();
  record->library = std::move(backend.library);
  xai_backend_failure failure = {};
  llmp_provider* provider = nullptr;
  try {
    provider =
        backend.entry->create(arguments.host, arguments.config, arguments.size, &failure);
  } catch (...) {
    // It must end here, before the library that knows its type is unloaded.
    return Error::Make(ErrorCode::kBackendUnavailable,
                       "the backend's create() let an exception out",
                       "backend_not_loadable");
  }
  if (provider == nullptr) {
    std::string reason = BoundedText(failure.reason, sizeof failure.reason);
    if (reason.empty()) return nullptr;
    return Error::Make(ErrorCode::kBackendUnavailable,
                       BoundedText(failure.detail, sizeof failure.detail),
                       std::move(reason));
  }
  record->destroy = provider->destroy;
  provider->destroy = DestroyAndUnload;
  reinterpret_cast<xai_backend_provider*>(provider)->front = record.release();
  return provider;
}

}  // namespace xai
