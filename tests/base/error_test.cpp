#include "base/error.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/result.h"
#include "base/utf8.h"

namespace xai {
namespace {

TEST(ErrorTable, EveryCodeHasItsOwnNameAndAHint) {
  std::set<std::string_view> names;
  for (int i = 0; i < kErrorCodeCount; ++i) {
    const ErrorInfo& info = InfoOf(static_cast<ErrorCode>(i));
    EXPECT_TRUE(names.insert(info.name).second) << info.name << " twice";
    EXPECT_FALSE(info.name.empty()) << i;
    EXPECT_EQ(info.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"),
              std::string_view::npos)
        << info.name;
    EXPECT_FALSE(info.hint.empty()) << info.name;
    EXPECT_EQ(info.hint.back(), '.') << info.name;
    EXPECT_TRUE(IsValidUtf8(info.hint)) << info.name;
  }
}

// One of each neighbourhood: a row that is left out would shift all that follow.
TEST(ErrorTable, RowsStandWhereTheirCodesAre) {
  EXPECT_EQ(InfoOf(ErrorCode::kInvalidRequest).name, "invalid_request");
  EXPECT_EQ(InfoOf(ErrorCode::kBackendUnavailable).name, "xai_oauth_backend_unavailable");
  EXPECT_EQ(InfoOf(ErrorCode::kAccessDenied).name, "access_denied");
  EXPECT_EQ(InfoOf(ErrorCode::kQuotaExhausted).name, "quota_exhausted");
  EXPECT_EQ(InfoOf(ErrorCode::kTimeout).name, "timeout");
  EXPECT_EQ(InfoOf(ErrorCode::kEdgeBlocked).name, "edge_blocked");
  EXPECT_EQ(InfoOf(ErrorCode::kStoreLocked).name, "store_locked");
  EXPECT_EQ(InfoOf(ErrorCode::kInternal).name, "internal");
}

TEST(ErrorTable, RetryIsThatOfTheContract) {
  const std::set<std::string_view> retried = {
      "rate_limited", "local_limit",  "network",   "timeout",     "upstream",
      "overloaded",   "edge_blocked", "truncated", "store_locked"};
  for (int i = 0; i < kErrorCodeCount; ++i) {
    const ErrorInfo& info = InfoOf(static_cast<ErrorCode>(i));
    EXPECT_EQ(info.retry, retried.count(info.name) == 1) << info.name;
  }
}

TEST(Result, IsAValueOrAnError) {
  Result<std::string> value = std::string("v");
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(std::move(value).value(), "v");
  Result<std::string> error = Error::Make(ErrorCode::kTls, "detail", "reason");
  ASSERT_FALSE(error.ok());
  EXPECT_EQ(error.error().code, ErrorCode::kTls);
  EXPECT_EQ(error.error().reason, "reason");
  EXPECT_TRUE(Result<void>().ok());
  EXPECT_FALSE(Result<void>(Error()).ok());
}

}  // namespace
}  // namespace xai
