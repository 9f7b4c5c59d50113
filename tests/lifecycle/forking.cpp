// A fork in the middle of answers.
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "lifecycle/scenarios.h"

namespace xai {
namespace {

constexpr int kStreams = 8;
constexpr int kDescriptorsMax = 1024;

// The exit code of the child.  It hangs no longer than the deadline.
int WaitFor(pid_t child) {
  int status = 0;
  if (!Await([&] { return waitpid(child, &status, WNOHANG) != 0; })) {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    Require(false, "the child hangs");
  }
  Require(WIFEXITED(status), "the child ended by signal " + std::to_string(status));
  return WEXITSTATUS(status);
}

// One that needs a provider makes its own, of which nobody else knows.
int UseOwn(const Arguments& arguments, const Library& library, const Client& client) {
  Client own(library.Create(arguments.config));
  own.RequireFine();
  own.provider()->destroy(own.provider());
  Require(client.provider()->queue_open(client.provider(), 0) == 0, "the old one works");
  return 0;
}

// The connections that a program of the child's would have: it counts its TCP sockets.
int CountInherited() {
  execl("/proc/self/exe", "lifecycle-host", "inherited", "", "",
        static_cast<char*>(nullptr));
  return 99;
}

}  // namespace

// MORE: what the child does.
int ForkLive(const Arguments& arguments) {
  const Library library(arguments.library);
  Client client(library.Create(arguments.config));
  const uint64_t gate = client.Complete("gate");
  HoldStreams(&client, kStreams);
  const std::string& what = arguments.more.at(0);
  (void)std::fflush(nullptr);
  const pid_t child = fork();
  Require(child >= 0, "fork() failed");
  if (child == 0) {
    if (what == "exit") std::exit(0);
    if (what == "destroy and exit") client.provider()->destroy(client.provider());
    if (what == "exec") _exit(CountInherited());
    if (what == "own") _exit(UseOwn(arguments, library, client));
    return 0;
  }
  Require(WaitFor(child) == 0, "the child found something wrong");
  // The parent's streams run on, and new ones begin.
  Require(client.Ask(client.provider()->complete, Prompt("open")).text == "fine", "open");
  const End& end = client.Finish(gate);
  Require(end.status == LLMP_OK && end.text == "begun, ended", end.document);
  client.provider()->destroy(client.provider());
  return 0;
}

// In the program that a child of ForkLive() becomes.
int Inherited(const Arguments&) {
  int connections = 0;
  for (int fd = 0; fd < kDescriptorsMax; ++fd) {
    sockaddr_storage peer = {};
    socklen_t size = sizeof peer;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
    if (peer.ss_family != AF_UNIX) ++connections;
  }
  return connections;
}

}  // namespace xai
