// provider-validator: does a plugin keep the contract of host-api/abi.md?
#include <CLI/CLI.hpp>

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "validator/catalog.h"
#include "validator/check_host.h"
#include "validator/process.h"
#include "validator/report.h"
#include "validator/runner.h"
#include "validator/upstream.h"

namespace validator {
namespace {

namespace fs = std::filesystem;

constexpr int kUsage = 2;

struct Arguments {
  std::string plugin;
  std::string config = "{}";
  std::string upstream;
  std::string host;  // of --check-host
  std::vector<std::string> only;
  int timeout_s = 120;
  bool json = false;
  bool list = false;
  std::string run_one;  // in a process of our own: the test, and where
  std::string scratch;
};

void Define(CLI::App* app, Arguments* arguments) {
  app->add_option("plugin", arguments->plugin,
                  "The folder with the plugin's manifest.json")
      ->type_name("PLUGIN_DIR");
  app->add_flag("--json", arguments->json, "Print one JSON document at the end");
  app->add_option("--only", arguments->only,
                  "Only this finding, or those whose id begins so; may be repeated")
      ->type_name("ID")
      ->allow_extra_args(false);
  app->add_option("--config", arguments->config,
                  "The config for create(), JSON.  state_dir is replaced: no test "
                  "touches a real sign-in")
      ->type_name("JSON");
  app->add_option("--upstream", arguments->upstream,
                  "The control endpoint of a simulated vendor that the config points to; "
                  "without it the tests that need one are skipped")
      ->type_name("URL");
  app->add_option("--check-host", arguments->host,
                  "Instead: run this host against plugins that misbehave.  It gets the "
                  "folder of a plugin, and has to ask it for a completion and end")
      ->type_name("PROGRAM");
  app->add_option("--timeout-s", arguments->timeout_s, "For each test, in seconds")
      ->capture_default_str()
      ->check(CLI::Range(1, 3600));
  app->add_flag("--list", arguments->list, "Print the findings there are, and end");
  app->add_option("--run-one", arguments->run_one)->group("");
  app->add_option("--scratch", arguments->scratch)->group("");
}

bool Begins(std::string_view id, std::string_view prefix) {
  return id.substr(0, prefix.size()) == prefix;
}

bool Chosen(const Arguments& arguments, const std::string& id) {
  if (arguments.only.empty()) return true;
  for (const std::string& only : arguments.only) {
    if (Begins(id, only)) return true;
  }
  return false;
}

// Removed at the end, with all that the tests wrote.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = fs::temp_directory_path() / "provider-validator-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), name);
    }
    path_ = name;
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

World WorldOf(const Arguments& arguments, llmp::Json config) {
  World world;
  world.plugin = fs::absolute(arguments.plugin);
  world.config = std::move(config);
  world.upstream = arguments.upstream;
  while (!world.upstream.empty() && world.upstream.back() == '/') {
    world.upstream.pop_back();
  }
  world.self = fs::read_symlink("/proc/self/exe");
  world.arguments = {world.plugin, "--config", world.config.dump()};
  if (!world.upstream.empty()) {
    world.arguments.insert(world.arguments.end(), {"--upstream", world.upstream});
  }
  return world;
}

int RunOne(const Arguments& arguments, World world) {
  std::vector<Test> tests = AllTests();
  const std::vector<Test> probes = AllProbes();
  tests.insert(tests.end(), probes.begin(), probes.end());
  for (const Test& test : tests) {
    if (test.id != arguments.run_one) continue;
    world.scratch = arguments.scratch;
    // Those that share a sign-in share $HOME, where its key lies.
    const fs::path state =
        test.needs == Needs::kAccount ? fs::path(getenv("HOME")) : world.scratch;
    world.config.set("state_dir", (state / "state").string());
    RunHere(test, world, world.scratch / "report.json");
    return 0;
  }
  return kUsage;
}

Result RunTest(const Arguments& arguments, const World& world, const fs::path& root,
               const Test& test) {
  if (test.needs != Needs::kNothing && world.upstream.empty()) {
    return {Outcome::kSkipped, "needs a simulated vendor: --upstream"};
  }
  RunOptions options;
  options.home = root / (test.needs == Needs::kAccount ? "account" : test.id);
  options.timeout = std::chrono::seconds(arguments.timeout_s);
  return RunApart(world, test.id, options);
}

int Complain(const std::string& what) {
  std::fprintf(stderr, "provider-validator: %s (see --help)\n", what.c_str());
  return kUsage;
}

// What hangs or crashes before anything else can be looked at costs one finding, not all.
constexpr const char* kLives = "LLMP-SCAN-008";

int RunAll(const Arguments& arguments, const World& world) {
  if (!world.upstream.empty()) Reset(world);
  const ScratchFolder root;
  Report report(world.plugin, arguments.json);
  std::size_t ran = 0;
  bool lives = true;
  for (const Test& test : AllTests()) {
    const bool first = std::string_view(test.id) == kLives;
    if (!first && !Chosen(arguments, test.id)) continue;
    if (Chosen(arguments, test.id)) ++ran;
    report.Announce(test.id);
    const auto begun = std::chrono::steady_clock::now();
    const bool looked_at =
        lives || Begins(test.id, "LLMP-SCAN") || Begins(test.id, "LLMP-IMAGE");
    Result result = looked_at ? RunTest(arguments, world, root.path(), test)
                              : Result{Outcome::kSkipped, std::string("see ") + kLives};
    if (first) lives = !IsFault(result.outcome);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begun);
    report.Add({test.id, test.summary, std::move(result), took.count()});
  }
  return ran > 0 ? report.Finish() : Complain("no finding has such an id; --list");
}

int List() {
  for (const Test& test : AllTests()) std::printf("%s  %s\n", test.id, test.summary);
  for (const HostRule& rule : HostRules()) std::printf("%s  %s\n", rule.id, rule.summary);
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app("Tests whether a provider plugin keeps the contract of llm_provider.h.");
  Arguments arguments;
  Define(&app, &arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  if (arguments.list) return List();
  // A test's own process has the signals that a host has.
  if (arguments.run_one.empty()) CatchSignals();
  if (!arguments.host.empty()) {
    if (access(arguments.host.c_str(), X_OK) != 0) {
      return Complain("no such program: " + arguments.host);
    }
    const ScratchFolder root;
    Report report(arguments.host, arguments.json);
    CheckHost(arguments.host, root.path(), std::chrono::seconds(arguments.timeout_s),
              &report);
    return report.Finish();
  }
  std::string fault;
  auto config = llmp::Json::parse(arguments.config, &fault);
  if (arguments.plugin.empty()) return Complain("which plugin?");
  if (!config || !config->is_object()) return Complain("--config is no JSON object");
  const World world = WorldOf(arguments, std::move(*config));
  return arguments.run_one.empty() ? RunAll(arguments, world) : RunOne(arguments, world);
}

}  // namespace
}  // namespace validator

int main(int argc, char** argv) {
  try {
    return validator::Main(argc, argv);
  } catch (const validator::Interrupted& interrupted) {
    return 128 + interrupted.signal;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "provider-validator: %s\n", error.what());
    return validator::kUsage;
  }
}
