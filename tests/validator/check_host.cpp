#include "validator/check_host.h"

#include <fstream>
#include <sstream>

#include "validator/files.h"
#include "validator/misbehaving.h"
#include "validator/process.h"

namespace validator {
namespace {

namespace fs = std::filesystem;

constexpr int kSignalled = 128;

fs::path MisbehavingPlugin() {
  const fs::path self = fs::read_symlink("/proc/self/exe");
  return self.parent_path().parent_path() / "lib" / "provider-validator" /
         "validator_misbehaving.so";
}

// What the plugin has written down in all folders about one rule.
std::string Violations(const fs::path& root, const std::string& id) {
  for (const auto& folder : fs::directory_iterator(root)) {
    std::istringstream lines(ReadFile(folder.path() / "violations"));
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind(id + " ", 0) == 0) return line.substr(id.size() + 1);
    }
  }
  return "";
}

// The folder of a plugin that conducts itself so.
void MakeFolder(const fs::path& folder, const std::string& conduct) {
  fs::create_directories(folder);
  std::ofstream(folder / "conduct") << conduct;
  std::ofstream(folder / "manifest.json") << kMisbehavingManifest;
  fs::create_symlink(MisbehavingPlugin(), folder / "misbehaving.so");
}

Result Check(const std::string& program, const HostRule& rule, const fs::path& folder,
             std::chrono::milliseconds timeout) {
  MakeFolder(folder, rule.conduct);
  Command command;
  command.argv = {fs::absolute(program), folder};
  command.timeout = timeout;
  command.output_file = folder / "output";
  const Finished finished = Run(command);
  if (finished.timed_out) return {Outcome::kTimedOut, Describe(finished)};
  // A shell in between makes an exit code of the signal.
  if (finished.signal != 0 || finished.exit_code >= kSignalled) {
    return {Outcome::kCrashed, Describe(finished)};
  }
  if (!fs::exists(folder / "loaded")) {
    return {Outcome::kFailed, "it did not load the plugin in " + folder.string() + ": " +
                                  Describe(finished) + " " + finished.output};
  }
  const bool answered = std::string(rule.conduct).rfind("answers", 0) == 0;
  if (answered && finished.output.find(kMisbehavingAnswer) == std::string::npos) {
    return {Outcome::kFailed, "it does not print the answer: " + finished.output};
  }
  return {Outcome::kPassed, ""};
}

// Of a rule that is looked at in every run.
Result Along(const fs::path& root, const std::string& id) {
  bool loaded = false;
  for (const auto& folder : fs::directory_iterator(root)) {
    loaded |= fs::exists(folder.path() / "loaded");
  }
  if (!loaded) return {Outcome::kSkipped, "it has not loaded the plugin"};
  const std::string violation = Violations(root, id);
  return {violation.empty() ? Outcome::kPassed : Outcome::kFailed, violation};
}

}  // namespace

std::vector<HostRule> HostRules() {
  return {
      {"LLMP-HOST-001", "an answer is printed, from bytes that do not stay", "answers"},
      {"LLMP-HOST-002", "unknown kinds of events and members are passed over",
       "answers with unknown things"},
      {"LLMP-HOST-003", "a wait that returns nothing is no end",
       "answers after idle waits"},
      {"LLMP-HOST-004", "END may come without START", "answers without START"},
      {"LLMP-HOST-005", "a failure is an end, whatever its status", "fails"},
      {"LLMP-HOST-006", "an unavailable provider is no crash", "is unavailable"},
      {"LLMP-HOST-007", "of a provider of another major only the head is used",
       "speaks another major"},
      {"LLMP-HOST-008", "create() may return null", "has no memory"},
      {"LLMP-HOST-009", "an entry with another magic is not used", "has another magic"},
      {"LLMP-HOST-010", "one thread at a time waits on a queue, or closes it", nullptr},
      {"LLMP-HOST-011", "request numbers are not 0 and not used twice", nullptr},
      {"LLMP-HOST-012", "nothing is called after destroy()", nullptr},
      {"LLMP-HOST-013", "JSON is not null, and the queue is open", nullptr},
  };
}

void CheckHost(const std::string& program, const fs::path& root,
               std::chrono::milliseconds timeout, Report* report) {
  for (const HostRule& rule : HostRules()) {
    if (rule.conduct == nullptr) continue;
    report->Announce(rule.id);
    const auto begun = std::chrono::steady_clock::now();
    Result result = Check(program, rule, root / rule.id, timeout);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begun);
    const std::string violation = Violations(root, rule.id);
    if (!violation.empty()) result = {Outcome::kFailed, violation};
    report->Add({rule.id, rule.summary, std::move(result), took.count()});
  }
  for (const HostRule& rule : HostRules()) {
    if (rule.conduct == nullptr)
      report->Add({rule.id, rule.summary, Along(root, rule.id)});
  }
}

}  // namespace validator
