// The parts of the sample host that need no process.
#include <gtest/gtest.h>

#include "exit_code.h"
#include "format.h"
#include "qr_code.h"
#include "terminal.h"

namespace xai::testing {
namespace {

using llmp::Json;
using namespace sample_host;  // NOLINT(google-build-using-namespace): all of it is under
                              // test

TEST(SampleHostClean, DropsWhatATerminalWouldObey) {
  EXPECT_EQ(Clean("a\x1b[31mb\x07\r\n\tc\x7f"), "a[31mb\n\tc");
  EXPECT_EQ(Clean("C1: \xC2\x9B"
                  "2J \xC2\x85."),
            "C1: 2J .");
  EXPECT_EQ(Clean("\xE2\x80\xAE"
                  "evil\xE2\x81\xA6"),
            "evil");
  EXPECT_EQ(Clean("raw \x9B byte"), "raw \xEF\xBF\xBD byte");
}

TEST(SampleHostClean, LeavesTextOfAnyLanguage) {
  const std::string text = "é € 😀 שלום नमस्ते 你好\n";
  EXPECT_EQ(Clean(text), text);
  EXPECT_EQ(CleanLine("a\nb\tc"), "a b c");
}

TEST(SampleHostFormat, TimesAndCountsReadWell) {
  EXPECT_EQ(Duration(-5), "0 s");
  EXPECT_EQ(Duration(59), "59 s");
  EXPECT_EQ(Duration(60), "1 min");
  EXPECT_EQ(Duration(90), "1 min 30 s");
  EXPECT_EQ(Duration(3 * 3600 + 125), "3 h 2 min");
  EXPECT_EQ(Duration(2 * 86400 + 3600), "2 d 1 h");
  EXPECT_EQ(Count(Json(999)), "999");
  EXPECT_EQ(Count(Json(1000)), "1 000");
  EXPECT_EQ(Count(Json(-1234567)), "-1 234 567");
  EXPECT_EQ(Count(Json("1")), "");
  EXPECT_EQ(LocalTime(Json()), "");
  EXPECT_EQ(Joined(Json::array().push_back("a").push_back("b"), ", "), "a, b");
}

TEST(SampleHostExitCode, FollowsStatusThenRetry) {
  const Json retry = Json::object().set("retry", true);
  const Json final = Json::object().set("retry", false);
  EXPECT_EQ(ExitCodeOf(LLMP_OK, Json()), kOk);
  EXPECT_EQ(ExitCodeOf(LLMP_E_UNAVAILABLE, final), kUnavailable);
  EXPECT_EQ(ExitCodeOf(LLMP_E_CANCELLED, final), kCancelled);
  EXPECT_EQ(ExitCodeOf(LLMP_E_NO_AUTH, final), kNotSignedIn);
  EXPECT_EQ(ExitCodeOf(LLMP_E_DENIED, final), kDenied);
  for (const int status : {LLMP_E_RATE_LIMIT, LLMP_E_NETWORK, LLMP_E_UPSTREAM,
                           LLMP_E_STORE, LLMP_E_TRUNCATED}) {
    EXPECT_EQ(ExitCodeOf(status, retry), kTemporary);
    EXPECT_EQ(ExitCodeOf(status, final), kFailed);
  }
  EXPECT_EQ(ExitCodeOf(LLMP_E_INVALID, Json()), kFailed);
}

TEST(SampleHostQrCode, FitsOrIsLeftOut) {
  const std::string url = "https://echo.example/device?user_code=ECHO-1234";
  EXPECT_FALSE(QrCode(url, 80).empty());
  EXPECT_EQ(QrCode(url, 20), "");
  EXPECT_EQ(QrCode(std::string(5000, 'x'), 1000), "");
}

}  // namespace
}  // namespace xai::testing
