// LLMP-UNAVAILABLE: what a provider does that cannot work.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <fstream>
#include <set>

#include "validator/catalog.h"
#include "validator/check.h"
#include "validator/runner.h"
#include "validator/subject.h"

namespace validator {
namespace {

constexpr std::array<Call, 3> kCalls = {&llmp_provider::list_models,
                                        &llmp_provider::complete,
                                        &llmp_provider::onboarding_action};
constexpr const char* kAnswers = "probe.answers";

llmp::Json RequestFor(Call call) {
  if (call == &llmp_provider::complete) return Chat("m", "Hi");
  return call == &llmp_provider::onboarding_action ? Action("status")
                                                   : llmp::Json::object();
}

// Every request ends; if the provider is unavailable, all with the document of info.
void MustAnswer(Subject* subject) {
  const llmp::Json info =
      llmp::Json::parse((*subject)->info).value_or(llmp::Json::object());
  for (const Call call : kCalls) {
    const Events events = subject->Ask(call, RequestFor(call));
    const llmp::Json document = DocumentOf(events.back());
    if ((*subject)->state != LLMP_UNAVAILABLE) continue;
    Require(events.size() == 1, "an unavailable provider sends more than END");
    Require(events.back().status == LLMP_E_UNAVAILABLE,
            "a request of an unavailable provider ends with another status");
    Require(
        document.dump() == info["error"].dump(),
        "a request of an unavailable provider ends with another document than info's");
    Require(document["retry"].literal() == "false",
            "the document does not say retry: false");
  }
}

void EveryFunctionAnswers(World& world) {
  const Library library(world);
  Subject subject(library, world.config.dump(), nullptr);
  Require(subject->state == LLMP_UNAVAILABLE, "a null host is served");
  MustAnswer(&subject);
  const std::uint64_t queue = subject.OpenQueue(LLMP_QUEUE_NOTIFY);
  subject.Begin(&llmp_provider::complete, Chat("m", "Hi"), queue);
  AwaitReadable(subject.get(), queue);
  subject->cancel(subject.get(), 1);
  subject->queue_wake(subject.get(), queue);
  subject->queue_close(subject.get(), queue);
  llmp_event event;
  Require(subject->queue_wait(subject.get(), queue, 0, &event, 1) == LLMP_E_CLOSED,
          "an unavailable provider waits on a queue that is closed");
}

void Answers(World& world) {
  Subject subject(world);
  MustAnswer(&subject);
}

// The files that create() and a request map, apart from the plugin's own.
std::set<std::string> Mapped() {
  std::set<std::string> names;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const auto slash = line.rfind('/');
    if (slash != std::string::npos && line.find(".so") != std::string::npos) {
      names.insert(line.substr(slash + 1));
    }
  }
  return names;
}

// As a dependency is named in a library: "libcurl.so.4.8.0" is not, "libcurl.so.4" is.
std::set<std::string> Names(const std::set<std::string>& files) {
  std::set<std::string> all;
  for (const std::string& file : files) {
    all.insert(file);
    for (auto dot = file.rfind('.'); dot != std::string::npos && dot > file.find(".so");
         dot = file.rfind('.', dot - 1)) {
      all.insert(file.substr(0, dot));
    }
  }
  return all;
}

Result Probe(const World& world,
             std::vector<std::pair<std::string, std::string>> environment) {
  RunOptions options;
  options.home = world.scratch;
  options.environment = std::move(environment);
  return RunApart(world, kAnswers, options);
}

void AnyLibraryMayBeMissing(World& world) {
  const std::set<std::string> ours = Mapped();
  std::set<std::string> files;
  {
    Subject subject(world);
    MustAnswer(&subject);
    for (const std::string& name : Mapped()) {
      const bool own = std::filesystem::exists(world.plugin / "lib" / name) ||
                       LibraryPath(world).filename() == name;
      if (ours.count(name) == 0 && !own) files.insert(name);
    }
  }
  const auto folder = world.scratch / "hidden";
  for (const std::string& name : Names(files)) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    std::ofstream(folder / name) << "not a library";
    const Result result = Probe(world, {{"LD_LIBRARY_PATH", folder}});
    Require(result.outcome == Outcome::kPassed,
            "where " + name + " is broken: " + OutcomeName(result.outcome) + " " +
                result.detail);
  }
}

