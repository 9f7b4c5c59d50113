// What both lanes check in the same way: content parts, names, numbers and efforts.
#ifndef XAI_TESTS_SIM_CONTENT_H_
#define XAI_TESTS_SIM_CONTENT_H_

#include <span>
#include <string>
#include <string_view>

#include "sim/api_error.h"
#include "sim/json.h"
#include "sim/models.h"

namespace xai::sim {

constexpr std::size_t kToolsMax = 128;

enum class FieldKind {
  kBool,
  kText,
  kNumber,
  kWhole,
  kObject,
  kArray,
  kStringOrArray,
  kStringOrObject
};
struct Field {
  std::string_view name;
  FieldKind kind;
};
// 422 for a member of another type; absent and null members pass.
Refusal CheckFields(const JsonValue& object, std::span<const Field> fields);

// temperature and top_p, as far as present.
Refusal CheckSampling(const JsonValue& object);
// The reasoning effort against what the model takes.
Refusal CheckEffort(const Model& model, const JsonValue& effort);
// An https address or a data URL with a decodable image of a known kind.
Refusal CheckImageUrl(std::string_view url);

Refusal CheckFunctionName(std::string_view name);
bool IsJsonObjectText(std::string_view text);
ApiError EmptyContent();
ApiError InvalidToolArguments(std::string_view name);

// "messages[3]" and the like.
std::string At(std::string_view list, std::size_t index);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_CONTENT_H_
