// Everything that belongs to the process and not to one provider.
#ifndef XAI_PLUGIN_RUNTIME_PROCESS_H_
#define XAI_PLUGIN_RUNTIME_PROCESS_H_

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"

namespace xai {

// Checks the libraries and the kernel, and initialises what needs it, once.  The error is
// kBackendUnavailable with a reason of design's closed list: dependency_too_old,
// dependency_init_failed or platform_unsupported.  [any thread]
Result<void> InitProcess();

// How many forks lie between this process and the one that loaded the library.  [any
// thread]
uint32_t ForkCount();

// HttpSettings::one_at_a_time of all providers.  [any thread]
void OneAtATime(const std::function<void()>& work);

// HttpSettings::unless_exiting of all providers.  At exit() OpenSSL takes down what
// libcurl works with, while our threads still run; exit() waits a moment for who is in.
// [any thread]
bool UnlessExiting(const std::function<void()>& work);

// True from then on.  [any thread]
bool IsExiting();

// Calls `on_exit` when exit() begins, on its thread, if that is while this lives.
class ExitWatch {
 public:
  // `on_exit` must not throw, nor make or destroy an ExitWatch.
  explicit ExitWatch(std::function<void()> on_exit);
  ~ExitWatch();
  ExitWatch(const ExitWatch&) = delete;
  ExitWatch& operator=(const ExitWatch&) = delete;

  static void TellAll();

 private:
  std::function<void()> on_exit_;
  ExitWatch* next_ = nullptr;
  ExitWatch* previous_ = nullptr;
};

// The libraries that were found, for `info`.
struct LibraryVersions {
  std::string libcurl;
  std::string tls;
  std::string libsodium;
};
LibraryVersions FoundVersions();

}  // namespace xai

#endif  // XAI_PLUGIN_RUNTIME_PROCESS_H_
