// The answers to a poll of the device flow: device_flow.h, ReadPollReply().
#include <string>
#include <string_view>
#include <variant>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "oauth/device_flow.h"
#include "oauth/http_reply.h"

namespace xai {
namespace {

constexpr int64_t kAskedAt = 1'780'000'000'000;

// "tokens", "pending INTERVAL WAIT", or the error with its reason.
std::string Outcome(const HttpResponse& response, int64_t interval = 5) {
  const PollOutcome outcome = ReadPollReply(response, interval, kAskedAt);
  if (std::holds_alternative<TokenSet>(outcome)) return "tokens";
  if (const auto* pending = std::get_if<StillPending>(&outcome)) {
    return "pending " + std::to_string(pending->interval_seconds) + " " +
           std::to_string(pending->wait_ms);
  }
  const Error& error = std::get<Error>(outcome);
  return std::string(InfoOf(error.code).name) + " " + error.reason;
}

std::string OutcomeOf(std::string_view error, int status = 400, int64_t interval = 5) {
  return Outcome(HttpReply(status, R"({"error":")" + std::string(error) + R"("})"),
                 interval);
}

TEST(PollReply, SuccessHasTokens) {
  EXPECT_EQ(Outcome(HttpReply(200, R"({"access_token":"at","expires_in":60})")),
            "tokens");
  EXPECT_EQ(Outcome(HttpReply(201, R"({"access_token":"at"})")), "tokens");
}

// Matrix A20, A21.
TEST(PollReply, TokensThatCannotBeUsedEndTheFlow) {
  for (const std::string_view body :
       {R"({"access_token":7})", R"({"access_token":"a b"})",
        R"({"token_type":"Bearer"})", R"({"access_token":"at","token_type":"DPoP"})",
        R"({"access_token":"at","refresh_token":"a\r\nb"})"}) {
    EXPECT_EQ(Outcome(HttpReply(200, body)), "protocol token_response") << body;
  }
}

// Matrix A14.
TEST(PollReply, ASuccessWithoutTokensLosesNothing) {
  for (const std::string_view body :
       {"", "<html>sign in to the network</html>", R"({"access_token":"at-1)",
        R"({"access_token":"at"}{)", "null", "[]", "{}", R"({"status":"ok"})",
        R"({"access_token":"a","access_token":"b"})", R"({"error":"server_error"})"}) {
    EXPECT_EQ(Outcome(HttpReply(200, body)), "pending 5 5000") << body;
  }
  EXPECT_EQ(Outcome(HttpReply(204, "")), "pending 5 5000");
}

TEST(PollReply, AnErrorIsOneWhateverItsStatusSays) {
  EXPECT_EQ(OutcomeOf("authorization_pending", 200), "pending 5 5000");
  EXPECT_EQ(OutcomeOf("slow_down", 200), "pending 10 10000");
  EXPECT_EQ(OutcomeOf("access_denied", 200), "access_denied ");
  EXPECT_EQ(OutcomeOf("expired_token", 200), "expired ");
}

// Matrix A08.
TEST(PollReply, PendingKeepsTheInterval) {
  for (const int64_t interval : {1, 5, 60}) {
    EXPECT_EQ(
        OutcomeOf("authorization_pending", 400, interval),
        "pending " + std::to_string(interval) + " " + std::to_string(interval * 1000));
  }
}

// Matrix A09.
TEST(PollReply, SlowDownAddsFiveSecondsEachTime) {
  EXPECT_EQ(OutcomeOf("slow_down", 400, 5), "pending 10 10000");
  EXPECT_EQ(OutcomeOf("slow_down", 400, 10), "pending 15 15000");
  EXPECT_EQ(OutcomeOf("slow_down", 400, 55), "pending 60 60000");
  EXPECT_EQ(OutcomeOf("slow_down", 400, 56), "pending 60 60000");
  EXPECT_EQ(OutcomeOf("slow_down", 400, 60), "pending 60 60000");
}

TEST(PollReply, SlowDownMayNameALongerInterval) {
  const auto with = [](std::string_view interval) {
    return Outcome(HttpReply(
        400, R"({"error":"slow_down","interval":)" + std::string(interval) + "}"));
  };
  EXPECT_EQ(with("30"), "pending 30 30000");
  EXPECT_EQ(with("10"), "pending 10 10000");
  EXPECT_EQ(with("7"), "pending 10 10000") << "never less than five seconds more";
  EXPECT_EQ(with("-7"), "pending 10 10000");
  EXPECT_EQ(with("9000000000"), "pending 60 60000");
  EXPECT_EQ(with("1e308"), "pending 10 10000");
  EXPECT_EQ(with(R"("30")"), "pending 10 10000");
}

// Matrix A11, A12.
TEST(PollReply, SomeAnswersEndTheFlow) {
  EXPECT_EQ(OutcomeOf("access_denied"), "access_denied ");
  EXPECT_EQ(OutcomeOf("authorization_denied", 403), "access_denied ");
  EXPECT_EQ(OutcomeOf("forbidden", 403), "access_denied ");
  EXPECT_EQ(OutcomeOf("expired_token"), "expired ");
  EXPECT_EQ(OutcomeOf("invalid_grant"), "expired invalid_grant");
  EXPECT_EQ(OutcomeOf("invalid_client", 401), "upstream client_not_accepted");
  EXPECT_EQ(OutcomeOf("unsupported_grant_type"), "upstream client_not_accepted");
  EXPECT_EQ(Outcome(HttpReply(307, "")), "protocol redirect");
}

// Matrix A14.
TEST(PollReply, AnOutageLosesNothing) {
  for (const int status : {400, 403, 404, 408, 429, 500, 502, 503, 504, 522}) {
    for (const std::string_view body :
         {"", "<html>oops</html>", R"({"error":7})", R"({"error":"server_error"})"}) {
      EXPECT_EQ(Outcome(HttpReply(status, body)), "pending 5 5000") << status << body;
    }
  }
  EXPECT_EQ(OutcomeOf("access_denied", 503), "pending 5 5000");
  EXPECT_EQ(OutcomeOf("expired_token", 429), "pending 5 5000");
}

TEST(PollReply, AnOutageIsWaitedForAsLongAsItAsks) {
  const auto after = [](std::string_view seconds) {
    return Outcome(HttpReply(503, "", {{"retry-after", std::string(seconds)}}));
  };
  EXPECT_EQ(after("1"), "pending 5 5000") << "never less than the interval";
  EXPECT_EQ(after("20"), "pending 5 20000") << "the interval stays";
  EXPECT_EQ(after("60"), "pending 5 60000");
  EXPECT_EQ(after("61"), "pending 5 60000") << "a person is waiting";
  EXPECT_EQ(after("soon"), "pending 5 5000");
}

}  // namespace
}  // namespace xai
