// Known answers: lines of a name and a value, "#" for remarks.
#ifndef XAI_TESTS_SUPPORT_VECTOR_FILE_H_
#define XAI_TESTS_SUPPORT_VECTOR_FILE_H_

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>

namespace xai {

class VectorFile {
 public:
  explicit VectorFile(const std::filesystem::path& path) {
    std::ifstream stream(path);
    for (std::string line; std::getline(stream, line);) {
      if (line.empty() || line[0] == '#') continue;
      const size_t space = line.find(' ');
      // A name that comes again goes on with its value.
      values_[line.substr(0, space)] +=
          space == std::string::npos ? "" : line.substr(space + 1);
    }
    if (values_.empty()) throw std::runtime_error("no vector in " + path.string());
  }

  std::string Text(const std::string& name) const { return values_.at(name); }

  uint64_t Number(const std::string& name) const { return std::stoull(Text(name)); }

  std::string Bytes(const std::string& name) const {
    const std::string hex = Text(name);
    std::string bytes;
    for (size_t i = 0; i + 1 < hex.size(); i += 2) {
      bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    }
    return bytes;
  }

  bool Has(const std::string& name) const { return values_.count(name) == 1; }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_VECTOR_FILE_H_
