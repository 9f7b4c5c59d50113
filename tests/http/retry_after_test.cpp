#include "http/retry_after.h"

#include <optional>
#include <string_view>

#include <gtest/gtest.h>

#include "base/limits.h"

namespace xai {
namespace {

// Matrix C29.
TEST(RetryAfter, WholeSecondsBecomeMilliseconds) {
  EXPECT_EQ(ParseRetryAfter("0"), 0);
  EXPECT_EQ(ParseRetryAfter("1"), 1000);
  EXPECT_EQ(ParseRetryAfter("060"), 60'000);
  EXPECT_EQ(ParseRetryAfter("120"), 120'000);
}

// Matrix C29, E18.
TEST(RetryAfter, IsBounded) {
  EXPECT_EQ(ParseRetryAfter("86399"), 86'399'000);
  EXPECT_EQ(ParseRetryAfter("86400"), limits::kRetryAfterMsMax);
  EXPECT_EQ(ParseRetryAfter("86401"), limits::kRetryAfterMsMax);
  EXPECT_EQ(ParseRetryAfter("9223372036854775807"), limits::kRetryAfterMsMax);
  EXPECT_EQ(ParseRetryAfter("9223372036854775808"), limits::kRetryAfterMsMax);
  EXPECT_EQ(ParseRetryAfter("99999999999999999999999999"), limits::kRetryAfterMsMax);
}

// Matrix C29, E18.
TEST(RetryAfter, AnythingElseIsIgnored) {
  for (const std::string_view value :
       {"", " ", "5 ", " 5", "+5", "-1", "-0", "99999999999999999999s",
        "-99999999999999999999999999", "1.5", "1e3", "5s", "0x10", "soon",
        "Wed, 21 Oct 2026 07:28:00 GMT"}) {
    EXPECT_EQ(ParseRetryAfter(value), std::nullopt) << value;
  }
}

}  // namespace
}  // namespace xai
