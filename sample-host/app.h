// What every command gets: the options that stand before it, and the provider.
#ifndef SAMPLE_HOST_APP_H_
#define SAMPLE_HOST_APP_H_

#include <filesystem>
#include <string>
#include <vector>

#include "llm_provider.hpp"

namespace sample_host {

struct GlobalOptions {
  std::string plugin;     // A folder with a manifest.json; empty: the usual places.
  std::string state_dir;  // Goes into the config.
  std::string config;     // JSON, or @FILE.
  bool json = false;
  bool verbose = false;
};

struct App {
  GlobalOptions options;
  std::vector<std::filesystem::path> folders;  // Where the plugin is looked for.
  llmp::Provider provider;
};

/// Where to look: --plugin, else $LLM_PROVIDER_DIR, else the usual places in order.
std::vector<std::filesystem::path> PluginFolders(const std::string& plugin);

/// The config for the plugin.  False, and what is wrong in *error, if --config is not a
/// JSON object or its file cannot be read.
bool BuildConfig(const GlobalOptions& options, std::string* config, std::string* error);

/// Finds and loads the plugin.  Cannot fail: an unavailable provider answers for itself.
App OpenApp(const GlobalOptions& options, const std::string& config);

}  // namespace sample_host

#endif  // SAMPLE_HOST_APP_H_
