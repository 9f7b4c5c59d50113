#include "oauth/claims.h"

#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "support/jwt_text.h"

namespace xai {
namespace {

Claims Read(std::string_view token) {
  return ReadClaims(SecretString(token));
}

Claims ReadPayload(std::string_view json) {
  return Read(JwtText(json));
}

bool IsEmpty(const Claims& claims) {
  return claims.subject.empty() && claims.email.empty() && claims.principal_id.empty() &&
         !claims.tier && !claims.life_seconds;
}

TEST(Claims, AreReadFromTheMiddle) {
  const Claims claims = ReadPayload(
      R"({"iss":"https://auth.x.ai","aud":["a","b"],"sub":"user-1","email":"a@b.example",)"
      R"("principal_id":"p-1","tier":3,"iat":1780000000,"exp":1780021600})");
  EXPECT_EQ(claims.subject, "user-1");
  EXPECT_EQ(claims.email, "a@b.example");
  EXPECT_EQ(claims.principal_id, "p-1");
  EXPECT_EQ(claims.tier, 3);
  EXPECT_EQ(claims.life_seconds, 21'600);
}

// Matrix A22, A44, E10.
TEST(Claims, AnythingThatIsNoJwtHasNone) {
  const std::string payload = Base64Url(R"({"sub":"user-1"})");
  EXPECT_FALSE(IsEmpty(Read("h." + payload + ".s")));
  EXPECT_FALSE(IsEmpty(Read("." + payload + ".")));
  for (const std::string& token : {
           std::string(),
           std::string("opaque-token"),
           std::string("."),
           std::string(".."),
           std::string("a.b"),
           std::string("a.b.c"),
           payload,
           "h." + payload,
           payload + ".x.y",
           "h." + payload + ".s.",
           "h." + payload + ".s.x.y",
           "h." + payload + "=.s",
           "h." + payload + "==.s",
           "h.=" + payload + ".s",
           "h. " + payload + ".s",
           "h." + payload + "\n.s",
           std::string("h.+/+/.s"),
           "h." + payload.substr(0, payload.size() - 1) + ".s",
           "h." + Base64Url("not json") + ".s",
           "h." + Base64Url("\xFF\xFE\x00") + ".s",
           "h." + Base64Url("[]") + ".s",
           "h." + Base64Url("null") + ".s",
           "h." + Base64Url("7") + ".s",
           "h." + Base64Url(R"({"sub":"a","sub":"b"})") + ".s",
           "h." + Base64Url(R"({"sub":"a"})" + std::string("x")) + ".s",
           "h." + Base64Url(std::string(100, '[')) + ".s",
       }) {
    EXPECT_TRUE(IsEmpty(Read(token))) << token;
  }
}

// Matrix A22.
TEST(Claims, TheTierIsAWholeNumberOrUnknown) {
  const std::pair<std::string_view, std::optional<int64_t>> cases[] = {
      {"0", 0},
      {"1", 1},
      {"7", 7},
      {"99", 99},
      {"2.0", 2},
      {"9223372036854775807", INT64_MAX},
      {"-1", std::nullopt},
      {"2.5", std::nullopt},
      {"1e30", std::nullopt},
      {"9223372036854775808", std::nullopt},
      {R"("3")", std::nullopt},
      {R"("x_premium")", std::nullopt},
      {"null", std::nullopt},
      {"true", std::nullopt},
      {"[3]", std::nullopt},
      {R"({"id":3})", std::nullopt},
  };
  for (const auto& [value, tier] : cases) {
    const Claims claims = ReadPayload(R"({"sub":"u","tier":)" + std::string(value) + "}");
    EXPECT_EQ(claims.tier, tier) << value;
    EXPECT_EQ(claims.subject, "u") << value << " spoils nothing else";
  }
  EXPECT_EQ(ReadPayload(R"({"sub":"u"})").tier, std::nullopt);
}

// Matrix E10.
TEST(Claims, TheLifeIsThatBetweenIssueAndExpiry) {
  const std::string longest = std::to_string(limits::kTokenLifeSecondsMax);
  const std::string past_longest = std::to_string(limits::kTokenLifeSecondsMax + 1);
  const std::pair<std::string, std::optional<int64_t>> cases[] = {
      {R"({"iat":0,"exp":1})", 1},
      {R"({"iat":1000.0,"exp":4.6e3})", 3600},
      {R"({"iat":0,"exp":)" + longest + "}", limits::kTokenLifeSecondsMax},
      {R"({"iat":0,"exp":)" + past_longest + "}", std::nullopt},
      {R"({"iat":5,"exp":5})", std::nullopt},
      {R"({"iat":6,"exp":5})", std::nullopt},
      {R"({"iat":-1,"exp":5})", std::nullopt},
      {R"({"iat":-9223372036854775808,"exp":9223372036854775807})", std::nullopt},
      {R"({"iat":1.5,"exp":5})", std::nullopt},
      {R"({"iat":1,"exp":1e308})", std::nullopt},
      {R"({"iat":"1","exp":5})", std::nullopt},
      {R"({"exp":5})", std::nullopt},
      {R"({"iat":5})", std::nullopt},
  };
  for (const auto& [json, life] : cases) {
    EXPECT_EQ(ReadPayload(json).life_seconds, life) << json;
  }
}

TEST(Claims, TextIsFitToShow) {
  const Claims claims =
      ReadPayload(R"({"sub":"u\u001b[31m","email":"a\r\nb@c","principalId":"p"})");
  EXPECT_EQ(claims.subject, "u [31m");
  EXPECT_EQ(claims.email, "a b@c");
  EXPECT_EQ(claims.principal_id, "p") << "the other spelling";
  EXPECT_EQ(ReadPayload(R"({"principal_id":"a","principalId":"b"})").principal_id, "a");
  EXPECT_TRUE(IsEmpty(ReadPayload(R"({"sub":7,"email":["a@b"],"principal_id":null})")));
}

// Matrix E14.
TEST(Claims, AnEmailIsAnAddress) {
  EXPECT_EQ(ReadPayload(R"({"email":"r3fr3sh-token"})").email, "");
  EXPECT_EQ(ReadUserinfo(R"({"email":"r3fr3sh-token"})").email, "");
  EXPECT_EQ(ReadUserinfo(R"({"email":"a@b"})").email, "a@b");
}

TEST(Claims, TextIsBounded) {
  const std::string longest(320, 'x');
  EXPECT_EQ(ReadPayload(R"({"sub":")" + longest + R"("})").subject, longest);
  EXPECT_EQ(ReadPayload(R"({"sub":")" + longest + R"(x"})").subject, "");
}

TEST(Claims, UserinfoHasTheSameMembers) {
  const Claims claims = ReadUserinfo(R"({"sub":"user-1","email":"a@b.example"})");
  EXPECT_EQ(claims.subject, "user-1");
  EXPECT_EQ(claims.email, "a@b.example");
  for (const std::string_view body :
       {"", "<html>", "[]", "{}", "null", R"({"error":"invalid_token"})"}) {
    EXPECT_TRUE(IsEmpty(ReadUserinfo(body))) << body;
  }
}

}  // namespace
}  // namespace xai
