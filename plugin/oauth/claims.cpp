#include "oauth/claims.h"

#include "base/json_reader.h"
#include "base/limits.h"
#include "base/utf8.h"

namespace xai {
namespace {

// Longer than any identifier or address that xAI issues.
constexpr size_t kClaimBytesMax = 320;

std::string Text(const JsonFields& fields, std::string_view path) {
  const std::optional<std::string_view> text = fields.String(path);
  if (!text || text->size() > kClaimBytesMax) return {};
  return ToShownText(*text, kClaimBytesMax);
}

Claims FromFields(const JsonFields& fields) {
  Claims claims;
  claims.subject = Text(fields, "sub");
  claims.email = Text(fields, "email");
  // What is shown in the place of an address is one: no token passes for it.
  if (claims.email.find('@') == std::string::npos) claims.email.clear();
  claims.principal_id = Text(fields, "principal_id");
  if (claims.principal_id.empty()) claims.principal_id = Text(fields, "principalId");
  const std::optional<int64_t> tier = fields.Integer("tier");
  if (tier && *tier >= 0) claims.tier = tier;
  const std::optional<int64_t> expires = fields.Integer("exp");
  const std::optional<int64_t> issued = fields.Integer("iat");
  if (expires && issued && *issued >= 0 && *expires > *issued &&
      *expires - *issued <= limits::kTokenLifeSecondsMax) {
    claims.life_seconds = *expires - *issued;
  }
  return claims;
}

}  // namespace

Claims ReadClaims(const SecretString& jwt) {
  // RFC 7519: header.payload.signature.  Five parts would be an encrypted one.
  const std::string_view text = jwt.Reveal();
  const size_t first = text.find('.');
  const size_t second = text.find('.', first == text.npos ? first : first + 1);
  if (first == text.npos || second == text.npos) return {};
  if (text.find('.', second + 1) != text.npos) return {};
  const std::optional<SecretString> payload =
      DecodeBase64Url(text.substr(first + 1, second - first - 1));
  if (!payload) return {};
  const Result<JsonFields> fields = JsonFields::Read(payload->Reveal());
  return fields.ok() ? FromFields(fields.value()) : Claims();
}

Claims ReadUserinfo(std::string_view body) {
  const Result<JsonFields> fields = JsonFields::Read(body);
  return fields.ok() ? FromFields(fields.value()) : Claims();
}

}  // namespace xai
