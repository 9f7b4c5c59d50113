#include "base/io_error.h"

#include <cerrno>
#include <string>

#include <gtest/gtest.h>

namespace xai {
namespace {

TEST(IoError, SaysWhatAPersonCanDoAboutIt) {
  const struct {
    int number;
    ErrorCode code;
    std::string_view reason;
  } cases[] = {
      {ENOSPC, ErrorCode::kStoreIo, "no_space"},
      {EDQUOT, ErrorCode::kStoreIo, "no_space"},
      {EFBIG, ErrorCode::kStoreIo, "no_space"},
      {EROFS, ErrorCode::kStoreIo, "read_only"},
      {ENOLCK, ErrorCode::kStoreIo, "no_locking"},
      {EOPNOTSUPP, ErrorCode::kStoreIo, "no_locking"},
      {EMFILE, ErrorCode::kStoreIo, "descriptors"},
      {ENFILE, ErrorCode::kStoreIo, "descriptors"},
      {EIO, ErrorCode::kStoreIo, "io"},
      {ENOENT, ErrorCode::kStoreIo, "io"},
      {EACCES, ErrorCode::kStorePermission, "permission"},
      {EPERM, ErrorCode::kStorePermission, "permission"},
      {ELOOP, ErrorCode::kStorePermission, "permission"},
      {ENOMEM, ErrorCode::kNoMemory, ""},
  };
  for (const auto& c : cases) {
    const Error error = IoError("write thing", c.number);
    EXPECT_EQ(error.code, c.code) << c.number;
    EXPECT_EQ(error.reason, c.reason) << c.number;
    EXPECT_EQ(error.detail, "write thing: " + ErrnoText(c.number));
  }
}

TEST(IoError, NamesEveryNumber) {
  EXPECT_EQ(ErrnoText(ENOSPC), "No space left on device");
  EXPECT_NE(ErrnoText(123'456), "");
}

}  // namespace
}  // namespace xai
