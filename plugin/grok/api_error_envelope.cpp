#include "grok/api_error_envelope.h"

#include <algorithm>
#include <array>

#include "base/json_reader.h"
#include "base/limits.h"
#include "base/utf8.h"

namespace xai {
namespace {

// Shorter runs are words, ids and UUIDs.
constexpr size_t kTokenRunMin = 40;
constexpr std::string_view kMarker = "[WKE=";

bool IsTokenChar(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         c == '-' || c == '_' || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}

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

std::string_view Masked(std::string_view run) {
  return run.size() >= kTokenRunMin ? "[masked]" : run;
}

// What follows "https:" is a long run too: each of its parts is judged by itself.
std::string MaskPath(std::string_view path) {
  std::string out;
  for (;;) {
    const size_t slash = path.find('/');
    out.append(Masked(path.substr(0, slash)));
    if (slash == std::string_view::npos) return out;
    out.push_back('/');
    path.remove_prefix(slash + 1);
  }
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

std::string MaskTokens(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && IsTokenChar(text[end])) ++end;
    const std::string_view run = text.substr(at, end - at);
    const bool url = run.substr(0, 2) == "//" && at > 0 && text[at - 1] == ':';
    out.append(url ? MaskPath(run) : Masked(run));
    if (end < text.size()) out.push_back(text[end++]);
    at = end;
  }
  return out;
}

ErrorEnvelope ReadErrorEnvelope(std::string_view body) {
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
    envelope.message = ToShownText(MaskTokens(raw.message), limits::kShownTextBytesMax);
  }
  return envelope;
}

}  // namespace xai
