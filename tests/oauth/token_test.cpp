#include "oauth/token.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "support/jwt_text.h"

namespace xai {
namespace {

constexpr int64_t kAskedAt = 1'780'000'000'000;

Result<TokenSet> Parse(std::string_view body) {
  return ParseTokenResponse(body, kAskedAt);
}

// A body whose members follow a good access token.
Result<TokenSet> ParseWith(std::string_view more) {
  return Parse(R"({"access_token":"at-1",)" + std::string(more) + "}");
}

// "protocol", with the reason, or "ok".
std::string Verdict(const Result<TokenSet>& tokens) {
  if (tokens.ok()) return "ok";
  return std::string(InfoOf(tokens.error().code).name) + " " + tokens.error().reason;
}

TEST(TokenResponse, HasEverything) {
  const Result<TokenSet> tokens =
      Parse(R"({"access_token":"AZaz09-._~+/=","token_type":"Bearer","expires_in":21600,)"
            R"("refresh_token":"rt-1","id_token":"id.to.ken","scope":"openid email",)"
            R"("unknown":[{"x":null}]})");
  ASSERT_TRUE(tokens.ok());
  EXPECT_EQ(tokens.value().access_token.Reveal(), "AZaz09-._~+/=");
  EXPECT_EQ(tokens.value().refresh_token.Reveal(), "rt-1");
  EXPECT_EQ(tokens.value().id_token.Reveal(), "id.to.ken");
  EXPECT_EQ(tokens.value().scope, "openid email");
  EXPECT_EQ(tokens.value().issued_at_ms, kAskedAt);
  EXPECT_EQ(tokens.value().expires_at_ms, kAskedAt + 21'600'000);
}

// Matrix A19, A44.
TEST(TokenResponse, NeedsNoMoreThanAnAccessToken) {
  const Result<TokenSet> tokens = Parse(R"({"access_token":"at"})");
  ASSERT_TRUE(tokens.ok());
  EXPECT_TRUE(tokens.value().refresh_token.empty());
  EXPECT_TRUE(tokens.value().id_token.empty());
  EXPECT_EQ(tokens.value().scope, "");
  EXPECT_EQ(tokens.value().expires_at_ms,
            kAskedAt + limits::kTokenLifeSecondsDefault * 1000);
}

// Matrix E08.
TEST(TokenResponse, IsOneJsonObject) {
  std::string deep = R"({"access_token":"at","x":)" + std::string(63, '[');
  std::string at_bound = deep + std::string(63, ']') + "}";
  std::string past_bound = deep + "[]" + std::string(63, ']') + "}";
  EXPECT_EQ(Verdict(Parse(at_bound)), "ok");
  std::string many = R"({"access_token":"at")";
  for (size_t i = 2; i < limits::kJsonFieldsMax; ++i) {
    many += ",\"m" + std::to_string(i) + "\":0";
  }
  EXPECT_EQ(Verdict(Parse(many + "}")), "ok");
  for (const std::string_view body :
       {std::string_view(past_bound), std::string_view(many += R"(,"m":0})"),
        std::string_view(""), std::string_view("\0", 1), std::string_view("at"),
        std::string_view("<html>502</html>"), std::string_view("{"),
        std::string_view(R"({"access_token":"at")"),
        std::string_view(R"({"access_token":"at)"),
        std::string_view(R"({"access_token":"at"}x)"),
        std::string_view(R"({"access_token":"at"}{"access_token":"at"})"),
        std::string_view(R"({"access_token":"at","access_token":"at"})"),
        std::string_view(R"({"access_token":"at",})"),
        std::string_view(R"({'access_token':'at'})")}) {
    EXPECT_EQ(Verdict(Parse(body)), "protocol ") << body.substr(0, 60);
  }
}

// Matrix A21, E07.
TEST(TokenResponse, AnAccessTokenIsWhatAHeaderCanCarry) {
  for (const std::string_view value : {"null",
                                       "7",
                                       "true",
                                       "[]",
                                       R"(["at"])",
                                       "{}",
                                       R"({"token":"at"})",
                                       R"("")",
                                       R"("a b")",
                                       R"("a\tb")",
                                       R"("a\r\nX: y")",
                                       R"("a\n")",
                                       R"(" a")",
                                       R"("a\u0000")",
                                       R"("a\u00e4")",
                                       R"("a\u007f")",
                                       "\"\xC3\xA4\"",
                                       "\"\xFF\"",
                                       R"("a,b")",
                                       R"("a;b")",
                                       R"("a\"b")",
                                       R"("a\\b")",
                                       R"("a:b")",
                                       R"("<a>")"}) {
    const Result<TokenSet> tokens =
        Parse(R"({"access_token":)" + std::string(value) + "}");
    EXPECT_EQ(Verdict(tokens), "protocol token_response") << value;
  }
  EXPECT_EQ(Verdict(Parse(R"({"token_type":"Bearer"})")), "protocol token_response");
}

// Matrix E05.
TEST(TokenResponse, OtherJsonIsNoTokenAnswer) {
  for (const std::string_view body :
       {"{}", "[]", "null", R"({"data":{"access_token":"at"}})",
        R"({"error":"authorization_pending"})", R"({"expires_in":3600})"}) {
    EXPECT_EQ(Verdict(Parse(body)), "protocol ") << body;
  }
}

// Matrix A21.
TEST(TokenResponse, TokensAreBounded) {
  const std::string longest(limits::kTokenBytesMax, 'x');
  const Result<TokenSet> at =
      Parse(R"({"access_token":")" + longest + R"(","refresh_token":")" + longest +
            R"(","id_token":")" + longest + R"("})");
  ASSERT_TRUE(at.ok());
  EXPECT_EQ(at.value().access_token.size(), limits::kTokenBytesMax);
  EXPECT_EQ(at.value().refresh_token.size(), limits::kTokenBytesMax);
  EXPECT_EQ(at.value().id_token.size(), limits::kTokenBytesMax);

  EXPECT_EQ(Verdict(Parse(R"({"access_token":")" + longest + R"(x"})")),
            "protocol token_response");
  EXPECT_EQ(Verdict(ParseWith(R"("refresh_token":")" + longest + R"(x")")),
            "protocol token_response");
  const Result<TokenSet> id = ParseWith(R"("id_token":")" + longest + R"(x")");
  ASSERT_TRUE(id.ok()) << "only the name is lost";
  EXPECT_TRUE(id.value().id_token.empty());
}

