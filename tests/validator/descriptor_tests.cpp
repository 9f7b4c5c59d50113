// LLMP-FD: queue_fd(), for hosts with a loop of their own.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "validator/catalog.h"
#include "validator/check.h"
#include "validator/process_snapshot.h"
#include "validator/upstream.h"

namespace validator {
namespace {

constexpr Call kAct = &llmp_provider::onboarding_action;

int FdOf(const Subject& subject, std::uint64_t queue) {
  const int fd = subject->queue_fd(subject.get(), queue);
  Require(fd >= 0, "queue_fd() has no descriptor on Linux");
  return fd;
}

bool Readable(int fd, std::chrono::milliseconds timeout) {
  pollfd waited = {fd, POLLIN, 0};
  return poll(&waited, 1, static_cast<int>(timeout.count())) == 1;
}

// As the contract tells a host to do it.
std::size_t Drain(const Subject& subject, std::uint64_t queue) {
  std::size_t ends = 0;
  for (;;) {
    const Events events = Take(subject.get(), queue, 0);
    if (events.empty()) return ends;
    for (const Event& event : events) ends += event.kind == LLMP_EV_END ? 1 : 0;
  }
}

void ReadableWhileThereIsSomething(World& world) {
  Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  const int fd = FdOf(subject, queue);
  Require(!Readable(fd, std::chrono::milliseconds(0)), "an empty queue is readable");
  for (int round = 0; round < 10; ++round) {
    subject.Begin(kAct, Action("status"), queue);
    std::size_t ends = 0;
    while (ends == 0) {
      Require(Readable(fd, kPatience),
              "an event comes and the descriptor does not say so");
      ends += Drain(subject, queue);
    }
    Require(ends == 1, "one request ends " + std::to_string(ends) + " times");
  }
  Require(!Readable(fd, std::chrono::milliseconds(0)),
          "the descriptor of a queue that was emptied stays readable");
  close(fd);
}

void ANewSocketEachTime(World& world) {
  const Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  const int one = FdOf(subject, queue);
  const int two = FdOf(subject, queue);
  Require(one != two, "queue_fd() gives the same descriptor twice");
  for (const int fd : {one, two}) {
    struct stat what = {};
    Require(fstat(fd, &what) == 0 && S_ISSOCK(what.st_mode),
            "the descriptor is no socket: Node refuses others");
    Require((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0,
            "the descriptor is not close-on-exec");
    close(fd);
  }
}

void TheHostMayReadIt(World& world) {
  Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  const int fd = FdOf(subject, queue);
  for (int round = 0; round < 50; ++round) {
    subject.Begin(kAct, Action("status"), queue);
    std::size_t ends = 0;
    while (ends == 0) {
      Require(Readable(fd, kPatience),
              "a host that reads the descriptor misses an event");
      char bytes[64];
      while (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0) {
      }
      ends += Drain(subject, queue);
    }
  }
  close(fd);
}

void TheHostMayCloseIt(World& world) {
  Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  for (int round = 0; round < 20; ++round) {
    close(FdOf(subject, queue));
    subject.Begin(kAct, Action("status"), queue);
    TakeUntilEnds(subject.get(), queue, 1);
  }
}

void ItOutlivesItsQueue(World& world) {
  Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  const int one = FdOf(subject, queue);
  subject->queue_close(subject.get(), queue);
  Require(fcntl(one, F_GETFD) >= 0, "queue_close() closes the host's descriptor");
  const std::uint64_t second = subject.OpenQueue();
  const int two = FdOf(subject, second);
  subject.Destroy();
  Require(fcntl(one, F_GETFD) >= 0 && fcntl(two, F_GETFD) >= 0,
          "destroy() closes the host's descriptors");
  close(one);
  close(two);
}

// What is open now and was not before.
void MustNotBeInherited(const std::map<int, std::string>& before) {
  for (const auto& [fd, what] : Fds()) {
    if (before.count(fd) != 0) continue;
    // libcurl, for one, has local pairs of its own that are not; they carry no data.
    if (what.rfind("socket:", 0) == 0 && !IsNetwork(fd)) continue;
    const int flags = fcntl(fd, F_GETFD);
    Require(flags < 0 || (flags & FD_CLOEXEC) != 0,
            "a descriptor is not close-on-exec: " + what);
  }
}

void NothingIsInherited(World& world) {
  const auto before = Fds();
  Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  const int mine = FdOf(subject, queue);
  subject.Begin(kAct, Action("status"), queue);
  TakeUntilEnds(subject.get(), queue, 1);
  MustNotBeInherited(before);
  close(mine);
}

void NoConnectionIsInherited(World& world) {
  const auto before = Fds();
  Subject subject(world);
  SignIn(world, &subject);
  const std::string model = SomeModel(&subject);
  Play(world, Says({"tick "}).set("repeat", 100000).set("pace_ms", 5));
  const std::uint64_t queue = subject.OpenQueue();
  subject.Begin(&llmp_provider::complete, Chat(model, "Hi"), queue);
  AwaitReadable(subject.get(), queue);
  MustNotBeInherited(before);
  subject->queue_close(subject.get(), queue);
  Play(world, llmp::Json::object().set("scene", "reset"));
}

}  // namespace

std::vector<Test> DescriptorTests() {
  return {
      {"LLMP-FD-001", "it is readable while its queue has events", Needs::kNothing,
       ReadableWhileThereIsSomething},
      {"LLMP-FD-002", "each is a new socket, close-on-exec", Needs::kNothing,
       ANewSocketEachTime},
      {"LLMP-FD-003", "the host may read it", Needs::kNothing, TheHostMayReadIt},
      {"LLMP-FD-004", "the host may close it", Needs::kNothing, TheHostMayCloseIt},
      {"LLMP-FD-005", "it outlives its queue and its provider", Needs::kNothing,
       ItOutlivesItsQueue},
      {"LLMP-FD-006", "what a provider opens is close-on-exec", Needs::kNothing,
       NothingIsInherited},
      {"LLMP-FD-007", "so are the connections of a request", Needs::kAccount,
       NoConnectionIsInherited},
  };
}

}  // namespace validator
