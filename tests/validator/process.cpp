#include "validator/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace validator {
namespace {

constexpr std::size_t kOutputBytesMax = 4096;
constexpr int kExecFailed = 127;

// The signal that is to end us, for whoever waits.
volatile std::sig_atomic_t g_interrupted = 0;

// What execve() wants, made before fork(): the child may not allocate.
class Strings {
 public:
  explicit Strings(std::vector<std::string> texts) : texts_(std::move(texts)) {
    for (std::string& text : texts_) pointers_.push_back(text.data());
    pointers_.push_back(nullptr);
  }
  char* const* get() const { return pointers_.data(); }

 private:
  std::vector<std::string> texts_;
  std::vector<char*> pointers_;
};

std::vector<std::string> Environment(const Command& command) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) all.emplace_back(*entry);
  for (const auto& [name, value] : command.environment) {
    const auto same = [&, prefix = name + "="](const std::string& entry) {
      return entry.starts_with(prefix);
    };
    all.erase(std::remove_if(all.begin(), all.end(), same), all.end());
    if (!value.empty()) all.push_back(name + "=" + value);
  }
  return all;
}

// In the child.
[[noreturn]] void Become(const Command& command, const Strings& argv,
                         const Strings& environment, int input, int output) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // a probe dies with the test that started it
  signal(SIGPIPE, SIG_DFL);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  if (command.memory_bytes != 0) {
    const rlimit limit = {command.memory_bytes, command.memory_bytes};
    setrlimit(RLIMIT_AS, &limit);
  }
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  execve(argv.get()[0], argv.get(), environment.get());
  _exit(kExecFailed);
}

// False at the deadline.
bool WaitFor(pid_t child, std::chrono::milliseconds timeout) {
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  if (pidfd < 0) throw std::system_error(errno, std::generic_category(), "pidfd_open");
  pollfd waited = {pidfd, POLLIN, 0};
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  int ready = 0;
  do {
    if (g_interrupted != 0) break;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    ready = poll(&waited, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  } while (ready < 0 && errno == EINTR);
  close(pidfd);
  return ready > 0 || g_interrupted != 0;
}

std::string Beginning(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(kOutputBytesMax, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

}  // namespace

void CatchSignals() {
  struct sigaction action = {};
  action.sa_handler = [](int number) { g_interrupted = number; };
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaction(number, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);  // the report then says that it could not be written
}

Finished Run(const Command& command) {
  const Strings argv(command.argv);
  const Strings environment(Environment(command));
  const int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int output =
      open(command.output_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (input < 0 || output < 0) {
    throw std::system_error(errno, std::generic_category(), command.output_file);
  }
  const pid_t child = fork();
  if (child == 0) Become(command, argv, environment, input, output);
  close(input);
  close(output);
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  setpgid(child, child);  // whoever comes first

  Finished finished;
  finished.timed_out = !WaitFor(child, command.timeout);
  kill(-child, SIGKILL);  // at the deadline the child, and always what it left behind
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) finished.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) finished.signal = WTERMSIG(status);
  finished.output = Beginning(command.output_file);
  if (g_interrupted != 0) throw Interrupted{g_interrupted};
  return finished;
}

std::string Describe(const Finished& finished) {
  if (finished.timed_out) return "did not end in time";
  if (finished.signal == 0) return "exit code " + std::to_string(finished.exit_code);
  return "ended by signal " + std::to_string(finished.signal) + " (" +
         strsignal(finished.signal) + ")";
}

}  // namespace validator