// Matrix A20.
TEST(TokenResponse, TheTypeIsBearer) {
  for (const std::string_view type : {"Bearer", "bearer", "BEARER", "bEaReR"}) {
    EXPECT_EQ(Verdict(ParseWith(R"("token_type":")" + std::string(type) + "\"")), "ok");
  }
  for (const std::string_view type :
       {R"("DPoP")", R"("mac")", R"("")", R"("Bearer ")", R"("Bearers")", R"("B\u0000")",
        "null", "1", "[]", R"(["Bearer"])"}) {
    EXPECT_EQ(Verdict(ParseWith(R"("token_type":)" + std::string(type))),
              "protocol token_response")
        << type;
  }
}

TEST(TokenResponse, ARefreshTokenIsUsableOrAbsent) {
  for (const std::string_view none : {"null", R"("")"}) {
    const Result<TokenSet> tokens = ParseWith(R"("refresh_token":)" + std::string(none));
    ASSERT_TRUE(tokens.ok()) << none;
    EXPECT_TRUE(tokens.value().refresh_token.empty());
  }
  // RFC 6749 appendix A.17 has more characters than a bearer may have.
  const Result<TokenSet> odd = ParseWith(R"("refresh_token":" a|b:c$~\"")");
  ASSERT_TRUE(odd.ok());
  EXPECT_EQ(odd.value().refresh_token.Reveal(), " a|b:c$~\"");
  for (const std::string_view value :
       {R"("a\n")", R"("a\u007f")", R"("\u00e4")", "7", "true", "[]", "{}"}) {
    EXPECT_EQ(Verdict(ParseWith(R"("refresh_token":)" + std::string(value))),
              "protocol token_response")
        << value;
  }
}

