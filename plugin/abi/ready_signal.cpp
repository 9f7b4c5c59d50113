#include "abi/ready_signal.h"

#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace xai {
namespace {

// Moves a descriptor away from 0, 1 and 2, which a process may have closed: whatever is
// written to "stderr" later must not land in our socket.
int AwayFromStandardStreams(int fd) {
  if (fd < 0 || fd > STDERR_FILENO) return fd;
  const int moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  close(fd);
  return moved;
}

}  // namespace

ReadySignal::~ReadySignal() {
  if (reader_ >= 0) close(reader_);
  if (writer_ >= 0) close(writer_);
}

int ReadySignal::Dup(bool ready) {
  if (reader_ < 0 && !Open()) return -1;
  if (ready) {
    // The byte of an earlier Raise() may have been read through another descriptor.
    Clear();
    Raise();
  }
  return fcntl(reader_, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

void ReadySignal::Raise() {
  if (writer_ < 0 || raised_) return;
  // It fails only if the host shut the connection down through its own descriptor.
  const char byte = 0;
  (void)send(writer_, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  raised_ = true;
}

void ReadySignal::Clear() {
  if (!raised_) return;
  // It fails if the host has read the byte: then there is nothing left to take.
  char byte;
  (void)recv(reader_, &byte, 1, MSG_DONTWAIT);
  raised_ = false;
}

bool ReadySignal::Open() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
    return false;
  }
  reader_ = AwayFromStandardStreams(ends[0]);
  writer_ = AwayFromStandardStreams(ends[1]);
  if (reader_ >= 0 && writer_ >= 0) return true;
  if (reader_ >= 0) close(std::exchange(reader_, -1));
  if (writer_ >= 0) close(std::exchange(writer_, -1));
  return false;
}

}  // namespace xai
