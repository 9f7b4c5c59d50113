#include "validator/process_snapshot.h"

#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace validator {
namespace {

namespace fs = std::filesystem;

void AddSignals(Snapshot* all) {
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action = {};
    if (sigaction(signal, nullptr, &action) != 0) continue;
    const auto handler = reinterpret_cast<std::uintptr_t>(action.sa_handler);
    constexpr int kRestorer = 0x04000000;  // set by whoever puts an old handler back
    const std::string name = "signal " + std::to_string(signal);
    (*all)["handler of " + name] =
        std::to_string(handler) + "/" + std::to_string(action.sa_flags & ~kRestorer);
    (*all)["mask of " + name] = std::to_string(sigismember(&blocked, signal));
  }
}

void AddLimits(Snapshot* all) {
  for (int resource = 0; resource < RLIMIT_NLIMITS; ++resource) {
    rlimit limit = {};
    getrlimit(static_cast<__rlimit_resource>(resource), &limit);
    (*all)["limit " + std::to_string(resource)] =
        std::to_string(limit.rlim_cur) + "/" + std::to_string(limit.rlim_max);
  }
  itimerval timer = {};
  getitimer(ITIMER_REAL, &timer);
  (*all)["the interval timer"] = std::to_string(timer.it_interval.tv_usec);
}

}  // namespace

Snapshot TakeSnapshot() {
  Snapshot all;
  AddSignals(&all);
  AddLimits(&all);
  const mode_t mask = umask(0);
  umask(mask);
  for (const char* fd : {"0", "1", "2"}) {
    std::error_code gone;
    all[std::string("descriptor ") + fd] =
        fs::read_symlink(std::string("/proc/self/fd/") + fd, gone);
  }
  all["umask"] = std::to_string(mask);
  all["the working directory"] = fs::current_path();
  all["the locale"] = setlocale(LC_ALL, nullptr);
  std::string environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    environment += std::string(*entry) + "\n";
  }
  all["the environment"] = environment;
  return all;
}

std::string Difference(const Snapshot& before, const Snapshot& after) {
  std::string changed;
  for (const auto& [name, value] : after) {
    const auto it = before.find(name);
    if (it != before.end() && it->second == value) continue;
    changed += (changed.empty() ? "" : ", ") + name;
  }
  return changed;
}

std::set<int> Threads() {
  std::set<int> ids;
  for (const auto& entry : fs::directory_iterator("/proc/self/task")) {
    ids.insert(std::stoi(entry.path().filename()));
  }
  return ids;
}

std::map<int, std::string> Fds() {
  std::map<int, std::string> all;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the one that reads this directory
    const auto target = fs::read_symlink(entry.path(), gone);
    if (!gone && target.string().find("/proc/") != 0) {
      all[std::stoi(entry.path().filename())] = target;
    }
  }
  return all;
}

bool IsNetwork(int fd) {
  int domain = AF_UNIX;
  socklen_t size = sizeof domain;
  return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain != AF_UNIX;
}

std::size_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace validator