TEST(TokenResponse, WhatIsOnlyForShowIsIgnoredIfItIsOdd) {
  for (const std::string_view more :
       {R"("id_token":7)", R"("id_token":"")", R"("id_token":"a b")",
        R"("id_token":null)", R"("scope":7)", R"("scope":["a"])", R"("scope":null)"}) {
    const Result<TokenSet> tokens = ParseWith(more);
    ASSERT_TRUE(tokens.ok()) << more;
    EXPECT_TRUE(tokens.value().id_token.empty()) << more;
    EXPECT_EQ(tokens.value().scope, "") << more;
  }
}

int64_t LifeOf(const Result<TokenSet>& tokens) {
  if (!tokens.ok()) return -1;
  return (tokens.value().expires_at_ms - tokens.value().issued_at_ms) / 1000;
}

// Matrix H06.
TEST(TokenResponse, TheLifeIsBelievedIfItCanBe) {
  constexpr int64_t kMax = limits::kTokenLifeSecondsMax;
  constexpr int64_t kDefault = limits::kTokenLifeSecondsDefault;
  const std::string max = std::to_string(kMax);
  const std::string past_max = std::to_string(kMax + 1);
  const std::pair<std::string_view, int64_t> cases[] = {
      {"1", 1},
      {"900", 900},
      {"21600", 21'600},
      {"21600.0", 21'600},
      {"2.16e4", 21'600},
      {max, kMax},
      {past_max, kMax},
      {"9223372036854775807", kMax},
      {"9223372036854775808", kDefault},
      {"0", kDefault},
      {"-5", kDefault},
      {"0.5", kDefault},
      {"1.5", kDefault},
      {"1e308", kDefault},
      {"99999999999999999999", kDefault},
      {"null", kDefault},
      {"true", kDefault},
      {R"("21600")", kDefault},
      {R"("120s")", kDefault},
      {"[900]", kDefault},
      {"{}", kDefault},
  };
  for (const auto& [value, seconds] : cases) {
    EXPECT_EQ(LifeOf(ParseWith(R"("expires_in":)" + std::string(value))), seconds)
        << value;
  }
}

// Matrix H07.
TEST(TokenResponse, TheShorterOfTwoLivesCounts) {
  const std::string hour = JwtText(R"({"iat":1000,"exp":4600})");
  const auto parse = [&hour](std::string_view more) {
    return LifeOf(Parse(R"({"access_token":")" + hour + "\"" + std::string(more) + "}"));
  };
  EXPECT_EQ(parse(""), 3600);
  EXPECT_EQ(parse(R"(,"expires_in":900)"), 900);
  EXPECT_EQ(parse(R"(,"expires_in":21600)"), 3600);
  EXPECT_EQ(parse(R"(,"expires_in":-1)"), 3600);
}

TEST(TokenResponse, AnErrorNeverHoldsTheToken) {
  for (const std::string_view body :
       {R"({"access_token":"s3cr3t value"})", R"({"access_token":"s3cr3t")",
        R"({"access_token":"at","refresh_token":"s3cr3t\nvalue"})",
        R"({"s3cr3t":1,"s3cr3t":2})"}) {
    const Result<TokenSet> tokens = Parse(body);
    ASSERT_FALSE(tokens.ok());
    EXPECT_EQ(tokens.error().detail.find("s3cr3t"), std::string::npos);
  }
}

// Matrix E14.
TEST(TokenResponse, TheOwnerHoldsNoToken) {
  const std::string access = JwtText(R"({"sub":"id-of-r3fr3sh!"})");
  const std::string id = JwtText(R"({"email":"r3fr3sh!@b","principal_id":"r3fr3sh! r"})");
  const Result<TokenSet> tokens =
      Parse(R"({"refresh_token":"r3fr3sh!","access_token":")" + access +
            R"(","id_token":")" + id + "\"}");
  ASSERT_TRUE(tokens.ok());
  const Claims owner = OwnerOf(tokens.value());
  EXPECT_EQ(owner.subject, "id-of-[masked]");
  EXPECT_EQ(owner.principal_id, "[masked] r");
  EXPECT_EQ(owner.email, "[masked]@b");
}

}  // namespace
}  // namespace xai