// The shim stands before the real functions: see shim.c.
void WithShim(const World& world, const char* what) {
  const auto shim = world.self.parent_path().parent_path() / "lib" /
                    "provider-validator" / "validator_shim.so";
  Require(std::filesystem::exists(shim), shim.string() + " is missing");
  const auto used = world.scratch / "used";
  const Result result = Probe(world, {{"LD_PRELOAD", shim},
                                      {"LLMP_VALIDATOR_SHIM", what},
                                      {"LLMP_VALIDATOR_SHIM_USED", used}});
  Require(result.outcome == Outcome::kPassed,
          std::string("then it ") + OutcomeName(result.outcome) + ": " + result.detail);
  const auto state = world.scratch / kAnswers / "state";
  std::ifstream file(state);
  std::string word;
  file >> word;
  if (!std::filesystem::exists(used)) Skip("it does not use that library");
  Require(word == "unavailable", "it takes no notice, and is ready");
}

void AnOldLibcurl(World& world) {
  WithShim(world, "old_libcurl");
}

void ALibcurlThatDoesNotStart(World& world) {
  WithShim(world, "curl_global_init");
}

void ALibsodiumThatDoesNotStart(World& world) {
  WithShim(world, "sodium_init");
}

// Answers, and leaves its state in a file for WithShim().
void AnswersAndTells(World& world) {
  Subject subject(world);
  MustAnswer(&subject);
  std::ofstream(world.scratch / "state")
      << (subject->state == LLMP_UNAVAILABLE ? "unavailable" : "ready");
}

void TheKernelRefusesSocketPairs(World& world) {
  const std::array<sock_filter, 4> program = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socketpair, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  const sock_fprog filter = {program.size(), const_cast<sock_filter*>(program.data())};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
    Skip("this kernel takes no seccomp filter");
  }
  Answers(world);
}

void NothingCanBeStored(World& world) {
  const auto file = world.scratch / "a file";
  std::ofstream(file) << "in the way";
  world.config.set("state_dir", (file / "below").string());
  Subject subject(world);
  Require(subject->state == LLMP_READY || subject->state == LLMP_UNAVAILABLE,
          "its state is neither of the two");
  MustAnswer(&subject);
}

}  // namespace

std::vector<Test> UnavailableTests() {
  return {
      {"LLMP-UNAVAILABLE-001", "every function answers, every request with one document",
       Needs::kNothing, EveryFunctionAnswers},
      {"LLMP-UNAVAILABLE-002", "whichever library it needs is broken, it answers",
       Needs::kNothing, AnyLibraryMayBeMissing},
      {"LLMP-UNAVAILABLE-003", "with a libcurl of ten years ago it says so",
       Needs::kNothing, AnOldLibcurl},
      {"LLMP-UNAVAILABLE-004", "with a libcurl that does not start it says so",
       Needs::kNothing, ALibcurlThatDoesNotStart},
      {"LLMP-UNAVAILABLE-005", "with a libsodium that does not start it says so",
       Needs::kNothing, ALibsodiumThatDoesNotStart},
      {"LLMP-UNAVAILABLE-006", "where the kernel refuses socketpair() it answers",
       Needs::kNothing, TheKernelRefusesSocketPairs},
      {"LLMP-UNAVAILABLE-007", "with a state_dir that cannot be written it answers",
       Needs::kNothing, NothingCanBeStored},
  };
}

std::vector<Test> UnavailableProbes() {
  return {{kAnswers, "", Needs::kNothing, AnswersAndTells}};
}

}  // namespace validator
