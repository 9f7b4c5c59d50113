#include "app.h"

#include <cstdlib>

#include "files.h"
#include "terminal.h"

namespace sample_host {
namespace {

std::filesystem::path ProgramFolder() {
  std::error_code ec;
  return std::filesystem::read_symlink("/proc/self/exe", ec).parent_path();
}

void LogToStderr(std::int32_t level, const char* message) {
  static constexpr const char* kNames[] = {"debug", "info", "warning", "error"};
  const char* name = level >= 0 && level < 4 ? kNames[level] : "log";
  Write(stderr, "[" + std::string(name) + "] " + CleanLine(message) + "\n");
}

}  // namespace

std::vector<std::filesystem::path> PluginFolders(const std::string& plugin) {
  if (!plugin.empty()) return {plugin};
  const char* named = ::secure_getenv("LLM_PROVIDER_DIR");
  if (named != nullptr && *named != '\0') return {named};
  const std::filesystem::path here = ProgramFolder();
  return {(here / "../skill/xai-grok-onboarding").lexically_normal(),
          (here / "../lib/xai-grok").lexically_normal(), "/usr/lib/xai-grok"};
}

bool BuildConfig(const GlobalOptions& options, std::string* config, std::string* error) {
  std::string text = options.config.empty() ? "{}" : options.config;
  if (text.front() == '@') {
    const std::string path = text.substr(1);
    if (!ReadFile(path, &text)) {
      *error = "--config: cannot read " + path;
      return false;
    }
  }
  std::string fault = "it is something else";
  std::optional<llmp::Json> parsed = llmp::Json::parse(text, &fault);
  if (!parsed || !parsed->is_object()) {
    *error = "--config is not a JSON object: " + fault;
    return false;
  }
  if (!options.state_dir.empty()) parsed->set("state_dir", options.state_dir);
  *config = parsed->dump();
  return true;
}

App OpenApp(const GlobalOptions& options, const std::string& config) {
  llmp::Host host = {"sample-host", SAMPLE_HOST_VERSION};
  // Without a function of ours, log lines would come as events.
  const bool verbose = options.verbose;
  host.log = [verbose](std::int32_t level, const char* message) {
    if (verbose) LogToStderr(level, message);
  };
  const std::vector<std::filesystem::path> folders = PluginFolders(options.plugin);
  return {options, folders, llmp::load_first(folders, std::move(host), config)};
}

}  // namespace sample_host
