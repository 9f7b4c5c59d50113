#include "oauth/token.h"

#include <algorithm>

#include "base/json_reader.h"
#include "base/limits.h"
#include "base/mask.h"

namespace xai {
namespace {

Error Refuse(std::string_view what) {
  return Error::Make(ErrorCode::kProtocol, "the token answer has " + std::string(what),
                     std::string(kUnusableTokensReason));
}

// RFC 6750 section 2.1: what may stand in an Authorization header.
bool IsToken(std::string_view token) {
  if (token.empty() || token.size() > limits::kTokenBytesMax) return false;
  return std::all_of(token.begin(), token.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '.' || c == '_' || c == '~' || c == '+' || c == '/' ||
           c == '=';
  });
}

// RFC 6749 appendix A.17: any visible character, and the space.
bool IsRefreshToken(std::string_view token) {
  return token.size() <= limits::kTokenBytesMax &&
         std::all_of(token.begin(), token.end(),
                     [](char c) { return c >= 0x20 && c <= 0x7E; });
}

bool IsBearer(std::string_view type) {
  constexpr std::string_view kBearer = "bearer";
  return type.size() == kBearer.size() &&
         std::equal(type.begin(), type.end(), kBearer.begin(),
                    [](char a, char b) { return (a | 0x20) == b; });
}

// The shorter of what the answer and the token itself say.
int64_t LifeSeconds(const JsonFields& fields, const SecretString& access_token) {
  const int64_t said =
      std::min(fields.Integer("expires_in").value_or(0), limits::kTokenLifeSecondsMax);
  const bool usable = said > 0;
  const int64_t claimed = ReadClaims(access_token).life_seconds.value_or(0);
  if (usable && claimed > 0) return std::min(said, claimed);
  if (usable) return said;
  return claimed > 0 ? claimed : limits::kTokenLifeSecondsDefault;
}

}  // namespace

Result<TokenSet> ParseTokenResponse(std::string_view body, int64_t asked_at_ms) {
  Result<JsonFields> read = JsonFields::Read(body);
  if (!read.ok()) return std::move(read).error();
  const JsonFields& fields = read.value();
  if (fields.Find("access_token") == nullptr && fields.Find("token_type") == nullptr) {
    return Error::Make(ErrorCode::kProtocol, "the answer holds no token");
  }

  if (const JsonFields::Field* type = fields.Find("token_type")) {
    if (type->kind != JsonFields::Kind::kString || !IsBearer(type->text)) {
      return Refuse("another token type than Bearer");
    }
  }
  const std::optional<std::string_view> access = fields.String("access_token");
  if (!access || !IsToken(*access)) return Refuse("no usable access token");
  const JsonFields::Field* refresh = fields.Find("refresh_token");
  const bool has_refresh =
      refresh != nullptr && refresh->kind != JsonFields::Kind::kNull &&
      !(refresh->kind == JsonFields::Kind::kString && refresh->text.empty());
  if (has_refresh &&
      (refresh->kind != JsonFields::Kind::kString || !IsRefreshToken(refresh->text))) {
    return Refuse("an unusable refresh token");
  }

  TokenSet tokens;
  tokens.access_token = SecretString(*access);
  if (has_refresh) tokens.refresh_token = SecretString(refresh->text);
  const std::optional<std::string_view> id = fields.String("id_token");
  if (id && IsToken(*id)) tokens.id_token = SecretString(*id);
  tokens.scope = std::string(fields.String("scope").value_or(""));
  tokens.issued_at_ms = asked_at_ms;
  tokens.expires_at_ms = asked_at_ms + LifeSeconds(fields, tokens.access_token) * 1000;
  return tokens;
}

Claims OwnerOf(const TokenSet& tokens) {
  Claims owner = ReadClaims(tokens.id_token);
  Claims access = ReadClaims(tokens.access_token);
  if (owner.subject.empty()) owner.subject = std::move(access.subject);
  if (owner.principal_id.empty()) owner.principal_id = std::move(access.principal_id);
  if (owner.email.empty()) owner.email = std::move(access.email);
  for (std::string* claim : {&owner.subject, &owner.principal_id, &owner.email}) {
    for (const SecretString* token :
         {&tokens.access_token, &tokens.refresh_token, &tokens.id_token}) {
      *claim = MaskSecret(*claim, token->Reveal());
    }
  }
  return owner;
}

}  // namespace xai
