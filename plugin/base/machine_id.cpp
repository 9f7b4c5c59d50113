#include "base/machine_id.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/unique_fd.h"

namespace xai {
namespace {

std::string ReadLine(const char* path) {
  UniqueFd fd(open(path, O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return {};
  char text[64];
  const ssize_t size = read(fd.get(), text, sizeof(text));
  if (size <= 0) return {};
  const std::string line(text, static_cast<size_t>(size));
  return line.substr(0, line.find('\n'));
}

}  // namespace

std::string ReadBootId() {
  return ReadLine("/proc/sys/kernel/random/boot_id");
}

std::string ReadMachineId() {
  return ReadLine("/etc/machine-id");
}

}  // namespace xai
