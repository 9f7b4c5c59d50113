#include <pwd.h>
#include <unistd.h>

#include <climits>
#include <vector>

#include "runtime/provider_config.h"

namespace xai {
namespace {

Error Invalid(std::string_view member, std::string_view what) {
  return Error::Make(ErrorCode::kInvalidConfig,
                     std::string(member) + ": " + std::string(what), std::string(member));
}

std::string WithoutTrailingSlashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

// $HOME, or what the user database says; empty if neither is usable.
std::string Home(const Environment& environment) {
  std::string home = environment("HOME");
  if (IsUsablePath(home)) return home;
  std::vector<char> buffer(4096);
  passwd entry = {};
  passwd* found = nullptr;
  if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr || found->pw_dir == nullptr) {
    return {};
  }
  home = found->pw_dir;
  return IsUsablePath(home) ? home : std::string();
}

// An XDG base directory: relative values are ignored, as its specification wants.
std::string XdgBase(const Environment& environment, const char* variable,
                    const char* below_home) {
  std::string value = environment(variable);
  if (IsUsablePath(value)) return value;
  const std::string home = Home(environment);
  return home.empty() ? std::string() : home + below_home;
}

// Empty for the root, to which names are appended like to any other folder.
std::string WithoutRoot(const std::string& path) {
  return path == "/" ? std::string() : path;
}

std::string ParentOf(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

}  // namespace

bool IsUsablePath(const std::string& path) {
  return !path.empty() && path.front() == '/' && path.size() < PATH_MAX - 64 &&
         path.find('\0') == std::string::npos;
}

Result<void> ResolvePaths(const JsonValue& config, const Environment& environment,
                          ProviderConfig* out) {
  // The image of a platform is refreshed, its workspace stays: data and key stay with it.
  std::string key_base;
  const std::string workspace = environment("WORKSPACE_DIR");
  const std::string workspace_base = WithoutRoot(WithoutTrailingSlashes(workspace));
  if (const auto given = config["state_dir"].String()) {
    out->state_dir = std::string(*given);
    if (!IsUsablePath(out->state_dir)) return Invalid("state_dir", "must be a full path");
    // However a place is named, its key is the same.
    const std::string place = WithoutTrailingSlashes(out->state_dir);
    const bool in_workspace = IsUsablePath(workspace) && !workspace_base.empty() &&
                              (place + "/").rfind(workspace_base + "/", 0) == 0;
    if (place == WithoutTrailingSlashes(environment("XAI_GROK_STATE_DIR"))) {
      key_base = ParentOf(place) + "/.config";
    } else if (in_workspace) {
      key_base = workspace_base + "/.config";
    }
  } else if (const std::string from = environment("XAI_GROK_STATE_DIR"); !from.empty()) {
    out->state_dir = from;
    if (!IsUsablePath(from)) return Invalid("XAI_GROK_STATE_DIR", "must be a full path");
    key_base = ParentOf(WithoutTrailingSlashes(from)) + "/.config";
  } else if (!workspace.empty()) {
    if (!IsUsablePath(workspace)) return Invalid("WORKSPACE_DIR", "must be a full path");
    out->state_dir = workspace_base + "/.xai-grok";
    key_base = workspace_base + "/.config";
  } else {
    const std::string base = XdgBase(environment, "XDG_STATE_HOME", "/.local/state");
    if (base.empty())
      return Invalid("state_dir", "is needed: there is no home directory");
    out->state_dir = base + "/xai-grok";
  }
  out->state_dir = WithoutTrailingSlashes(out->state_dir);

  if (const auto given = config["key_file"].String()) {
    out->key_file = std::string(*given);
    out->key_file_given = true;
    if (!IsUsablePath(out->key_file)) return Invalid("key_file", "must be a full path");
  } else {
    if (key_base.empty()) key_base = XdgBase(environment, "XDG_CONFIG_HOME", "/.config");
    if (key_base.empty() && out->key_source == KeySourceId::kKeyFile) {
      return Invalid("key_file", "is needed: there is no home directory");
    }
    out->key_file = key_base + "/xai-grok/key";
  }
  out->credentials_directory = environment("CREDENTIALS_DIRECTORY");
  return {};
}

}  // namespace xai
