#include "sim/responses_request.h"

#include <algorithm>
#include <array>

#include "sim/chat_request.h"
#include "sim/content.h"
#include "sim/random.h"
#include "sim/responses_input.h"
#include "sim/responses_tools.h"
#include "sim/schema_sample.h"

namespace xai::sim {
namespace {

constexpr Field kFields[] = {{"model", FieldKind::kText},
                             {"input", FieldKind::kStringOrArray},
                             {"instructions", FieldKind::kText},
                             {"max_output_tokens", FieldKind::kWhole},
                             {"include", FieldKind::kArray},
                             {"parallel_tool_calls", FieldKind::kBool},
                             {"previous_response_id", FieldKind::kText},
                             {"prompt_cache_key", FieldKind::kText},
                             {"reasoning", FieldKind::kObject},
                             {"store", FieldKind::kBool},
                             {"stream", FieldKind::kBool},
                             {"stream_tool_calls", FieldKind::kBool},
                             {"temperature", FieldKind::kNumber},
                             {"top_p", FieldKind::kNumber},
                             {"text", FieldKind::kObject},
                             {"tools", FieldKind::kArray},
                             {"tool_choice", FieldKind::kStringOrObject},
                             {"user", FieldKind::kText},
                             {"max_turns", FieldKind::kWhole},
                             {"service_tier", FieldKind::kText}};

constexpr std::array<std::string_view, 5> kIncludes = {
    "reasoning.encrypted_content", "file_search_call.results",
    "web_search_call.action.sources", "code_interpreter_call.outputs",
    "no_inline_citations"};

bool ReadFlag(const JsonValue& body, std::string_view name, bool otherwise) {
  const JsonValue* value = Present(body, name);
  return value ? value->GetBool() : otherwise;
}

Refusal CheckShape(const JsonValue& body) {
  if (!Member(body, "input")) return Undeserializable("missing field `input`");
  if (auto refusal = CheckFields(body, kFields)) return refusal;
  if (!Present(body, "input"))
    return WrongType("input", "null", "a string or a sequence");
  if (!Present(body, "search_parameters")) return std::nullopt;
  return CodedError(410, "gone",
                    "Live search is deprecated. Please switch to the Agent Tools API: "
                    "https://docs.x.ai/docs/guides/tools/overview");
}

Refusal ReadInclude(const JsonValue& body, ResponsesRequest& request) {
  const JsonValue* include = Present(body, "include");
  if (!include) return std::nullopt;
  for (const JsonValue& item : include->GetArray()) {
    if (!item.IsString()) return WrongType("include", KindOf(item), "a string");
    const std::string_view name = TextOf(item);
    if (std::find(kIncludes.begin(), kIncludes.end(), name) == kIncludes.end()) {
      return Undeserializable("include: unknown variant `" + std::string(name) + "`");
    }
    if (name == kIncludes.front()) request.encrypted_reasoning = true;
    if (name == kIncludes.back()) request.inline_citations = false;
  }
  return std::nullopt;
}

Refusal ReadReasoning(const JsonValue& body, ResponsesRequest& request) {
  const JsonValue* reasoning = Present(body, "reasoning");
  if (!reasoning) return std::nullopt;
  static constexpr Field kParts[] = {{"effort", FieldKind::kText},
                                     {"summary", FieldKind::kText}};
  if (auto refusal = CheckFields(*reasoning, kParts)) return refusal;
  const JsonValue* effort = Present(*reasoning, "effort");
  if (!effort) return std::nullopt;
  request.effort = Dump(*effort);
  request.prompt.reasons = TextOf(*effort) != "none";
  return CheckEffort(*request.model, *effort);
}

Refusal ReadFormat(const JsonValue& body, ResponsesRequest& request) {
  const JsonValue* text = Present(body, "text");
  const JsonValue* format = text ? Present(*text, "format") : nullptr;
  if (!format) return std::nullopt;
  const std::string type(TextMember(*format, "type").value_or(""));
  if (type == "json_object") {
    request.prompt.json_answer = R"({"simulated":true})";
  } else if (type == "json_schema") {
    const JsonValue* schema = Member(*format, "schema");
    if (!TextMember(*format, "name") || !schema || !schema->IsObject()) {
      return Undeserializable("text.format: missing field `name` or `schema`");
    }
    request.prompt.json_answer = SampleOf(*schema, "simulated");
  } else if (type != "text") {
    return Undeserializable("text.format.type: unknown variant `" + type + "`");
  }
  request.text = Dump(*text);
  return std::nullopt;
}

Refusal ReadPrevious(const JsonValue& body, const StoredResponses& stored,
                     ResponsesRequest& request) {
  const JsonValue* previous = Present(body, "previous_response_id");
  if (!previous) return std::nullopt;
  if (Present(body, "instructions")) {
    return InvalidArgument("instructions cannot be combined with previous_response_id.");
  }
  if (!stored.Has(TextOf(*previous))) {
    return CodedError(
        404, "not-found",
        "Response with id=" + std::string(TextOf(*previous)) + " not found");
  }
  request.previous_response_id = Dump(*previous);
  return std::nullopt;
}

Refusal ReadLimit(const JsonValue& body, ResponsesRequest& request) {
  const JsonValue* limit = Present(body, "max_output_tokens");
  if (!limit) return std::nullopt;
  if (limit->GetInt64() < 1) {
    return InvalidArgument("max_output_tokens must be at least 1.");
  }
  // Multi-agent models take the limit and do not mind it.
  if (request.model->kind != ModelKind::kMultiAgent) {
    request.prompt.tokens_max = limit->GetInt64();
  }
  return std::nullopt;
}

}  // namespace

std::variant<ResponsesRequest, ApiError> ParseResponsesRequest(
    const JsonValue& body, std::optional<int> tier, const StoredResponses& stored) {
  if (auto refusal = CheckShape(body)) return *refusal;
  auto chosen = ChooseModel(body, tier);
  if (auto* error = std::get_if<ApiError>(&chosen)) return std::move(*error);

  ResponsesRequest request;
  request.model = std::get<const Model*>(chosen);
  request.id = RandomUuid();
  request.prompt.text_bytes = TextMember(body, "instructions").value_or("").size();
  request.stream = ReadFlag(body, "stream", false);
  request.store = ReadFlag(body, "store", true);
  request.stream_tool_calls = ReadFlag(body, "stream_tool_calls", false);

  if (auto refusal = ReadPrevious(body, stored, request)) return *refusal;
  if (auto refusal = ReadInput(body["input"], request)) return *refusal;
  if (auto refusal = ReadResponsesTools(body, request)) return *refusal;
  if (auto refusal = CheckSampling(body)) return *refusal;
  if (auto refusal = ReadInclude(body, request)) return *refusal;
  if (auto refusal = ReadReasoning(body, request)) return *refusal;
  if (auto refusal = ReadFormat(body, request)) return *refusal;
  if (auto refusal = ReadLimit(body, request)) return *refusal;
  return request;
}

}  // namespace xai::sim
