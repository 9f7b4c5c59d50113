#include "files.h"

#include <cstdio>
#include <memory>

namespace sample_host {

bool ReadFile(const std::string& path, std::string* text) {
  struct Close {
    void operator()(std::FILE* file) const {
      if (file != stdin)
        (void)std::fclose(file);  // Nothing was written that could be lost.
    }
  };
  const std::unique_ptr<std::FILE, Close> file(
      path == "-" ? stdin : std::fopen(path.c_str(), "rbe"));
  if (!file) return false;
  text->clear();
  char bytes[65536];
  std::size_t count = 0;
  while ((count = std::fread(bytes, 1, sizeof bytes, file.get())) > 0)
    text->append(bytes, count);
  return std::ferror(file.get()) == 0;
}

}  // namespace sample_host
