#include "sim/api.h"

#include "sim/bearer_gate.h"
#include "sim/chat_reply.h"
#include "sim/chat_request.h"
#include "sim/models.h"
#include "sim/random.h"
#include "sim/responses_reply.h"
#include "sim/responses_request.h"

namespace xai::sim {
namespace {

constexpr std::string_view kModelPrefix = "/v1/models/";

HttpReply JsonReply(std::string body) {
  HttpReply reply;
  reply.headers = {{"Content-Type", "application/json"}};
  reply.body = std::move(body);
  return reply;
}

Refusal CheckLength(const Model& model, const Prompt& prompt) {
  if (prompt.Tokens() <= model.context_tokens) return std::nullopt;
  return InvalidArgument(
      "This model's maximum prompt length is " + std::to_string(model.context_tokens) +
      " but the request contains " + std::to_string(prompt.Tokens()) + " tokens.");
}

// Reads a JSON object out of a POST, the way the server's framework does.
Refusal ReadBody(const HttpRequest& request, JsonDocument& body) {
  if (request.method != "POST") return MethodNotAllowed();
  if (MediaType(request) != "application/json") return NotJson();
  std::string error;
  if (!ParseJson(request.body, body, error)) {
    return ApiError{400, "Failed to parse the request body as JSON: " + error,
                    "text/plain; charset=utf-8"};
  }
  if (!body.IsObject()) return WrongType("body", KindOf(body), "a map");
  const std::string twice = DuplicateMember(body);
  if (!twice.empty()) return Undeserializable("duplicate field `" + twice + "`");
  return std::nullopt;
}

bool IsModelsPath(std::string_view path) {
  return path == "/v1/models" || path == "/v1/language-models" ||
         path.substr(0, kModelPrefix.size()) == kModelPrefix;
}

}  // namespace

HttpReply Api::Handle(const HttpRequest& request) {
  const auto answer = [&]() -> HttpReply {
    const bool models = IsModelsPath(request.path);
    const bool chat = request.path == "/v1/chat/completions";
    if (!models && !chat && request.path != "/v1/responses") return ToReply(NoHandler());
    if (auto refusal = CheckBearer(request, settings_, grants_)) return ToReply(*refusal);
    if (models) return Models(request);
    JsonDocument body;
    if (auto refusal = ReadBody(request, body)) return ToReply(*refusal);
    return chat ? Chat(body) : Responses(body);
  };
  HttpReply reply = answer();
  reply.headers.push_back({"xai-request-id", RandomUuid()});
  return reply;
}

HttpReply Api::Models(const HttpRequest& request) const {
  if (request.method != "GET") return ToReply(MethodNotAllowed());
  if (request.path == "/v1/models") return JsonReply(ModelListJson(settings_.tier));
  if (request.path == "/v1/language-models") {
    return JsonReply(LanguageModelsJson(settings_.tier));
  }
  const std::string id = request.path.substr(kModelPrefix.size());
  const Model* model = FindModel(id);
  if (!model || !Allowed(*model, settings_.tier)) return ToReply(UnknownModel(id));
  return JsonReply(ModelJson(*model));
}

HttpReply Api::Chat(const JsonValue& body) {
  auto parsed = ParseChatRequest(body, settings_.tier);
  if (const auto* error = std::get_if<ApiError>(&parsed)) return ToReply(*error);
  auto& request = std::get<ChatRequest>(parsed);
  if (auto refusal = CheckLength(*request.model, request.prompt))
    return ToReply(*refusal);
  return ChatReply(request, Compose(*request.model, request.prompt),
                   settings_.chunk_delay);
}

HttpReply Api::Responses(const JsonValue& body) {
  auto parsed = ParseResponsesRequest(body, settings_.tier, stored_);
  if (const auto* error = std::get_if<ApiError>(&parsed)) return ToReply(*error);
  auto& request = std::get<ResponsesRequest>(parsed);
  if (auto refusal = CheckLength(*request.model, request.prompt))
    return ToReply(*refusal);
  if (request.store) stored_.Add(request.id);
  return ResponsesReply(request, Compose(*request.model, request.prompt),
                        settings_.chunk_delay);
}

}  // namespace xai::sim
