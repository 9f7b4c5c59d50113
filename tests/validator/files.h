#ifndef XAI_TESTS_VALIDATOR_FILES_H_
#define XAI_TESTS_VALIDATOR_FILES_H_

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace validator {

// The whole file; empty if it is not there.
inline std::string ReadFile(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace validator

#endif  // XAI_TESTS_VALIDATOR_FILES_H_
