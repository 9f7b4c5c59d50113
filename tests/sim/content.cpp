#include "sim/content.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "sim/text.h"

namespace xai::sim {
namespace {

constexpr std::array<std::string_view, 7> kEfforts = {"none", "minimal", "low", "medium",
                                                      "high", "xhigh",   "max"};
constexpr std::array<std::string_view, 4> kImageTypes = {"image/jpeg", "image/jpg",
                                                         "image/png", "image/webp"};

bool Matches(const JsonValue& value, FieldKind kind) {
  switch (kind) {
    case FieldKind::kBool:
      return value.IsBool();
    case FieldKind::kText:
      return value.IsString();
    case FieldKind::kNumber:
      return value.IsNumber();
    case FieldKind::kWhole:
      return value.IsInt64();
    case FieldKind::kObject:
      return value.IsObject();
    case FieldKind::kArray:
      return value.IsArray();
    case FieldKind::kStringOrArray:
      return value.IsString() || value.IsArray();
    case FieldKind::kStringOrObject:
      return value.IsString() || value.IsObject();
  }
  return false;
}

std::string_view Expected(FieldKind kind) {
  switch (kind) {
    case FieldKind::kBool:
      return "a boolean";
    case FieldKind::kText:
      return "a string";
    case FieldKind::kNumber:
      return "f32";
    case FieldKind::kWhole:
      return "i64";
    case FieldKind::kObject:
      return "a map";
    case FieldKind::kArray:
      return "a sequence";
    case FieldKind::kStringOrArray:
      return "a string or a sequence";
    case FieldKind::kStringOrObject:
      return "a string or a map";
  }
  return "something else";
}

}  // namespace

Refusal CheckFields(const JsonValue& object, std::span<const Field> fields) {
  for (const Field& field : fields) {
    const JsonValue* value = Present(object, field.name);
    if (value && !Matches(*value, field.kind)) {
      return WrongType(field.name, KindOf(*value), Expected(field.kind));
    }
  }
  return std::nullopt;
}

Refusal CheckSampling(const JsonValue& object) {
  const JsonValue* temperature = Present(object, "temperature");
  if (temperature && (temperature->GetDouble() < 0 || temperature->GetDouble() > 2)) {
    return InvalidArgument(
        "Invalid request content: temperature must be between 0 and 2.");
  }
  const JsonValue* top_p = Present(object, "top_p");
  if (top_p && (top_p->GetDouble() <= 0 || top_p->GetDouble() > 1)) {
    return InvalidArgument(
        "Invalid request content: top_p must be above 0 and at most 1.");
  }
  return std::nullopt;
}

Refusal CheckEffort(const Model& model, const JsonValue& effort) {
  if (model.efforts.empty()) return UnsupportedParameter(model.id, "reasoningEffort");
  const std::string value(TextOf(effort));
  if (std::find(kEfforts.begin(), kEfforts.end(), value) == kEfforts.end()) {
    return InvalidArgument("Invalid reasoning effort.");
  }
  // The newest models read minimal as low without a word.
  const bool minimal =
      value == "minimal" && !TakesEffort(model, "none") && model.kind == ModelKind::kChat;
  if (minimal || TakesEffort(model, value)) return std::nullopt;
  return InvalidArgument("This model does not support `reasoning_effort` value `" +
                         value + "`.");
}

Refusal CheckImageUrl(std::string_view url) {
  if (url.substr(0, 8) == "https://") return std::nullopt;
  const ApiError undecodable = CodedError(
      400, "invalid-argument", "Base64 string of provided image cannot be decoded.");
  constexpr std::string_view kPrefix = "data:";
  const std::size_t mark = url.find(";base64,");
  if (url.substr(0, kPrefix.size()) != kPrefix || mark == std::string_view::npos) {
    return InvalidArgument("Image URLs must be https or base64 data URLs.");
  }
  const std::string_view type = url.substr(kPrefix.size(), mark - kPrefix.size());
  if (std::find(kImageTypes.begin(), kImageTypes.end(), type) == kImageTypes.end()) {
    return InvalidArgument("Unsupported image type: " + std::string(type) + ".");
  }
  const auto bytes = DecodeBase64(url.substr(mark + std::string_view(";base64,").size()));
  if (!bytes || bytes->empty()) return undecodable;
  return std::nullopt;
}

Refusal CheckFunctionName(std::string_view name) {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' ||
           c == '.';
  };
  const bool ok = !name.empty() && name.size() <= 128 &&
                  std::all_of(name.begin(), name.end(), allowed);
  if (ok) return std::nullopt;
  return InvalidArgument("Invalid function name: " + std::string(name) + ".");
}

bool IsJsonObjectText(std::string_view text) {
  JsonDocument document;
  std::string error;
  return ParseJson(text, document, error) && document.IsObject();
}

ApiError EmptyContent() {
  return InvalidArgument("Each message must have at least one content element.");
}

ApiError InvalidToolArguments(std::string_view name) {
  return InvalidArgument("The arguments of the call to " + std::string(name) +
                         " are not a valid JSON object.");
}

std::string At(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

}  // namespace xai::sim
