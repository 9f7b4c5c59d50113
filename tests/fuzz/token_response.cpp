// ParseTokenResponse() and ReadPollReply(): what is taken is what a second reader of JSON
// finds and an HTTP header can carry; what is good is taken; no error repeats a token.
//
// Input: a byte for the status, the body.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <variant>

#include "fuzz/fuzz.h"
#include "fuzz/json_tree.h"
#include "fuzz/shown.h"
#include "oauth/device_flow.h"
#include "oauth/token.h"

namespace xai {
namespace {

constexpr int64_t kAskedAtMs = 1'780'000'000'000;
constexpr int64_t kMonthMs = int64_t{30} * 86'400'000;
constexpr size_t kTokenBytesMax = 16'384;

bool IsAccessToken(std::string_view text) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";
  return !text.empty() && text.size() <= kTokenBytesMax &&
         text.find_first_not_of(kAllowed) == text.npos;
}

bool IsRefreshToken(std::string_view text) {
  return text.size() <= kTokenBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 32 && c < 127; });
}

// Absent, null and empty are the same: none came.
bool HasGoodRefresh(const JsonTree& answer) {
  const JsonTree* refresh = answer.Find("refresh_token");
  if (refresh == nullptr || refresh->kind == JsonTree::Kind::kNull) return true;
  return refresh->is_string() && IsRefreshToken(refresh->text);
}

bool HasGoodType(const JsonTree& answer) {
  const JsonTree* type = answer.Find("token_type");
  if (type == nullptr) return true;
  std::string lower = type->text;
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return type->is_string() && lower == "bearer";
}

void CheckTokens(const TokenSet& tokens, const JsonTree& answer) {
  Require(tokens.access_token.Reveal() == answer.String("access_token").value_or(""),
          "the access token is the answer's");
  Require(IsAccessToken(tokens.access_token.Reveal()), "a header can carry it");
  Require(tokens.refresh_token.Reveal() == answer.String("refresh_token").value_or(""),
          "the refresh token is the answer's");
  Require(IsRefreshToken(tokens.refresh_token.Reveal()), "a form can carry it");
  Require(HasGoodType(answer), "it is a bearer token");
  Require(tokens.issued_at_ms == kAskedAtMs, "it counts from when it was asked for");
  const int64_t life = tokens.expires_at_ms - kAskedAtMs;
  Require(life > 0 && life <= kMonthMs, "its life is positive and bounded");
  const Claims owner = OwnerOf(tokens);
  for (const std::string& text : {owner.subject, owner.email, owner.principal_id}) {
    Require(IsShownText(text, 320), "its owner is fit to show");
  }
}

void CheckError(const Error& error, const std::optional<JsonTree>& answer) {
  Require(IsShownText(error.detail, 400), "an error is fit to show");
  if (!answer) return;
  for (const char* name : {"access_token", "refresh_token", "id_token"}) {
    const std::string_view token = answer->String(name).value_or("");
    // Our own words have spaces.
    if (token.size() < 24 || token.find(' ') != token.npos) continue;
    Require(error.detail.find(token) == error.detail.npos, "an error repeats no token");
  }
}

void CheckPoll(int status, std::string_view body, const std::optional<JsonTree>& answer) {
  HttpResponse response;
  response.head.status = status;
  response.body = body;
  const PollOutcome outcome = ReadPollReply(response, 5, kAskedAtMs);
  if (const auto* pending = std::get_if<StillPending>(&outcome)) {
    Require(pending->interval_seconds >= 5 && pending->interval_seconds <= 60,
            "the interval never falls and is bounded");
    Require(pending->wait_ms >= 5'000 && pending->wait_ms <= 60'000,
            "the wait is bounded");
  } else if (const auto* tokens = std::get_if<TokenSet>(&outcome)) {
    Require(status / 100 == 2, "tokens come with a success");
    Require(answer.has_value(), "tokens come in JSON");
    CheckTokens(*tokens, *answer);
  } else {
    CheckError(std::get<Error>(outcome), answer);
  }
}

}  // namespace
}  // namespace xai

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace xai;
  constexpr std::array<int, 8> kStatus = {200, 201, 302, 400, 401, 403, 429, 503};
  FuzzInput input(data, size);
  const int status = kStatus[input.Choose(kStatus.size() - 1)];
  const ExactCopy body(input.Rest());
  JsonFacts facts;
  const std::optional<JsonTree> answer = ParseTree(body.view(), &facts);
  const Result<TokenSet> tokens = ParseTokenResponse(body.view(), kAskedAtMs);
  if (tokens.ok()) {
    Require(answer && !facts.name_twice, "tokens come in clear JSON");
    CheckTokens(tokens.value(), *answer);
  } else {
    CheckError(tokens.error(), answer);
    const bool good = answer && facts.plain() && HasGoodType(*answer) &&
                      IsAccessToken(answer->String("access_token").value_or("")) &&
                      HasGoodRefresh(*answer);
    Require(!good, "a good answer is taken");
  }
  CheckPoll(status, body.view(), answer);
  return 0;
}
