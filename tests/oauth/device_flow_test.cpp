#include "oauth/device_flow.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "oauth/http_reply.h"

namespace xai {
namespace {

constexpr int64_t kAskedAt = 1'780'000'000'000;
constexpr std::string_view kPage = "https://accounts.x.ai/oauth2/device";

OAuthConfig XaiConfig() {
  return {"https://auth.x.ai", "client-1", "openid api:access", "test-referrer"};
}

// Members of a good answer; a test replaces one of them.  An empty value leaves it out.
struct Answer {
  std::string device_code = R"("dc-0123456789")";
  std::string user_code = R"("ABCD-1234")";
  std::string verification_uri = "\"" + std::string(kPage) + "\"";
  std::string complete;
  std::string expires_in = "1800";
  std::string interval = "5";

  std::string Json() const {
    std::string json = "{\"more\":0";
    const auto add = [&json](std::string_view name, const std::string& value) {
      if (!value.empty()) json += ",\"" + std::string(name) + "\":" + value;
    };
    add("device_code", device_code);
    add("user_code", user_code);
    add("verification_uri", verification_uri);
    add("verification_uri_complete", complete);
    add("expires_in", expires_in);
    add("interval", interval);
    return json + "}";
  }
};

Result<DeviceCode> Parse(const Answer& answer) {
  return ParseDeviceResponse(HttpReply(200, answer.Json()), XaiConfig(), kAskedAt);
}

std::string Verdict(const Result<DeviceCode>& code) {
  if (code.ok()) return "ok";
  return std::string(InfoOf(code.error().code).name) + " " + code.error().reason;
}

TEST(DeviceRequest, IsThatOfTheStandardAndOurName) {
  FormBody form;
  FillDeviceRequest(XaiConfig(), &form);
  EXPECT_EQ(form.text(),
            "client_id=client-1&scope=openid%20api%3Aaccess&referrer=test-referrer");
  OAuthConfig nameless = XaiConfig();
  nameless.referrer.clear();
  FormBody shorter;
  FillDeviceRequest(nameless, &shorter);
  EXPECT_EQ(shorter.text(), "client_id=client-1&scope=openid%20api%3Aaccess");
}

TEST(DeviceRequest, APollNamesTheDeviceCode) {
  FormBody form;
  FillPollRequest(XaiConfig(), SecretString("dc/1"), &form);
  EXPECT_EQ(form.text(),
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"
            "&device_code=dc%2F1&client_id=client-1");
}

// Matrix A34.
TEST(OAuthConfig, EndpointsAreFixedBelowTheIssuer) {
  const OAuthConfig config = XaiConfig();
  EXPECT_EQ(config.DeviceAuthorizationUrl(), "https://auth.x.ai/oauth2/device/code");
  EXPECT_EQ(config.TokenUrl(), "https://auth.x.ai/oauth2/token");
  EXPECT_EQ(config.RevocationUrl(), "https://auth.x.ai/oauth2/revoke");
  EXPECT_EQ(config.UserinfoUrl(), "https://auth.x.ai/oauth2/userinfo");
}

TEST(DeviceResponse, HasWhatAPersonNeeds) {
  const Result<DeviceCode> code = Parse(Answer{});
  ASSERT_TRUE(code.ok());
  EXPECT_EQ(code.value().device_code.Reveal(), "dc-0123456789");
  EXPECT_EQ(code.value().user_code, "ABCD-1234");
  EXPECT_EQ(code.value().verification_url, kPage);
  EXPECT_EQ(code.value().interval_seconds, 5);
  EXPECT_EQ(code.value().expires_at_ms, kAskedAt + 1'800'000);
}

// Matrix A01.
TEST(DeviceResponse, ANotFoundMeansThatThereIsNoDeviceFlow) {
  for (const std::string_view body : {"", "<html>", R"({"error":"invalid_client"})"}) {
    const Result<DeviceCode> code =
        ParseDeviceResponse(HttpReply(404, body), XaiConfig(), kAskedAt);
    EXPECT_EQ(Verdict(code), "upstream device_flow_unavailable");
    EXPECT_EQ(code.error().http_status, 404);
  }
}

TEST(DeviceResponse, AnErrorIsToldAsOne) {
  const struct {
    int status;
    std::string_view body;
    std::string_view verdict;
  } cases[] = {
      {400, R"({"error":"invalid_scope"})", "upstream client_not_accepted"},
      {401, R"({"error":"invalid_client"})", "upstream client_not_accepted"},
      {403, R"({"error":"forbidden"})", "access_denied "},
      {429, "", "upstream transient"},
      {503, "<html>", "upstream transient"},
      {302, "", "protocol redirect"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(
        Verdict(ParseDeviceResponse(HttpReply(c.status, c.body), XaiConfig(), kAskedAt)),
        c.verdict)
        << c.status;
  }
}

// Matrix A02, E05.
TEST(DeviceResponse, NeedsItsThreeMembers) {
  for (const std::string_view value : {"", "null", "7", "true", "[]", "{}", R"("")"}) {
    Answer answer;
    answer.device_code = value;
    EXPECT_EQ(Verdict(Parse(answer)), "protocol device_response") << value;
    answer = Answer{};
    answer.user_code = value;
    EXPECT_EQ(Verdict(Parse(answer)), "protocol device_response") << value;
    answer = Answer{};
    answer.verification_uri = value;
    EXPECT_EQ(Verdict(Parse(answer)), "protocol device_response") << value;
  }
  for (const std::string_view body : {"", "x", "<html>", "[", R"({"user_code":"A")"}) {
    EXPECT_EQ(Verdict(ParseDeviceResponse(HttpReply(200, body), XaiConfig(), kAskedAt)),
              "protocol ")
        << body;
  }
}

// Matrix A03, E07.
TEST(DeviceResponse, AUserCodeCannotSteerATerminal) {
  for (const std::string& code :
       {std::string("ABCD"), std::string("a-1-"), std::string(32, 'Z')}) {
    Answer answer;
    answer.user_code = "\"" + code + "\"";
    const Result<DeviceCode> parsed = Parse(answer);
    ASSERT_TRUE(parsed.ok()) << code;
    EXPECT_EQ(parsed.value().user_code, code);
  }
  for (const std::string& code :
       {std::string("ABC"), std::string(33, 'Z'), std::string("AB CD"),
        std::string("ABCD\\u001b[31m"), std::string("ABCD\\r\\nEFGH"),
        std::string("ABCD\\u0000"), std::string("ABCD\xC3\x84"), std::string("ABCD_1"),
        std::string("ABCD&x=y"), std::string("ABCD#"), std::string("ABCD%20"),
        std::string("ABCD/..")}) {
    Answer answer;
    answer.user_code = "\"" + code + "\"";
    EXPECT_EQ(Verdict(Parse(answer)), "protocol device_response") << code;
  }
}

TEST(DeviceResponse, ADeviceCodeIsPrintableAndBounded) {
  Answer answer;
  answer.device_code = "\"" + std::string(limits::kDeviceCodeBytesMax, 'd') + "\"";
  EXPECT_EQ(Verdict(Parse(answer)), "ok");
  answer.device_code = "\"" + std::string(limits::kDeviceCodeBytesMax + 1, 'd') + "\"";
  EXPECT_EQ(Verdict(Parse(answer)), "protocol device_response");
  for (const std::string_view code : {"a b", "a\\n", "a\\u007f", "\xC3\xA4"}) {
    answer.device_code = "\"" + std::string(code) + "\"";
    EXPECT_EQ(Verdict(Parse(answer)), "protocol device_response") << code;
  }
}

// Matrix A06.
TEST(DeviceResponse, TheIntervalIsClamped) {
  const std::pair<std::string_view, int64_t> cases[] = {
      {"", 5},      {"null", 5}, {R"("NaN")", 5},    {R"("5")", 5},
      {"1e308", 5}, {"2.5", 5},  {"-5", 1},          {"0", 1},
      {"1", 1},     {"2", 2},    {"5.0", 5},         {"59", 59},
      {"60", 60},   {"61", 60},  {"9000000000", 60}, {"[]", 5},
  };
  for (const auto& [value, seconds] : cases) {
    Answer answer;
    answer.interval = value;
    const Result<DeviceCode> code = Parse(answer);
    ASSERT_TRUE(code.ok()) << value;
    EXPECT_EQ(code.value().interval_seconds, seconds) << value;
  }
}

// Matrix A07.
TEST(DeviceResponse, TheLifeIsClamped) {
  const std::pair<std::string_view, int64_t> cases[] = {
      {"", 600},         {"null", 600},
      {R"("900")", 600}, {"1e300", 600},
      {"-1", 60},        {"0", 60},
      {"59", 60},        {"60", 60},
      {"61", 61},        {"900", 900},
      {"1799", 1799},    {"1800", 1800},
      {"1801", 1800},    {"1000000000000000000", 1800},
  };
  for (const auto& [value, seconds] : cases) {
    Answer answer;
    answer.expires_in = value;
    const Result<DeviceCode> code = Parse(answer);
    ASSERT_TRUE(code.ok()) << value;
    EXPECT_EQ(code.value().expires_at_ms, kAskedAt + seconds * 1000) << value;
  }
}

// Matrix A05.
TEST(DeviceResponse, TheAddressWithTheCodeIsTheServersOrOurs) {
  const std::string ours = std::string(kPage) + "?user_code=ABCD-1234";
  const std::pair<std::string_view, std::string> cases[] = {
      {"", ours},
      {"null", ours},
      {"7", ours},
      {R"("https://accounts.x.ai/d?c=ABCD-1234&x=1")",
       "https://accounts.x.ai/d?c=ABCD-1234&x=1"},
      {R"("https://accounts.x.ai/oauth2/device")", ours},
      {R"("https://accounts.x.ai/oauth2/device?user_code=EFGH-5678")", ours},
      {R"("https://grok.com/device?user_code=ABCD-1234")", ours},
      {R"("https://evil.example/?user_code=ABCD-1234")", ours},
      {R"("https://accounts.x.ai@evil.example/?user_code=ABCD-1234")", ours},
      {R"("http://accounts.x.ai/?user_code=ABCD-1234")", ours},
      {R"("javascript:alert`ABCD-1234`")", ours},
      {R"("https://accounts.x.ai/?user_code=ABCD-1234\u001b[31m")", ours},
  };
  for (const auto& [value, expected] : cases) {
    Answer answer;
    answer.complete = value;
    const Result<DeviceCode> code = Parse(answer);
    ASSERT_TRUE(code.ok()) << value;
    EXPECT_EQ(code.value().verification_url_with_code, expected) << value;
    EXPECT_EQ(code.value().verification_url, kPage) << value;
  }
  Answer query;
  query.verification_uri = R"("https://accounts.x.ai/?page=device")";
  EXPECT_EQ(Parse(query).value().verification_url_with_code,
            "https://accounts.x.ai/?page=device&user_code=ABCD-1234");
}

TEST(DeviceResponse, AnAddressNeverHoldsTheDeviceCode) {
  Answer complete;
  complete.complete =
      R"("https://accounts.x.ai/?user_code=ABCD-1234&device_code=dc-0123456789")";
  EXPECT_EQ(Verdict(Parse(complete)), "protocol device_response");
  Answer plain;
  plain.verification_uri = R"("https://accounts.x.ai/dc-0123456789")";
  EXPECT_EQ(Verdict(Parse(plain)), "protocol device_response");
  plain.complete = R"("https://accounts.x.ai/?user_code=ABCD-1234")";
  EXPECT_EQ(Verdict(Parse(plain)), "protocol device_response");
}

// Matrix A04.
TEST(DeviceResponse, TheAddressIsXais) {
  const std::string longest =
      "https://x.ai/" + std::string(limits::kVerificationUrlBytesMax - 13, 'a');
  for (const std::string& url : {
           std::string(kPage),
           std::string("https://auth.x.ai/device"),
           std::string("https://x.ai"),
           std::string("https://grok.com/device?x=y"),
           std::string("HTTPS://ACCOUNTS.X.AI/"),
           longest,
       }) {
    EXPECT_TRUE(IsAcceptableVerificationUrl(url, "https://auth.x.ai")) << url;
  }
  for (const std::string& url : {
           std::string(),
           longest + "a",
           std::string("http://accounts.x.ai/"),
           std::string("javascript:alert(1)"),
           std::string("https://accounts.x.ai:443/"),
           std::string("https://accounts.x.ai:8443/"),
           std::string("https://user@accounts.x.ai/"),
           std::string("https://accounts.x.ai@evil.example/"),
           std::string("https://accounts.x.ai.evil.example/"),
           std::string("https://www.x.ai/"),
           std::string("https://api.x.ai/"),
           std::string("https://sub.accounts.x.ai/"),
           std::string("https://sub.grok.com/"),
           std::string("https://xn--x-7sb.ai/"),
           std::string("https://accounts.x.\xD0\xB0i/"),
           std::string("https://x.ai./"),
           std::string("https://x.ai/#f"),
           std::string("https://x.ai/ "),
           std::string("https://x.ai/\x1b[31m"),
           std::string("https://127.0.0.1/"),
           std::string("http://localhost/"),
       }) {
    EXPECT_FALSE(IsAcceptableVerificationUrl(url, "https://auth.x.ai")) << url;
  }
}

TEST(DeviceResponse, ALoopbackIssuerStaysOnLoopback) {
  for (const std::string_view issuer :
       {"http://127.0.0.1:4000", "http://localhost:1", "https://[::1]:2"}) {
    for (const std::string_view url :
         {"http://127.0.0.1:4000/device", "https://localhost/", "http://[::1]:9/"}) {
      EXPECT_TRUE(IsAcceptableVerificationUrl(url, issuer)) << url << " of " << issuer;
    }
    for (const std::string_view url :
         {"https://accounts.x.ai/", "http://127.1/", "http://127.0.0.1@evil.example/",
          "http://localhost.evil.example/", "file:///etc/passwd"}) {
      EXPECT_FALSE(IsAcceptableVerificationUrl(url, issuer)) << url << " of " << issuer;
    }
  }
  EXPECT_FALSE(IsAcceptableVerificationUrl(kPage, "no url"));
}

}  // namespace
}  // namespace xai
