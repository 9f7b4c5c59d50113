#include "base/io_error.h"

#include <cerrno>
#include <cstring>

namespace xai {
namespace {

std::string_view ReasonOf(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return "no_space";
    case EROFS:
      return "read_only";
    case ENOLCK:
    case EOPNOTSUPP:
      return "no_locking";
    case EMFILE:
    case ENFILE:
      return "descriptors";
    default:
      return "io";
  }
}

}  // namespace

std::string ErrnoText(int error_number) {
  char buffer[128];
  // The GNU form: it may return a constant instead of filling the buffer.
  return strerror_r(error_number, buffer, sizeof(buffer));
}

Error IoError(std::string_view what, int error_number) {
  const std::string detail = std::string(what) + ": " + ErrnoText(error_number);
  switch (error_number) {
    case EACCES:
    case EPERM:
    case ELOOP:
      return Error::Make(ErrorCode::kStorePermission, detail, "permission");
    case ENOMEM:
      return Error::Make(ErrorCode::kNoMemory, detail);
    default:
      return Error::Make(ErrorCode::kStoreIo, detail,
                         std::string(ReasonOf(error_number)));
  }
}

}  // namespace xai
