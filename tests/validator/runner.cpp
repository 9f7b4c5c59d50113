#include "validator/runner.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <fstream>
#include <sstream>

#include "validator/check.h"
#include "validator/files.h"
#include "validator/process.h"

namespace validator {
namespace {

// A provider has no business with more; a leak that runs away ends here.
constexpr std::uint64_t kMemoryBytesMax = 8ULL << 30;

constexpr std::array<const char*, 6> kNames = {"passed",  "warned",    "failed",
                                               "crashed", "timed out", "skipped"};

Result Perform(const Test& test, World& world) {
  try {
    test.run(world);
  } catch (const Failed& failed) {
    return {Outcome::kFailed, failed.detail};
  } catch (const Skipped& skipped) {
    return {Outcome::kSkipped, skipped.why};
  } catch (const std::exception& error) {
    return {Outcome::kFailed, error.what()};
  }
  if (world.warnings.empty()) return {Outcome::kPassed, ""};
  std::string all;
  for (const std::string& warning : world.warnings) {
    all += (all.empty() ? "" : "; ") + warning;
  }
  return {Outcome::kWarned, all};
}

// Those that a plugin has started and left, wherever they went.  False if there are none.
bool EndChildren() {
  if (waitpid(-1, nullptr, WNOHANG) < 0) return false;
  const std::string self = std::to_string(getpid());
  std::istringstream children(ReadFile("/proc/self/task/" + self + "/children"));
  for (pid_t child = 0; children >> child;) kill(child, SIGKILL);
  while (waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
  }
  return true;
}

Outcome ParseOutcome(const std::string& name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (name == kNames[i]) return static_cast<Outcome>(i);
  }
  return Outcome::kCrashed;
}

std::string OneLine(std::string text) {
  for (char& letter : text) {
    if (static_cast<unsigned char>(letter) < 0x20) letter = ' ';
  }
  return text;
}

std::string WithOutput(std::string detail, const Finished& finished) {
  if (!finished.output.empty()) detail += "; it printed: " + OneLine(finished.output);
  return detail;
}

}  // namespace

const char* OutcomeName(Outcome outcome) {
  return kNames[static_cast<std::size_t>(outcome)];
}

bool IsFault(Outcome outcome) {
  return outcome == Outcome::kFailed || outcome == Outcome::kCrashed ||
         outcome == Outcome::kTimedOut;
}

Result RunApart(const World& world, const std::string& id, const RunOptions& options) {
  const auto scratch = options.home / id;
  std::filesystem::remove_all(scratch);
  std::filesystem::create_directories(scratch);
  const auto report = scratch / "report.json";
  Command command;
  command.argv = {world.self};
  command.argv.insert(command.argv.end(), world.arguments.begin(), world.arguments.end());
  command.argv.insert(command.argv.end(), {"--run-one", id, "--scratch", scratch});
  command.environment = options.environment;
  command.environment.emplace_back("HOME", options.home);
  for (const char* name :
       {"XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "WORKSPACE_DIR"}) {
    command.environment.emplace_back(name, "");
  }
  command.timeout = options.timeout;
  command.memory_bytes = kMemoryBytesMax;
  command.output_file = scratch / "output";
  const Finished finished = Run(command);
  if (finished.timed_out) {
    return {Outcome::kTimedOut, WithOutput(Describe(finished), finished)};
  }
  const auto written = llmp::Json::parse(ReadFile(report));
  if (finished.exit_code != 0 || !written) {
    return {Outcome::kCrashed, WithOutput(Describe(finished), finished)};
  }
  return {ParseOutcome((*written)["outcome"].str()), (*written)["detail"].str()};
}

void RunHere(const Test& test, World& world, const std::filesystem::path& report) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  Result result = Perform(test, world);
  if (EndChildren() && result.outcome != Outcome::kFailed) {
    result = {Outcome::kFailed, "it leaves a process behind"};
  }
  std::ofstream(report) << llmp::Json::object()
                               .set("outcome", OutcomeName(result.outcome))
                               .set("detail", result.detail)
                               .dump();
}

}  // namespace validator
