// DecodeBase64Url() and ReadClaims(): the same as a second decoder and libsodium's, and
// what a token says of its owner is what a second reader of JSON finds in it.
//
// Input: read as base64url, as a whole token, and as the payload of one.
#include <sodium.h>

#include <algorithm>
#include <optional>
#include <string>

#include "base/secret.h"
#include "fuzz/fuzz.h"
#include "fuzz/json_tree.h"
#include "fuzz/shown.h"
#include "oauth/claims.h"
#include "support/jwt_text.h"

namespace xai {
namespace {

constexpr size_t kClaimBytesMax = 320;
constexpr int64_t kMonthSeconds = int64_t{30} * 86'400;

// RFC 4648 section 5, without padding and with nothing left over.
std::optional<std::string> Reference(std::string_view text) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string bytes;
  uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    const size_t value = kAlphabet.find(c);
    if (value == kAlphabet.npos) return std::nullopt;
    bits = (bits << 6 | static_cast<uint32_t>(value)) & 0xFFFFFF;
    have += 6;
    if (have < 8) continue;
    have -= 8;
    bytes.push_back(static_cast<char>(bits >> have & 0xFF));
  }
  const bool left = have >= 6 || (bits & ((1u << have) - 1)) != 0;
  if (left) return std::nullopt;
  return bytes;
}

void CheckDecoding(std::string_view text) {
  const std::optional<SecretString> ours = DecodeBase64Url(text);
  const std::optional<std::string> reference = Reference(text);
  Require(ours.has_value() == reference.has_value(), "the same texts are base64url");
  Require(!ours || ours->Reveal() == *reference, "they mean the same bytes");

  // Of which libsodium 1.0.18 takes some.
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0; });
  if (!ascii) return;
  std::string bytes(text.size() + 1, '\0');
  size_t size = 0;
  const char* end = nullptr;
  const int failed = sodium_base642bin(
      reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
      text.size(), nullptr, &size, &end, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  const bool good = failed == 0 && end == text.data() + text.size();
  Require(good == ours.has_value(), "libsodium takes the same texts");
  bytes.resize(good ? size : 0);
  Require(!good || bytes == ours->Reveal(), "libsodium reads the same bytes");
}

// Numbers without fraction or exponent that surely fit.
std::optional<int64_t> PlainInteger(const JsonTree* value) {
  if (value == nullptr || value->kind != JsonTree::Kind::kNumber) return std::nullopt;
  if (value->text.find_first_not_of("-0123456789") != value->text.npos ||
      value->text.size() > 18) {
    return std::nullopt;
  }
  return std::stoll(value->text);
}

void CheckText(const std::string& claim, const JsonTree& payload, const char* name) {
  Require(IsShownText(claim, kClaimBytesMax), "a claim is fit to show");
  const std::optional<std::string_view> text = payload.String(name);
  if (!text) {
    Require(claim.empty(), "a claim that is no string is not there");
  } else if (IsShownText(*text, kClaimBytesMax) && text->find(' ') == text->npos) {
    Require(claim == *text, "a claim that is fit to show is shown");
  }
}

void CheckClaims(const Claims& claims, std::string_view payload) {
  JsonFacts facts;
  const std::optional<JsonTree> tree = ParseTree(payload, &facts);
  const JsonTree none;
  const bool readable = tree && facts.plain();
  if (tree && !facts.plain() && !facts.name_twice) return;  // may be refused or not
  const JsonTree& object = readable ? *tree : none;
  CheckText(claims.subject, object, "sub");
  if (object.String("email").value_or("@").find('@') != std::string_view::npos) {
    CheckText(claims.email, object, "email");
  } else {
    Require(claims.email.empty(), "an email is an address");
  }
  Require(IsShownText(claims.principal_id, kClaimBytesMax), "it is fit to show");
  const JsonTree* tier = object.Find("tier");
  Require(!claims.tier || *claims.tier >= 0, "a tier is not negative");
  Require(!claims.tier || (tier != nullptr && tier->kind == JsonTree::Kind::kNumber),
          "a tier is a number");
  if (const std::optional<int64_t> plain = PlainInteger(tier)) {
    Require(claims.tier.has_value() == (*plain >= 0), "whole numbers from 0 are tiers");
    Require(!claims.tier || *claims.tier == *plain, "the tier is what stands there");
  }
  Require(!claims.life_seconds ||
              (*claims.life_seconds > 0 && *claims.life_seconds <= kMonthSeconds),
          "a life is positive and bounded");
  const std::optional<int64_t> from = PlainInteger(object.Find("iat"));
  const std::optional<int64_t> to = PlainInteger(object.Find("exp"));
  if (!from || !to) return;
  const bool usable = *from >= 0 && *to > *from && *to - *from <= kMonthSeconds;
  Require(claims.life_seconds == (usable ? std::optional(*to - *from) : std::nullopt),
          "the life lies between iat and exp");
}

// Whatever the token is like.
void CheckToken(std::string_view token) {
  const Claims claims = ReadClaims(SecretString(token));
  const size_t first = token.find('.');
  const size_t second = first == token.npos ? first : token.find('.', first + 1);
  std::optional<std::string> payload;
  if (second != token.npos && token.find('.', second + 1) == token.npos) {
    payload = Reference(token.substr(first + 1, second - first - 1));
  }
  CheckClaims(claims, payload.value_or("null"));
}

}  // namespace
}  // namespace xai

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace xai;
  const ExactCopy text(FuzzInput(data, size).Rest());
  CheckDecoding(text.view());
  CheckToken(text.view());
  CheckToken(JwtText(text.view()));
  CheckClaims(ReadUserinfo(text.view()), text.view());
  return 0;
}
