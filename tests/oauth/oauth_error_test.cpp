#include "oauth/oauth_error.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "oauth/http_reply.h"

namespace xai {
namespace {

using Kind = OAuthErrorKind;

struct Named {
  std::string_view error;
  Kind kind;
};

constexpr Named kErrors[] = {
    {"authorization_pending", Kind::kAuthorizationPending},
    {"slow_down", Kind::kSlowDown},
    {"access_denied", Kind::kAccessDenied},
    {"authorization_denied", Kind::kAccessDenied},
    {"expired_token", Kind::kExpiredToken},
    {"invalid_grant", Kind::kInvalidGrant},
    {"invalid_client", Kind::kInvalidClient},
    {"unauthorized_client", Kind::kInvalidClient},
    {"unsupported_grant_type", Kind::kInvalidClient},
    {"invalid_scope", Kind::kInvalidClient},
    {"invalid_request", Kind::kInvalidClient},
    {"forbidden", Kind::kForbidden},
    {"permission_denied", Kind::kForbidden},
    {"permission-denied", Kind::kForbidden},
    {"server_error", Kind::kTransient},
    {"temporarily_unavailable", Kind::kTransient},
    {"INVALID_GRANT", Kind::kTransient},
    {"invalid_grant ", Kind::kTransient},
    {"", Kind::kTransient},
};

std::string BodyOf(std::string_view error) {
  return R"({"error":")" + std::string(error) + R"(","error_description":"words"})";
}

TEST(OAuthFault, TheNameDecidesNotTheStatus) {
  for (const Named& c : kErrors) {
    for (const int status : {400, 401, 402, 403, 404, 408, 418, 422}) {
      const OAuthFault fault = ReadOAuthFault(HttpReply(status, BodyOf(c.error)));
      EXPECT_EQ(fault.kind, c.kind) << c.error << " with " << status;
      EXPECT_EQ(fault.http_status, status);
    }
  }
}

TEST(OAuthFault, AnOutageIsAnOutageWhateverItSays) {
  for (const Named& c : kErrors) {
    for (const int status : {429, 500, 502, 503, 504, 520, 524, 530}) {
      EXPECT_EQ(ReadOAuthFault(HttpReply(status, BodyOf(c.error))).kind, Kind::kTransient)
          << c.error << " with " << status;
    }
  }
}

// Matrix A35.
TEST(OAuthFault, ARedirectIsOneWhateverItSays) {
  for (const int status : {300, 301, 302, 303, 307, 308}) {
    const OAuthFault fault = ReadOAuthFault(HttpReply(status, BodyOf("invalid_grant")));
    EXPECT_EQ(fault.kind, Kind::kRedirect) << status;
    const Error error = ToError(fault);
    EXPECT_EQ(error.code, ErrorCode::kProtocol);
    EXPECT_EQ(error.reason, "redirect");
  }
}

// Matrix A27: nothing that could condemn a grant by accident.
TEST(OAuthFault, WhatSaysNothingAboutTheGrantIsTransient) {
  for (const std::string_view body : {
           "",
           "<html><title>400 Bad Request</title></html>",
           "invalid_grant",
           R"("invalid_grant")",
           R"(["invalid_grant"])",
           R"({"error":123})",
           R"({"error":null})",
           R"({"error":true})",
           R"({"error":["invalid_grant"]})",
           R"({"error":{"code":"invalid_grant"}})",
           R"({"error":{"error":"invalid_grant"}})",
           R"({"errors":"invalid_grant"})",
           R"({"error_description":"invalid_grant"})",
           R"({"data":{"error":"invalid_grant"}})",
           R"({"error":"invalid_grant")",
           R"({"error":"invalid_grant","error":"x"})",
           R"({"error":"invalid_grant"}x)",
           "{}",
       }) {
    const OAuthFault fault = ReadOAuthFault(HttpReply(400, body));
    EXPECT_EQ(fault.kind, Kind::kTransient) << body;
    EXPECT_FALSE(fault.edge_page) << body;
    const Error error = ToError(fault);
    EXPECT_EQ(error.code, ErrorCode::kUpstream) << body;
    EXPECT_EQ(error.reason, "transient") << body;
  }
}

TEST(OAuthFault, ASignInPageOfTheNetworkIsNamed) {
  for (const std::string& body : {std::string("<html>"), BodyOf("invalid_grant")}) {
    const OAuthFault fault =
        ReadOAuthFault(HttpReply(511, body, {{"content-type", "text/html"}}));
    EXPECT_EQ(fault.kind, Kind::kTransient) << body;
    const Error error = ToError(fault);
    EXPECT_EQ(error.code, ErrorCode::kProtocol) << body;
    EXPECT_EQ(error.reason, "portal") << body;
    EXPECT_EQ(error.detail, "the network wants a sign-in of its own (status 511)");
  }
}

TEST(OAuthFault, AGateBeforeTheServerIsNamed) {
  const std::vector<HttpHeader> html = {{"content-type", "text/html; charset=UTF-8"}};
  for (const int status : {403, 520, 525, 530}) {
    const OAuthFault fault = ReadOAuthFault(HttpReply(status, "<html>", html));
    EXPECT_EQ(fault.kind, Kind::kTransient) << status;
    EXPECT_TRUE(fault.edge_page) << status;
    EXPECT_EQ(ToError(fault).code, ErrorCode::kEdgeBlocked) << status;
  }
  for (const int status : {400, 404, 500, 502, 503, 519, 531}) {
    EXPECT_FALSE(ReadOAuthFault(HttpReply(status, "<html>", html)).edge_page) << status;
  }
  EXPECT_TRUE(ReadOAuthFault(HttpReply(503, "<html>",
                                       {{"content-type", "text/html"},
                                        {"cf-mitigated", "challenge"}}))
                  .edge_page);
  EXPECT_FALSE(ReadOAuthFault(HttpReply(403, BodyOf("forbidden"),
                                        {{"content-type", "application/json"}}))
                   .edge_page);
}

// Matrix E18.
TEST(OAuthFault, KnowsHowLongToWait) {
  const OAuthFault fault = ReadOAuthFault(
      HttpReply(400, R"({"error":"slow_down","interval":12})", {{"retry-after", "60"}}));
  EXPECT_EQ(fault.retry_after_ms, 60'000);
  EXPECT_EQ(fault.interval_seconds, 12);
  EXPECT_EQ(ToError(fault).retry_after_ms, 60'000);
  const OAuthFault none = ReadOAuthFault(HttpReply(
      503, R"({"error":"slow_down","interval":"12"})", {{"retry-after", "soon"}}));
  EXPECT_EQ(none.retry_after_ms, std::nullopt);
  EXPECT_EQ(none.interval_seconds, std::nullopt);
}

// The words of a server are not ours to show: they may hold a token or worse.  Matrix
// E14.
TEST(OAuthFault, TheDetailHoldsOnlyWhatWeKnow) {
  for (const std::string_view body :
       {R"({"error":"s3cr3t","error_description":"s3cr3t"})", "s3cr3t", R"({"s3cr3t":1})",
        R"({"error":"invalid_grant","error_description":"token s3cr3t is revoked"})"}) {
    const OAuthFault fault = ReadOAuthFault(HttpReply(400, body));
    EXPECT_EQ(fault.detail.find("s3cr3t"), std::string::npos) << fault.detail;
    EXPECT_NE(fault.detail.find("400"), std::string::npos) << fault.detail;
  }
  EXPECT_NE(ReadOAuthFault(HttpReply(400, BodyOf("invalid_grant")))
                .detail.find("invalid_grant"),
            std::string::npos);
}

TEST(OAuthFault, EachKindHasItsNameForTheHost) {
  const struct {
    std::string_view error;
    ErrorCode code;
    std::string_view reason;
  } cases[] = {
      {"access_denied", ErrorCode::kAccessDenied, ""},
      {"forbidden", ErrorCode::kAccessDenied, ""},
      {"expired_token", ErrorCode::kExpired, ""},
      {"invalid_grant", ErrorCode::kReauthRequired, "invalid_grant"},
      {"invalid_client", ErrorCode::kUpstream, "client_not_accepted"},
      {"invalid_scope", ErrorCode::kUpstream, "client_not_accepted"},
      {"server_error", ErrorCode::kUpstream, "transient"},
  };
  for (const auto& c : cases) {
    const Error error = ToError(ReadOAuthFault(HttpReply(403, BodyOf(c.error))));
    EXPECT_EQ(error.code, c.code) << c.error;
    EXPECT_EQ(error.reason, c.reason) << c.error;
    EXPECT_EQ(error.http_status, 403) << c.error;
  }
}

}  // namespace
}  // namespace xai
