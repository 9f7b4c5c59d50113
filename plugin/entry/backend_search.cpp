#include "entry/backend_search.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

#include <boost/dll/runtime_symbol_info.hpp>

#include "base/json_document.h"
#include "base/limits.h"

namespace xai {
namespace {

namespace fs = std::filesystem;

std::string BackendMember(std::string_view config) {
  if (config.empty() || config.size() > limits::kConfigBytesMax) return {};
  const Result<std::unique_ptr<JsonDocument>> document =
      JsonDocument::Parse(std::string(config));
  if (!document.ok()) return {};
  return std::string(document.value()->root()["backend"].String().value_or(""));
}

// dlopen looks for a name without a slash in folders of its own.
fs::path Absolute(const fs::path& path) {
  std::error_code failed;
  fs::path absolute = fs::absolute(path, failed);
  return failed ? path : absolute;
}

void AddOnce(const fs::path& folder, std::vector<fs::path>* folders) {
  if (std::find(folders->begin(), folders->end(), folder) == folders->end()) {
    folders->push_back(folder);
  }
}

}  // namespace

std::string ConfiguredBackend(const char* config, size_t size) {
  if (config != nullptr) {
    std::string member = BackendMember({config, size});
    if (!member.empty()) return member;
  }
  const char* variable = secure_getenv("XAI_GROK_BACKEND");
  return variable == nullptr ? std::string() : std::string(variable);
}

std::vector<fs::path> BackendFolders(const fs::path& front) {
  std::vector<fs::path> folders;
  if (!front.empty()) {
    AddOnce(Absolute(front).parent_path(), &folders);
    std::error_code failed;
    const fs::path real = fs::canonical(front, failed);
    if (!failed) AddOnce(real.parent_path(), &folders);
  }
  for (const char* prefix : {"/usr/local/lib/xai-grok", "/usr/lib/xai-grok"}) {
    AddOnce(prefix, &folders);
    AddOnce(fs::path(prefix) / "lib", &folders);
  }
  return folders;
}

fs::path FrontPath() {
  std::error_code failed;
  return boost::dll::this_line_location(failed);
}

BackendSearch FindBackend(const std::string& configured,
                          const std::vector<fs::path>& folders) {
  std::vector<fs::path> files;
  if (configured.empty()) {
    for (const fs::path& folder : folders) files.push_back(folder / kBackendFileName);
  } else {
    std::error_code failed;
    const fs::path place = Absolute(configured);
    files.push_back(fs::is_directory(place, failed) ? place / kBackendFileName : place);
  }
  BackendSearch search;
  for (const fs::path& file : files) {
    search.checked_paths.push_back(file.string());
    std::error_code failed;
    if (fs::exists(file, failed)) {
      search.found = file;
      break;
    }
  }
  return search;
}

}  // namespace xai
