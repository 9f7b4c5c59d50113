// Hosts with odd surroundings: what they have set must stay as it is, and not matter.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "lifecycle/scenarios.h"

extern "C" char** environ;

namespace xai {
namespace {

constexpr int kRequests = 20;

// Everything of a process that a plugin could change, but has no business to.
std::string Describe() {
  std::string text = std::setlocale(LC_ALL, nullptr);
  for (char** variable = environ; *variable != nullptr; ++variable) {
    text += std::string("\n") + *variable;
  }
  char cwd[4096];
  text += std::string("\n") + (getcwd(cwd, sizeof cwd) == nullptr ? "no cwd" : cwd);
  const mode_t mask = umask(0);
  umask(mask);
  text += "\n" + std::to_string(mask);
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  for (int signal = 1; signal < SIGRTMIN; ++signal) {
    struct sigaction action = {};
    if (sigaction(signal, nullptr, &action) != 0) continue;
    // The C library has a flag of its own in what was set by sigaction().
    constexpr int kFlags =
        SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER;
    text += "\n" + std::to_string(reinterpret_cast<uintptr_t>(action.sa_handler)) + " " +
            std::to_string(action.sa_flags & kFlags) + " " +
            std::to_string(sigismember(&blocked, signal));
  }
  return text;
}

void Live(const Arguments& arguments) {
  Library library(arguments.library);
  llmp_provider* provider = library.Create(arguments.config);
  {
    Client client(provider);
    const End& status = client.Ask(provider->onboarding_action, kStatus);
    Require(status.document.find("\"connected\":true") != std::string::npos,
            status.document);
    const End& end = client.Ask(
        provider->complete, R"({"model":"grok-4.3","max_retries":0,"temperature":0.25,)"
                            R"("messages":[{"role":"user","content":"fine"}]})");
    Require(end.status == LLMP_OK && end.text == "fine", end.document);
    Require(client.Ask(provider->onboarding_action, kRefresh).status == LLMP_OK,
            "no renewal");
  }
  provider->destroy(provider);
  library.Close();
}

}  // namespace

// MORE: what is odd, and for `descriptors` the file that tells of the end.
int Surroundings(const Arguments& arguments) {
  const std::string& what = arguments.more.at(0);
  if (what == "locale") {
    Require(std::setlocale(LC_ALL, "") != nullptr, "there is no such locale");
    Require(std::strcmp(localeconv()->decimal_point, ",") == 0, "it has no comma");
  }
  if (what == "cwd") {
    char folder[] = "/tmp/xai-gone-XXXXXX";
    Require(mkdtemp(folder) != nullptr && chdir(folder) == 0 && rmdir(folder) == 0,
            "no folder");
  }
  if (what == "descriptors") {
    for (int fd = 0; fd < 3; ++fd) (void)close(fd);
  }
  const std::string before = Describe();
  Live(arguments);
  Require(Describe() == before,
          "something has changed:\n" + before + "\n\n" + Describe());
  if (what != "descriptors") return 0;
  // Nothing of the plugin is left there either: the lowest is free again.
  const int fd = open(arguments.more.at(1).c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
  return fd == 0 && write(fd, "fine", 4) == 4 ? 0 : 4;
}

namespace {

std::atomic<int> g_alarms{0};
std::atomic<int> g_children{0};
std::atomic<int> g_elsewhere{0};
pthread_t g_main;

void OnSignal(int signal) {
  ++(signal == SIGALRM ? g_alarms : g_children);
  if (pthread_equal(pthread_self(), g_main) == 0) ++g_elsewhere;
}

// Not restarted: whatever does not expect EINTR fails.
void Handle(int signal) {
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  sigemptyset(&action.sa_mask);
  Require(sigaction(signal, &action, nullptr) == 0, "sigaction() failed");
}

void BearChildren(int count) {
  for (int i = 0; i < count; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    Require(child > 0, "fork() failed");
  }
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
  }
}

}  // namespace

// A thousand alarms a second, and children that end, while the other side also resets.
int Signals(const Arguments& arguments) {
  g_main = pthread_self();
  Handle(SIGALRM);
  Handle(SIGCHLD);
  const itimerval each_ms = {{0, 1000}, {0, 1000}};
  Require(setitimer(ITIMER_REAL, &each_ms, nullptr) == 0, "no timer");
  const std::string before = Describe();
  const Library library(arguments.library);
  Client client(library.Create(arguments.config));
  const std::string large(1 << 20, 'x');
  for (int i = 0; i < kRequests; ++i) {
    BearChildren(10);
    client.RequireFine();
    // SIGPIPE would end the process: it is as it was.
    const End& reset = client.Ask(client.provider()->complete, Prompt("reset " + large));
    Require(reset.status == LLMP_E_NETWORK, reset.document);
  }
  client.provider()->destroy(client.provider());
  Require(Describe() == before,
          "something has changed:\n" + before + "\n\n" + Describe());
  const itimerval never = {};
  (void)setitimer(ITIMER_REAL, &never, nullptr);
  while (waitpid(-1, nullptr, 0) > 0) {
  }
  std::printf("{\"alarms\":%d,\"children\":%d,\"elsewhere\":%d}\n", g_alarms.load(),
              g_children.load(), g_elsewhere.load());
  return 0;
}

}  // namespace xai
