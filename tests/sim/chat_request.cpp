#include "sim/chat_request.h"

#include "sim/chat_messages.h"
#include "sim/chat_tools.h"
#include "sim/content.h"
#include "sim/schema_sample.h"

namespace xai::sim {
namespace {

constexpr Field kFields[] = {{"model", FieldKind::kText},
                             {"messages", FieldKind::kArray},
                             {"stream", FieldKind::kBool},
                             {"stream_options", FieldKind::kObject},
                             {"temperature", FieldKind::kNumber},
                             {"top_p", FieldKind::kNumber},
                             {"n", FieldKind::kWhole},
                             {"max_tokens", FieldKind::kWhole},
                             {"max_completion_tokens", FieldKind::kWhole},
                             {"presence_penalty", FieldKind::kNumber},
                             {"frequency_penalty", FieldKind::kNumber},
                             {"stop", FieldKind::kStringOrArray},
                             {"tools", FieldKind::kArray},
                             {"tool_choice", FieldKind::kStringOrObject},
                             {"parallel_tool_calls", FieldKind::kBool},
                             {"response_format", FieldKind::kObject},
                             {"reasoning_effort", FieldKind::kText},
                             {"seed", FieldKind::kWhole},
                             {"user", FieldKind::kText},
                             {"logprobs", FieldKind::kBool},
                             {"top_logprobs", FieldKind::kWhole},
                             {"deferred", FieldKind::kBool},
                             {"service_tier", FieldKind::kText},
                             {"search_parameters", FieldKind::kObject}};

constexpr int kChoicesMax = 8;

bool IsTrue(const JsonValue& object, std::string_view name) {
  const JsonValue* value = Present(object, name);
  return value && value->IsBool() && value->GetBool();
}

Refusal CheckShape(const JsonValue& body) {
  if (!Member(body, "messages")) return Undeserializable("missing field `messages`");
  if (auto refusal = CheckFields(body, kFields)) return refusal;
  if (!Present(body, "messages")) return WrongType("messages", "null", "a sequence");
  return std::nullopt;
}

// Penalties and stop sequences are for models that do not reason.
Refusal CheckReasoningRules(const JsonValue& body, const Model& model) {
  const JsonValue* stop = Present(body, "stop");
  if (stop && stop->IsArray()) {
    if (stop->Size() > 4) return InvalidArgument("At most 4 stop sequences are allowed.");
    for (const JsonValue& item : stop->GetArray()) {
      if (!item.IsString()) return WrongType("stop", KindOf(item), "a string");
    }
  }
  if (model.reasoning == Reasoning::kNone) return std::nullopt;
  if (stop) return UnsupportedParameter(model.id, "stop");
  if (Present(body, "presence_penalty")) {
    return UnsupportedParameter(model.id, "presencePenalty");
  }
  if (Present(body, "frequency_penalty")) {
    return UnsupportedParameter(model.id, "frequencyPenalty");
  }
  return std::nullopt;
}

Refusal CheckMode(const JsonValue& body, const Model& model) {
  if (Present(body, "search_parameters")) {
    return CodedError(410, "gone",
                      "Live search is deprecated. Please switch to the Agent Tools API: "
                      "https://docs.x.ai/docs/guides/tools/overview");
  }
  const bool deferred = IsTrue(body, "deferred");
  if (deferred && IsTrue(body, "stream")) {
    return BareString(400,
                      "A request may either be streaming or deferred, but not both.");
  }
  if (deferred) return UnsupportedParameter(model.id, "deferred");
  if (model.kind == ModelKind::kMultiAgent) {
    return BareString(400, "Multi Agent requests are not allowed on chat completions");
  }
  return std::nullopt;
}

Refusal ReadLimits(const JsonValue& body, ChatRequest& request) {
  for (const std::string_view name : {"max_tokens", "max_completion_tokens"}) {
    const JsonValue* value = Present(body, name);
    if (!value) continue;
    if (value->GetInt64() < 1) {
      return InvalidArgument(std::string(name) + " must be at least 1.");
    }
    request.prompt.tokens_max = value->GetInt64();
  }
  const JsonValue* choices = Present(body, "n");
  if (choices && (choices->GetInt64() < 1 || choices->GetInt64() > kChoicesMax)) {
    return InvalidArgument("n must be between 1 and 8.");
  }
  if (choices) request.choices = choices->GetInt();
  const JsonValue* logprobs = Present(body, "top_logprobs");
  if (logprobs && (logprobs->GetInt64() < 0 || logprobs->GetInt64() > 8)) {
    return InvalidArgument("top_logprobs must be between 0 and 8.");
  }
  return std::nullopt;
}

Refusal ReadFormat(const JsonValue& body, Prompt& prompt) {
  const JsonValue* format = Present(body, "response_format");
  if (!format) return std::nullopt;
  const std::string type(TextMember(*format, "type").value_or(""));
  if (type == "text") return std::nullopt;
  if (type == "json_object") {
    prompt.json_answer = R"({"simulated":true})";
    return std::nullopt;
  }
  if (type != "json_schema") {
    return Undeserializable("response_format.type: unknown variant `" + type +
                            "`, expected one of `text`, `json_object`, `json_schema`");
  }
  const JsonValue* wrapper = Member(*format, "json_schema");
  const JsonValue* schema = wrapper ? Member(*wrapper, "schema") : nullptr;
  if (!schema || !schema->IsObject()) {
    return Undeserializable("response_format.json_schema: missing field `schema`");
  }
  prompt.json_answer = SampleOf(*schema, "simulated");
  return std::nullopt;
}

Refusal ReadEffort(const JsonValue& body, const Model& model, Prompt& prompt) {
  const JsonValue* effort = Present(body, "reasoning_effort");
  if (!effort) return std::nullopt;
  prompt.reasons = TextOf(*effort) != "none";
  return CheckEffort(model, *effort);
}

}  // namespace

std::variant<const Model*, ApiError> ChooseModel(const JsonValue& body,
                                                 std::optional<int> tier) {
  const auto name = TextMember(body, "model");
  if (!name) return Undeserializable("missing field `model`");
  const Model* model = FindModel(*name);
  if (!model || model->kind == ModelKind::kMedia) return UnknownModel(*name);
  if (!Allowed(*model, tier)) return NoSubscription();
  return model;
}

std::variant<ChatRequest, ApiError> ParseChatRequest(const JsonValue& body,
                                                     std::optional<int> tier) {
  if (auto refusal = CheckShape(body)) return *refusal;
  auto chosen = ChooseModel(body, tier);
  if (auto* error = std::get_if<ApiError>(&chosen)) return std::move(*error);

  ChatRequest request;
  request.model = std::get<const Model*>(chosen);
  const Model& model = *request.model;
  request.stream = IsTrue(body, "stream");
  const JsonValue* options = Present(body, "stream_options");
  request.include_usage = options && IsTrue(*options, "include_usage");

  if (auto refusal = CheckMode(body, model)) return *refusal;
  if (auto refusal = ReadMessages(body["messages"], request.prompt)) return *refusal;
  if (auto refusal = ReadChatTools(body, request.prompt)) return *refusal;
  if (auto refusal = CheckSampling(body)) return *refusal;
  if (auto refusal = CheckReasoningRules(body, model)) return *refusal;
  if (auto refusal = ReadEffort(body, model, request.prompt)) return *refusal;
  if (auto refusal = ReadLimits(body, request)) return *refusal;
  if (auto refusal = ReadFormat(body, request.prompt)) return *refusal;
  return request;
}

}  // namespace xai::sim
