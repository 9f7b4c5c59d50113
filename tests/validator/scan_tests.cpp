// LLMP-SCAN: what a host meets when it looks for providers.
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "llm_provider/loader.hpp"
#include "validator/catalog.h"
#include "validator/check.h"
#include "validator/files.h"
#include "validator/process_snapshot.h"
#include "validator/subject.h"

namespace validator {
namespace {

// Processor time, so that a busy machine is not the plugin's fault; but one that sleeps
// is.
constexpr double kLoadCpuMs = 100;
constexpr double kCreateCpuMs = 500;
constexpr std::chrono::seconds kWallMax{5};

double CpuMs() {
  timespec now = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

void ItLives(World& world) {
  Subject subject(world);
}

void ManifestIsReadable(World& world) {
  ReadManifest(world);
}

void ManifestsAgree(World& world) {
  const llmp::Json manifest = ReadManifest(world);
  const Library library(world);
  const std::string difference =
      llmp::detail::manifest_difference(manifest, library.entry());
  Require(difference.empty(), "the manifest and the library disagree: " + difference);
}

void LoadingIsCheap(World& world) {
  const auto clock = std::chrono::steady_clock::now();
  const double begun = CpuMs();
  const Library library(world);
  const double loaded = CpuMs();
  const Subject subject(library, world.config.dump(), &PlainHost());
  const double created = CpuMs();
  const auto say = [](double ms) { return std::to_string(static_cast<int>(ms)) + " ms"; };
  if (loaded - begun > kLoadCpuMs) {
    world.warnings.push_back("loading takes " + say(loaded - begun) +
                             " of processor time");
  }
  if (std::chrono::steady_clock::now() - clock > kWallMax) {
    world.warnings.push_back("loading and create() take longer than 5 s");
  }
  if (created - loaded > kCreateCpuMs) {
    world.warnings.push_back("create() takes " + say(created - loaded) +
                             " of processor time");
  }
}

void LoadsTwice(World& world) {
  const Library first(world);
  const Library second(world);
  Require(&first.entry() == &second.entry(),
          "loaded twice, the library has two different entries");
  const std::string config = world.config.dump();
  Subject one(first, config, &PlainHost());
  Subject two(second, config, &PlainHost());
  Require(one.get() != two.get(), "create() returns the same provider twice");
  one.Destroy();
  two.Ask(&llmp_provider::onboarding_action, Action("status"));
}

void StartsNothingBeforeTheFirstRequest(World& world) {
  const auto threads = Threads();
  const auto fds = Fds();
  const Subject subject(world);
  Require(Threads() == threads, "create() starts a thread");
  for (const auto& [fd, what] : Fds()) {
    const bool is_new = fds.count(fd) == 0;
    Require(!is_new || !IsNetwork(fd), "create() opens a connection: " + what);
  }
}

// Everything short of the network that a host does with a provider.
void GoThroughALife(const World& world) {
  const Library library(world);
  Subject subject(library, world.config.dump(), &PlainHost());
  subject.Ask(&llmp_provider::onboarding_action, Action("status"));
  subject.Ask(&llmp_provider::onboarding_action, Action("no such action"));
  subject.Ask(&llmp_provider::list_models, llmp::Json::object());
  subject.Ask(&llmp_provider::complete, Chat("m", "Hi"));
  subject.Destroy();
  llmp_provider* useless = library.entry().create(LLMP_ABI_MAJOR, nullptr, "{}", 2);
  if (useless != nullptr) useless->destroy(useless);
}

void PrintsNothing(World& world) {
  const auto file = world.scratch / "printed";
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const int out = dup(STDOUT_FILENO);
  const int err = dup(STDERR_FILENO);
  dup2(fd, STDOUT_FILENO);
  dup2(fd, STDERR_FILENO);
  GoThroughALife(world);
  fflush(nullptr);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  const std::string printed = ReadFile(file);
  Require(printed.empty(), "it writes to stdout or stderr: " + printed.substr(0, 200));
}

void ChangesNothingOfTheProcess(World& world) {
  const Snapshot before = TakeSnapshot();
  GoThroughALife(world);
  const std::string changed = Difference(before, TakeSnapshot());
  Require(changed.empty(), "it changes " + changed);
}

}  // namespace

std::vector<Test> ScanTests() {
  return {
      {"LLMP-SCAN-008", "it loads, create() returns a provider, destroy() ends it",
       Needs::kNothing, ItLives},
      {"LLMP-SCAN-001", "the manifest says what a loader needs, without loading",
       Needs::kNothing, ManifestIsReadable},
      {"LLMP-SCAN-002", "the manifest beside the library is the one built into it",
       Needs::kNothing, ManifestsAgree},
      {"LLMP-SCAN-003", "loading and create() cost little", Needs::kNothing,
       LoadingIsCheap},
      {"LLMP-SCAN-004", "it can be loaded twice, and create() called twice",
       Needs::kNothing, LoadsTwice},
      {"LLMP-SCAN-005", "no thread and no connection before the first request",
       Needs::kNothing, StartsNothingBeforeTheFirstRequest},
      {"LLMP-SCAN-006", "it writes nothing to stdout and stderr", Needs::kNothing,
       PrintsNothing},
      {"LLMP-SCAN-007",
       "signals, limits, umask, directory, locale and environment stay as they are",
       Needs::kNothing, ChangesNothingOfTheProcess},
  };
}

}  // namespace validator
