#include "base/boot_id.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/unique_fd.h"

namespace xai {

std::string ReadBootId() {
  UniqueFd fd(open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return {};
  char text[64];
  const ssize_t size = read(fd.get(), text, sizeof(text));
  if (size <= 0) return {};
  std::string id(text, static_cast<size_t>(size));
  while (!id.empty() && id.back() == '\n') id.pop_back();
  return id;
}

}  // namespace xai
