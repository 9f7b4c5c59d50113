#include "support/child_process.h"

#include <chrono>
#include <cstdlib>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/wait_for.h"

namespace xai {
namespace {

struct Pipe {
  int ends[2] = {-1, -1};
};

[[noreturn]] void BecomeChild(const ChildCommand& command, const Pipe& out,
                              const Pipe& err) {
  dup2(out.ends[1], STDOUT_FILENO);
  dup2(err.ends[1], STDERR_FILENO);
  for (const auto& [name, value] : command.environment) {
    if (value.empty()) {
      unsetenv(name.c_str());
    } else {
      setenv(name.c_str(), value.c_str(), 1);
    }
  }
  if (command.user != 0 && setresuid(command.user, command.user, command.user) != 0) {
    _exit(126);
  }
  std::vector<char*> argv;
  for (const std::string& argument : command.argv) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  _exit(127);
}

// Appends what is there; closes and forgets the descriptor at the end.
void Drain(int* fd, std::string* to) {
  char buffer[4096];
  const ssize_t got = read(*fd, buffer, sizeof buffer);
  if (got > 0) {
    to->append(buffer, static_cast<size_t>(got));
    return;
  }
  close(*fd);
  *fd = -1;
}

void Collect(int out, int err, ChildResult* result) {
  const auto end = std::chrono::steady_clock::now() + kTestDeadline;
  while (out >= 0 || err >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd fds[2] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
    if (left.count() <= 0 || poll(fds, 2, static_cast<int>(left.count())) == 0) {
      result->timed_out = true;
      break;
    }
    if (fds[0].revents != 0) Drain(&out, &result->out);
    if (fds[1].revents != 0) Drain(&err, &result->err);
  }
  if (out >= 0) close(out);
  if (err >= 0) close(err);
}

}  // namespace

ChildResult RunChild(const ChildCommand& command) {
  ChildResult result;
  Pipe out;
  Pipe err;
  if (pipe2(out.ends, O_CLOEXEC) != 0 || pipe2(err.ends, O_CLOEXEC) != 0) return result;
  const pid_t child = fork();
  if (child == 0) BecomeChild(command, out, err);
  close(out.ends[1]);
  close(err.ends[1]);
  if (child < 0) {
    close(out.ends[0]);
    close(err.ends[0]);
    return result;
  }
  Collect(out.ends[0], err.ends[0], &result);
  if (result.timed_out) kill(child, SIGKILL);
  int status = 0;
  if (waitpid(child, &status, 0) != child) return result;
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  return result;
}

}  // namespace xai
