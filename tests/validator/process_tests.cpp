// LLMP-PROCESS: fork, exit, unloading, and what is left behind.
#include <dlfcn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "validator/catalog.h"
#include "validator/check.h"
#include "validator/process.h"
#include "validator/process_snapshot.h"
#include "validator/runner.h"
#include "validator/subject.h"

namespace validator {
namespace {

constexpr Call kAct = &llmp_provider::onboarding_action;

// In the child: what is wrong, as an exit code.
int WrongInChild(llmp_provider* p, std::uint64_t queue) {
  llmp_event event;
  if (p->list_models(p, queue, 71, "{}", 2) != LLMP_E_FORKED) return 1;
  if (p->complete(p, queue, 72, "{}", 2) != LLMP_E_FORKED) return 2;
  if (p->onboarding_action(p, queue, 73, "{}", 2) != LLMP_E_FORKED) return 3;
  if (p->queue_wait(p, queue, 0, &event, 1) != LLMP_E_FORKED) return 4;
  if (p->queue_open(p, 0) != 0) return 5;
  if (p->queue_fd(p, queue) != -1) return 6;
  p->queue_wake(p, queue);
  p->cancel(p, 1);
  p->queue_close(p, queue);
  p->destroy(p);
  return 0;
}

const char* const kWrong[] = {"",
                              "list_models is not LLMP_E_FORKED",
                              "complete is not LLMP_E_FORKED",
                              "onboarding_action is not LLMP_E_FORKED",
                              "queue_wait is not LLMP_E_FORKED",
                              "queue_open is not 0",
                              "queue_fd is not -1"};

// The child is ended by an alarm if a call hangs.
int ChildExit(llmp_provider* p, std::uint64_t queue) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(static_cast<unsigned>(kPatience.count()));
    _exit(WrongInChild(p, queue));
  }
  int status = 0;
  waitpid(child, &status, 0);
  Require(WIFEXITED(status), "a call in a forked child crashes or hangs");
  return WEXITSTATUS(status);
}

void AForkedChildIsRefused(World& world) {
  Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  subject.Ask(kAct, Action("status"));
  const int wrong = ChildExit(subject.get(), queue);
  Require(wrong == 0, std::string("in a forked child ") + kWrong[wrong % 7]);
}

void TheParentGoesOn(World& world) {
  Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  for (int round = 0; round < 10; ++round) {
    subject.Begin(kAct, Action("status"), queue);
    ChildExit(subject.get(), queue);
    TakeUntilEnds(subject.get(), queue, 1);
    subject.Ask(kAct, Action("status"));
  }
}

constexpr int kExitCode = 7;
constexpr const char* kLeaves = "probe.leaves";
constexpr const char* kPoor = "probe.poor";

void Leaves(World& world) {
  static const Library library(world);
  static Subject* subject =
      new Subject(library, world.config.dump(), &PlainHost());  // never destroyed
  const std::uint64_t queue = subject->OpenQueue();
  for (int i = 0; i < 20; ++i) subject->Begin(kAct, Action("status"), queue);
  subject->Begin(&llmp_provider::list_models, llmp::Json::object(), queue);
  exit(kExitCode);
}

void ExitWithoutDestroy(World& world) {
  RunOptions options;
  options.home = world.scratch;
  for (int round = 0; round < 5; ++round) {
    const Result result = RunApart(world, kLeaves, options);
    Require(result.detail == "exit code " + std::to_string(kExitCode),
            "exit() with requests under way: " + result.detail);
  }
}

void UnloadedAndLoadedAgain(World& world) {
  for (int round = 0; round < 20; ++round) {
    Library library(world);
    {
      Subject subject(library, world.config.dump(), &PlainHost());
      subject.Ask(kAct, Action("status"));
    }
    library.Close();
  }
}

