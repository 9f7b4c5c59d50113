#include "runtime/process.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <ctime>
#include <mutex>
#include <utility>

#include "base/io_error.h"
#include "base/random.h"
#include "base/unique_fd.h"
#include "runtime/thread.h"

namespace xai {
namespace {

constexpr unsigned kCurlVersionMin = 0x075800;  // 7.88.0
// The only mutable state of the process; trivially destructible, so that it is there to
// the very end.
std::mutex g_mutex;
bool g_ready = false;  // guarded by g_mutex
std::mutex g_one_at_a_time;
std::atomic<uint32_t> g_fork_count{0};
std::atomic<bool> g_exiting{false};
std::atomic<int> g_using_libcurl{0};
std::mutex g_watches_mutex;
ExitWatch* g_watches = nullptr;  // guarded by g_watches_mutex
// What is done in one go takes milliseconds; a host's callback may take any time.
constexpr int kExitWaitMs = 250;

Error Unavailable(std::string reason, std::string detail) {
  return Error::Make(ErrorCode::kBackendUnavailable, std::move(detail),
                     std::move(reason));
}

Error KernelRefuses(const char* call, int error_number) {
  return Unavailable("platform_unsupported", std::string(call) + ": " +
                                                 ErrnoText(error_number) + " (errno " +
                                                 std::to_string(error_number) + ")");
}

Result<void> CheckKernel() {
  uint8_t byte = 0;
  if (getrandom(&byte, 1, 0) != 1) return KernelRefuses("getrandom", errno);
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    return KernelRefuses("socketpair", errno);
  }
  close(pair[0]);
  close(pair[1]);
  Thread thread;
  if (!thread.Start("xai-grok-probe", [] {}))
    return KernelRefuses("pthread_create", EAGAIN);
  thread.Join();
  return {};
}

Result<void> CheckLibraries() {
  const curl_version_info_data* curl = curl_version_info(CURLVERSION_NOW);
  if (curl->version_num < kCurlVersionMin) {
    return Unavailable("dependency_too_old", std::string("libcurl ") + curl->version +
                                                 " was found, 7.88.0 or newer is needed");
  }
  if ((curl->features & CURL_VERSION_SSL) == 0) {
    return Unavailable("dependency_too_old", "this libcurl has no TLS");
  }
  if ((curl->features & CURL_VERSION_THREADSAFE) == 0) {
    return Unavailable("dependency_too_old", "this libcurl has no thread-safe start");
  }
  if (!IsSodiumNewEnough()) {
    return Unavailable("dependency_too_old", std::string("libsodium ") + SodiumVersion() +
                                                 " was found, 1.0.18 or newer is needed");
  }
  return {};
}

// libcurl's resolver threads may outlive a provider, and run libcurl's code.
void PinCurl() {
  void* pinned = dlopen("libcurl.so.4", RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
  if (pinned != nullptr) dlclose(pinned);
}

void OnForkInChild() {
  g_fork_count.fetch_add(1, std::memory_order_relaxed);
  // Whoever was in, and whoever watched, is in another process.
  g_using_libcurl.store(0);
  g_watches = nullptr;
}

void LetNobodyIn() {
  g_exiting.store(true);
  ExitWatch::TellAll();
  constexpr timespec kPause = {0, 100'000};
  for (int left = kExitWaitMs * 10; left > 0 && g_using_libcurl.load() > 0; --left) {
    nanosleep(&kPause, nullptr);
  }
}

// Destroyed at exit() before what was there first; and when the library is unloaded: then
// nobody is left.
struct ExitGuard {
  ~ExitGuard() { LetNobodyIn(); }
};

}  // namespace

Result<void> InitProcess() {
  const std::lock_guard<std::mutex> lock(g_mutex);
  if (g_ready) return {};
  Result<void> checked = CheckLibraries();
  if (checked.ok()) checked = CheckKernel();
  if (!checked.ok()) return checked;
  // Never undone: the host may use libcurl too, and its count is not ours to lower.
  const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) {
    return Unavailable("dependency_init_failed",
                       std::string("libcurl did not start: ") + curl_easy_strerror(code));
  }
  if (!StartSodium()) {
    return Unavailable("dependency_init_failed", "libsodium did not start");
  }
  PinCurl();
  if (pthread_atfork(nullptr, nullptr, &OnForkInChild) != 0) {
    return KernelRefuses("pthread_atfork", ENOMEM);
  }
  // libcurl has started OpenSSL, so this comes after it.
  [[maybe_unused]] static const ExitGuard guard;
  g_ready = true;
  return {};
}

uint32_t ForkCount() {
  return g_fork_count.load(std::memory_order_relaxed);
}

bool IsExiting() {
  return g_exiting.load();
}

ExitWatch::ExitWatch(std::function<void()> on_exit) : on_exit_(std::move(on_exit)) {
  const std::lock_guard<std::mutex> lock(g_watches_mutex);
  next_ = g_watches;
  if (next_ != nullptr) next_->previous_ = this;
  g_watches = this;
}

ExitWatch::~ExitWatch() {
  const std::lock_guard<std::mutex> lock(g_watches_mutex);
  if (next_ != nullptr) next_->previous_ = previous_;
  if (previous_ != nullptr) {
    previous_->next_ = next_;
  } else if (g_watches == this) {
    g_watches = next_;
  }
}

void ExitWatch::TellAll() {
  // exit() must not wait for whoever had it when this process was forked.
  const std::unique_lock<std::mutex> lock(g_watches_mutex, std::try_to_lock);
  if (!lock.owns_lock()) return;
  for (const ExitWatch* watch = g_watches; watch != nullptr; watch = watch->next_) {
    watch->on_exit_();
  }
}

void OneAtATime(const std::function<void()>& work) {
  const std::lock_guard<std::mutex> lock(g_one_at_a_time);
  work();
}

bool UnlessExiting(const std::function<void()>& work) {
  struct Inside {
    Inside() { g_using_libcurl.fetch_add(1); }
    ~Inside() { g_using_libcurl.fetch_sub(1); }
  };
  const Inside inside;
  if (g_exiting.load()) return false;
  work();
  return true;
}

LibraryVersions FoundVersions() {
  const curl_version_info_data* curl = curl_version_info(CURLVERSION_NOW);
  LibraryVersions versions;
  versions.libcurl = curl->version;
  versions.tls = curl->ssl_version != nullptr ? curl->ssl_version : "";
  versions.libsodium = SodiumVersion();
  return versions;
}

}  // namespace xai
