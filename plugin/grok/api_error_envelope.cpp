#include "grok/api_error_envelope.h"

#include <algorithm>
#include <array>

#include "base/json_reader.h"
#include "base/limits.h"
#include "base/mask.h"
#include "base/utf8.h"

namespace xai {
namespace {

constexpr std::string_view kMarker = "[WKE=";

// A sentence is not a machine's word, and some words say nothing.
bool IsSlug(std::string_view text) {
  constexpr std::array<std::string_view, 9> kEmptyWords = {
      "unknown",  "error",          "errors", "server_error", "api_error",
      "internal", "internal_error", "none",   "null"};
  return !text.empty() && text.size() <= 128 &&
         text.find_first_of(" \t\r\n") == std::string_view::npos &&
         std::find(kEmptyWords.begin(), kEmptyWords.end(), text) == kEmptyWords.end();
}

// The first of these that is a text.
std::string_view FirstText(const JsonFields& fields, const std::string& prefix,
                           std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const std::optional<std::string_view> text =
        fields.String(prefix + std::string(name));
    if (text && !text->empty()) return *text;
  }
  return {};
}

// Where the error object is: at the top, below "error", or in an array.
std::string PrefixOf(const JsonFields& fields) {
  for (const std::string_view prefix : {"0.error", "error", "0", "response.error"}) {
    const JsonFields::Field* field = fields.Find(prefix);
    if (field != nullptr && field->kind == JsonFields::Kind::kObject) {
      return std::string(prefix) + ".";
    }
  }
  return {};
}

struct Raw {
  std::string slug;
  std::string message;
};

Raw FromFields(const JsonFields& fields) {
  Raw raw;
  const std::string prefix = PrefixOf(fields);
  raw.message = std::string(
      FirstText(fields, prefix, {"message", "error", "detail", "description"}));
  const std::string_view code = FirstText(fields, prefix, {"code"});
  const std::string_view type = FirstText(fields, prefix, {"type"});
  if (IsSlug(code)) {
    raw.slug = std::string(code);
  } else if (IsSlug(type)) {
    raw.slug = std::string(type);
  }
  // A sentence-shaped code is all that some answers say.
  if (raw.message.empty()) raw.message = std::string(code);
  return raw;
}

// "… [WKE=slug]": the best machine's word there is.
void TakeMarker(Raw* raw) {
  const size_t at = raw->message.find(kMarker);
  if (at == std::string::npos) return;
  const size_t end = raw->message.find(']', at);
  if (end == std::string::npos) return;
  const std::string slug =
      raw->message.substr(at + kMarker.size(), end - at - kMarker.size());
  if (IsSlug(slug)) raw->slug = slug;
  raw->message.erase(at, end - at + 1);
}

bool HasMarkup(std::string_view text) {
  return text.find("</") != std::string_view::npos ||
         text.find("<!") != std::string_view::npos ||
         text.find("<html") != std::string_view::npos;
}

Raw ReadRaw(std::string_view body) {
  const size_t first = body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  Result<JsonFields> fields = JsonFields::Read(body);
  if (!fields.ok()) {
    // Plain text, if it is that.
    const bool json = body[first] == '{' || body[first] == '[' || body[first] == '"';
    return json ? Raw() : Raw{{}, std::string(body)};
  }
  if (const JsonFields::Field* root = fields.value().Find("");
      root != nullptr && root->kind == JsonFields::Kind::kString) {
    return {{}, std::string(root->text)};
  }
  return FromFields(fields.value());
}

}  // namespace

ErrorEnvelope ReadErrorEnvelope(std::string_view body, std::string_view bearer) {
  Raw raw = ReadRaw(body);
  // JSON within the message: once.
  if (!raw.message.empty() && raw.message.front() == '{') {
    Raw inner = ReadRaw(raw.message);
    if (!inner.message.empty()) {
      if (inner.slug.empty()) inner.slug = raw.slug;
      raw = std::move(inner);
    }
  }
  TakeMarker(&raw);
  ErrorEnvelope envelope;
  envelope.slug = raw.slug;
  if (!HasMarkup(raw.message)) {
    // Masked first: the start of a token that is cut off would not look like one.
    envelope.message = ToShownText(MaskTokens(MaskSecret(raw.message, bearer)),
                                   limits::kShownTextBytesMax);
  }
  return envelope;
}

}  // namespace xai