void DescriptorsAreGivenBack(World& world) {
  const Library library(world);
  const auto round = [&] {
    Subject subject(library, world.config.dump(), &PlainHost());
    const std::uint64_t queue = subject.OpenQueue();
    close(subject->queue_fd(subject.get(), queue));
    subject.Ask(kAct, Action("status"));
  };
  round();
  const std::size_t fds = Fds().size();
  const std::size_t threads = Threads().size();
  for (int i = 0; i < 50; ++i) round();
  Require(Fds().size() <= fds,
          "fifty providers leave " + std::to_string(Fds().size() - fds) + " descriptors");
  Require(Threads().size() <= threads, "fifty providers leave threads behind");
}

void MemoryIsGivenBack(World& world) {
  constexpr int kRounds = 1000;
  constexpr std::size_t kSlack = 4U << 20;
  const Library library(world);
  const auto round = [&] {
    Subject subject(library, world.config.dump(), &PlainHost());
    subject.Ask(kAct, Action("status"));
  };
  for (int i = 0; i < 100; ++i) round();
  const std::size_t before = ResidentBytes();
  for (int i = 0; i < kRounds; ++i) round();
  const std::size_t after = ResidentBytes();
  Require(after < before + kSlack, "a thousand providers leave " +
                                       std::to_string((after - before) >> 10) + " KiB");
}

// With little address space left: null, or a provider that answers.
void Poor(World& world) {
  const Library library(world);
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0;
  statm >> pages;
  const std::size_t room = std::stoul(getenv("LLMP_VALIDATOR_ROOM_MIB"));
  const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const rlim_t bytes = pages * page + (room << 20);
  const rlimit limit = {bytes, bytes};
  setrlimit(RLIMIT_AS, &limit);
  const std::string config = world.config.dump();
  llmp_provider* p =
      library.entry().create(LLMP_ABI_MAJOR, &PlainHost(), config.data(), config.size());
  if (p == nullptr) return;
  const std::uint64_t queue = p->queue_open(p, 0);
  const std::string json = R"({"action":"status"})";
  if (queue != 0) {
    const std::int32_t taken =
        p->onboarding_action(p, queue, 1, json.data(), json.size());
    if (taken == LLMP_OK) TakeUntilEnds(p, queue, 1);
    p->queue_close(p, queue);
  }
  p->destroy(p);
}

void LittleMemory(World& world) {
  for (const int room_mib : {0, 1, 2, 4, 8, 16, 32, 64, 128, 256}) {
    RunOptions options;
    options.home = world.scratch;
    options.environment = {{"LLMP_VALIDATOR_ROOM_MIB", std::to_string(room_mib)}};
    const Result result = RunApart(world, kPoor, options);
    Require(result.outcome == Outcome::kPassed,
            "with " + std::to_string(room_mib) + " MiB of address space left it " +
                OutcomeName(result.outcome) + ": " + result.detail);
  }
}

}  // namespace

std::vector<Test> ProcessTests() {
  return {
      {"LLMP-PROCESS-001", "in a forked child every call is refused", Needs::kNothing,
       AForkedChildIsRefused},
      {"LLMP-PROCESS-002", "a fork does not harm the parent", Needs::kNothing,
       TheParentGoesOn},
      {"LLMP-PROCESS-003", "exit() without destroy() keeps its exit code",
       Needs::kNothing, ExitWithoutDestroy},
      {"LLMP-PROCESS-004", "destroyed, unloaded, and loaded again", Needs::kNothing,
       UnloadedAndLoadedAgain},
      {"LLMP-PROCESS-005", "descriptors and threads are given back", Needs::kNothing,
       DescriptorsAreGivenBack},
      {"LLMP-PROCESS-006", "memory is given back", Needs::kNothing, MemoryIsGivenBack},
      {"LLMP-PROCESS-007", "with little memory it fails, and does not crash",
       Needs::kNothing, LittleMemory},
  };
}

std::vector<Test> ProcessProbes() {
  return {{kLeaves, "", Needs::kNothing, Leaves}, {kPoor, "", Needs::kNothing, Poor}};
}

}  // namespace validator
