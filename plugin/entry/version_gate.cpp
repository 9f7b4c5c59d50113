#include "entry/version_gate.h"

#include <cstddef>
#include <string>

namespace xai {
namespace {

Error Refuse(const char* reason, std::string detail) {
  return Error::Make(ErrorCode::kBackendUnavailable, std::move(detail), reason);
}

Error Invalid(const std::string& member) {
  return Refuse("host_invalid", "llmp_host." + member);
}

std::string OurRange(const Requirements& requirements) {
  return "this plugin speaks llm.provider major " +
         std::to_string(requirements.major_min) + " to " +
         std::to_string(requirements.major_max) + ", host minor " +
         std::to_string(requirements.host_minor_min) + " or later";
}

// The host speaks one major, the plugin a range.
Result<void> CheckMajor(const Requirements& requirements, uint32_t major,
                        const char* where) {
  if (major >= requirements.major_min && major <= requirements.major_max) return {};
  const char* reason = major < requirements.major_min ? "host_too_old" : "host_too_new";
  return Refuse(reason, "the host speaks llm.provider major " + std::to_string(major) +
                            " (" + where + "); " + OurRange(requirements));
}

bool Covers(const llmp_host* host, size_t end) {
  return host->struct_size >= end;
}

}  // namespace

Result<void> CheckHost(const Requirements& requirements, uint32_t major,
                       const llmp_host* host) {
  // First, since another major may have another llmp_host.
  if (Result<void> ok = CheckMajor(requirements, major, "argument of create"); !ok.ok()) {
    return ok;
  }
  if (host == nullptr) return Refuse("host_invalid", "llmp_host is null");
  if (!Covers(host, offsetof(llmp_host, name))) {
    return Invalid("struct_size is " + std::to_string(host->struct_size) +
                   ", too small for the version");
  }
  if (Result<void> ok = CheckMajor(requirements, host->abi_major, "llmp_host.abi_major");
      !ok.ok()) {
    return ok;
  }
  if (host->abi_minor < requirements.host_minor_min) {
    return Refuse("host_too_old", "the host speaks llm.provider " +
                                      std::to_string(host->abi_major) + "." +
                                      std::to_string(host->abi_minor) + "; " +
                                      OurRange(requirements));
  }
  if (!Covers(host, offsetof(llmp_host, ctx))) {
    return Invalid("struct_size is " + std::to_string(host->struct_size) +
                   ", too small for name and version");
  }
  if (host->name == nullptr) return Invalid("name is null");
  if (host->version == nullptr) return Invalid("version is null");
  return {};
}

}  // namespace xai
