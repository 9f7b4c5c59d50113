#include "interrupts.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "exit_code.h"

namespace sample_host {
namespace {

// A signal handler has no other way to reach them.
volatile std::sig_atomic_t presses = 0;
volatile std::sig_atomic_t allowed = 0;  // Presses that do not end the program.
int press_pipe[2] = {-1, -1};            // Readable once Ctrl-C was pressed in a scope.

void OnInterrupt(int) {
  const int saved = errno;
  presses = presses + 1;
  if (presses > allowed) {
    // Colours may be on.  If the terminal is gone there is nobody to tell.
    static constexpr char kReset[] = "\x1b[0m\n";
    if (::isatty(STDOUT_FILENO) != 0) {
      (void)!::write(STDOUT_FILENO, kReset, sizeof kReset - 1);
    }
    ::_exit(kCancelled);
  }
  (void)!::write(press_pipe[1], "!", 1);  // A full pipe is readable already.
  errno = saved;
}

void ForgetPresses() {
  char bytes[16];
  while (::read(press_pipe[0], bytes, sizeof bytes) > 0) {
  }
  presses = 0;
}

}  // namespace

void HandleInterrupts() {
  if (::pipe2(press_pipe, O_CLOEXEC | O_NONBLOCK) != 0) return;  // Ctrl-C kills, as ever.
  struct sigaction action = {};
  action.sa_handler = OnInterrupt;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
}

InterruptScope::InterruptScope(Kind kind) {
  ForgetPresses();
  // At a prompt nobody is kept from pressing it again and again.
  allowed = kind == Kind::kRequest ? 1 : SIG_ATOMIC_MAX;
}

InterruptScope::~InterruptScope() {
  allowed = 0;
  ForgetPresses();
}

bool InterruptScope::Interrupted() const {
  return presses > 0;
}

bool WaitForInput() {
  while (presses == 0) {
    pollfd entries[2] = {{STDIN_FILENO, POLLIN, 0}, {press_pipe[0], POLLIN, 0}};
    if (::poll(entries, 2, -1) < 0 && errno != EINTR) break;  // The read will say why.
    if (presses == 0 && entries[0].revents != 0) return true;
  }
  return presses == 0;
}

}  // namespace sample_host
