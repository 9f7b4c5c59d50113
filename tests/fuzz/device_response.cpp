// ParseDeviceResponse(): nothing in a code that could steer a terminal, no address but
// xAI's, the secret half in neither of the two, and times within their bounds.
//
// Input: a byte for the status and for whose server it is, the body.
#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "fuzz/fuzz.h"
#include "fuzz/json_tree.h"
#include "fuzz/shown.h"
#include "oauth/device_flow.h"

namespace xai {
namespace {

constexpr int64_t kAskedAtMs = 1'780'000'000'000;

bool IsUserCode(std::string_view code) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
  return code.size() >= 4 && code.size() <= 32 &&
         code.find_first_not_of(kAllowed) == code.npos;
}

// The host of an address that holds nothing but visible ASCII, in lower case.
std::string HostOf(std::string_view url) {
  std::string lower;
  for (const char c : url) {
    if (c <= 0x20 || c >= 0x7F) return "invisible";
    lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  }
  const size_t start = lower.find("://");
  if (start == lower.npos) return "none";
  const std::string scheme = lower.substr(0, start);
  if (scheme != "https" && scheme != "http") return "another scheme";
  const std::string rest = lower.substr(start + 3);
  return (scheme == "http" ? "http " : "") + rest.substr(0, rest.find_first_of("/?#\\"));
}

bool IsAllowedAddress(std::string_view url, bool loopback) {
  std::string host = HostOf(url);
  if (!loopback) {
    return host == "accounts.x.ai" || host == "auth.x.ai" || host == "x.ai" ||
           host == "grok.com";
  }
  if (host.rfind("http ", 0) == 0) host.erase(0, 5);
  const size_t port = host.find(':', host.find(']') == host.npos ? 0 : host.find(']'));
  host = host.substr(0, port);
  return host == "localhost" || host == "[::1]" || host.rfind("127.", 0) == 0;
}

void CheckCode(const DeviceCode& code, const JsonTree& answer, bool loopback) {
  const std::string_view secret = code.device_code.Reveal();
  Require(secret == answer.String("device_code").value_or(""), "it is the answer's code");
  Require(!secret.empty() && secret.size() <= 4096, "the device code is bounded");
  Require(code.user_code == answer.String("user_code").value_or(""), "so is the other");
  Require(IsUserCode(code.user_code), "a user code is letters, digits and hyphens");
  for (const std::string& url :
       {code.verification_url, code.verification_url_with_code}) {
    Require(IsAllowedAddress(url, loopback), "a person is sent to xAI alone");
    Require(url.size() <= 600, "an address is bounded");
    Require(url.find(secret) == url.npos, "no address holds the device code");
  }
  Require(code.verification_url_with_code.find(code.user_code) != std::string::npos,
          "the second address has the user code");
  Require(code.interval_seconds >= 1 && code.interval_seconds <= 60, "the interval");
  const int64_t life = code.expires_at_ms - kAskedAtMs;
  Require(life >= 60'000 && life <= 1'800'000, "the life");
}

// What must be taken, though not all that may be.
bool IsGood(const JsonTree& answer) {
  const std::string_view secret = answer.String("device_code").value_or("");
  const std::string_view url = answer.String("verification_uri").value_or("");
  const std::string_view user_code = answer.String("user_code").value_or("");
  // A secret that is a part of the address is refused: it would be shown.
  const std::string shown = std::string(url) + "?user_code=" + std::string(user_code);
  const bool visible = std::all_of(secret.begin(), secret.end(),
                                   [](char c) { return c > 0x20 && c < 0x7F; });
  return secret.size() >= 8 && secret.size() <= 4096 && visible &&
         IsUserCode(user_code) && shown.find(secret) == shown.npos &&
         url == "https://accounts.x.ai/oauth2/device" &&
         answer.Find("verification_uri_complete") == nullptr;
}

}  // namespace
}  // namespace xai

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace xai;
  constexpr std::array<int, 6> kStatus = {200, 302, 400, 404, 429, 500};
  FuzzInput input(data, size);
  const uint8_t choice = input.Byte();
  const bool loopback = (choice & 0x80) != 0;
  HttpResponse response;
  response.head.status = kStatus[(choice & 0x7F) % kStatus.size()];
  response.body = input.Rest();
  OAuthConfig config;
  config.issuer = loopback ? "http://127.0.0.1:8080" : "https://auth.x.ai";

  JsonFacts facts;
  const std::optional<JsonTree> answer = ParseTree(response.body, &facts);
  const Result<DeviceCode> code = ParseDeviceResponse(response, config, kAskedAtMs);
  if (code.ok()) {
    Require(response.head.status == 200, "a code comes with a success");
    Require(answer && !facts.name_twice, "a code comes in clear JSON");
    CheckCode(code.value(), *answer, loopback);
    return 0;
  }
  Require(IsShownText(code.error().detail, 400), "an error is fit to show");
  const bool good = response.head.status == 200 && !loopback && answer && facts.plain() &&
                    IsGood(*answer);
  Require(!good, "a good answer is taken");
  return 0;
}
