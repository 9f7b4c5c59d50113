// A document that satisfies a JSON Schema, for requests with a response format.
#ifndef XAI_TESTS_SIM_SCHEMA_SAMPLE_H_
#define XAI_TESTS_SIM_SCHEMA_SAMPLE_H_

#include <string>
#include <string_view>

#include "sim/json.h"

namespace xai::sim {

// Follows type, enum, const, properties, items, minItems, minimum, anyOf, oneOf and local
// $ref; `text` becomes the value of every free string.
std::string SampleOf(const JsonValue& schema, std::string_view text);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_SCHEMA_SAMPLE_H_
