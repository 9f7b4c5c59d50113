// A folder with a plugin in it, made for one test and removed after it.
#ifndef TESTS_HOST_API_PLUGIN_FOLDER_H_
#define TESTS_HOST_API_PLUGIN_FOLDER_H_

#include <filesystem>
#include <string>

#include "llm_provider.hpp"

namespace xai::testing {

/// The fixture library of that name, as CMake built it.
std::filesystem::path FixtureLibrary(const std::string& name);

class PluginFolder {
 public:
  PluginFolder();
  ~PluginFolder();
  PluginFolder(const PluginFolder&) = delete;
  PluginFolder& operator=(const PluginFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path manifest_path() const { return path_ / "manifest.json"; }
  std::filesystem::path library_path() const { return path_ / "lib/fixture.so"; }

  void WriteManifest(const std::string& text) const;
  void WriteLibrary(const std::string& bytes) const;
  /// Copies a fixture to its place.
  void PutLibrary(const std::string& fixture) const;

 private:
  std::filesystem::path path_;
};

/// What the manifest of a fixture says; the tests change a member and write it.
llmp::Json FixtureManifest(const std::string& id, int major = 1);

std::string ReadBytes(const std::filesystem::path& path);

/// The error document of an unavailable provider, taken from its info.
llmp::Json DocumentOf(const llmp::Provider& provider);

/// Loads the folder and gives the reason why it is unavailable.
std::string ReasonOf(const std::filesystem::path& folder);

}  // namespace xai::testing

#endif  // TESTS_HOST_API_PLUGIN_FOLDER_H_
