#include "host_api/plugin_folder.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace xai::testing {

std::filesystem::path FixtureLibrary(const std::string& name) {
  return std::filesystem::path(HOST_API_FIXTURES) / (name + ".so");
}

PluginFolder::PluginFolder() {
  std::string name =
      (std::filesystem::temp_directory_path() / "llmp-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = name;
  std::filesystem::create_directory(path_ / "lib");
}

PluginFolder::~PluginFolder() {
  std::error_code ec;  // A folder left behind fails no test.
  std::filesystem::remove_all(path_, ec);
}

void PluginFolder::WriteManifest(const std::string& text) const {
  std::ofstream(manifest_path(), std::ios::binary) << text;
}

void PluginFolder::WriteLibrary(const std::string& bytes) const {
  std::ofstream(library_path(), std::ios::binary) << bytes;
}

void PluginFolder::PutLibrary(const std::string& fixture) const {
  std::filesystem::copy_file(FixtureLibrary(fixture), library_path());
}

llmp::Json FixtureManifest(const std::string& id, int major) {
  return llmp::Json::object()
      .set("manifest_version", 1)
      .set("id", id)
      .set("name", "A fixture")
      .set("version", "1.2.3")
      .set("interface", llmp::Json::object()
                            .set("id", "llm.provider")
                            .set("major_min", major)
                            .set("major_max", major))
      .set("library",
           llmp::Json::object().set(llmp::detail::kPlatform, "lib/fixture.so"));
}

std::string ReadBytes(const std::filesystem::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

llmp::Json DocumentOf(const llmp::Provider& provider) {
  return llmp::Json::parse(provider.info()).value_or(llmp::Json())["error"];
}

std::string ReasonOf(const std::filesystem::path& folder) {
  return DocumentOf(llmp::load(folder, {"loader-test", "1"}))["reason"].str();
}

}  // namespace xai::testing
