#include "bench/hot_paths.h"

#include <cstring>
#include <map>
#include <memory>

#include "base/manifest.h"
#include "bench/hot_stream_paths.h"
#include "credentials/sealed_file.h"
#include "grok/chat_request.h"
#include "grok/responses_request.h"
#include "oauth/claims.h"
#include "support/json_text.h"
#include "support/jwt_text.h"
#include "support/scripted_random.h"

namespace xai {
namespace {

constexpr size_t kMessages = 40;
// Of what is too little to be a round of its own.
constexpr size_t kTimes = 100;
constexpr const char* kMultiAgentModel = "grok-4.20-multi-agent-0309";

// A conversation of half a kilobyte a message.
std::string Conversation(const std::string& model) {
  std::string json = "{\"model\":\"" + model + R"(","temperature":0.5,"messages":[)";
  for (size_t i = 0; i < kMessages; ++i) {
    json += i == 0 ? "" : ",";
    json += R"({"role":")" + std::string(i % 2 == 0 ? "user" : "assistant") +
            R"(","content":")";
    for (int line = 0; line < 8; ++line) {
      json += R"(Some words about \"nothing\", and a few more of them over a line.\n)";
    }
    json += "\"}";
  }
  return json + "]}";
}

// From the host's JSON to the body that is sent.
HotPath RequestPath(const std::string& model_id) {
  const auto text = std::make_shared<std::string>(Conversation(model_id));
  const std::unique_ptr<JsonDocument> manifest = ParseManifest();
  const ModelInfo model = ModelTable(manifest->root()["models"]).Find(model_id);
  return {1, text->size(), [=] {
            const std::unique_ptr<JsonDocument> request = MustParse(*text);
            const Result<RequestOptions> options = ReadRequestOptions(request->root());
            Require(options.ok());
            if (model.lane == Lane::kChatCompletions) {
              const WireRequest wire =
                  BuildChatRequest(request->root(), options.value(), model);
              Require(wire.body.size() > text->size() / 2);
              return;
            }
            const Result<WireRequest> wire =
                BuildResponsesRequest(request->root(), options.value(), model);
            Require(wire.ok() && wire.value().body.size() > text->size() / 2);
          }};
}

HotPath ClaimsPath() {
  const std::string text = JwtText(
      R"({"sub":"5d3f0c0e-7a3e-4f57-9d7c-0f2f3f1d2a10","iss":"https://auth.x.ai",)"
      R"("aud":"client","email":"somebody@example.org","tier":3,"scope":"api",)"
      R"("principal_id":"p-1","iat":1770774058,"exp":1770795658})");
  const auto jwt = std::make_shared<SecretString>(text);
  return {kTimes, kTimes * text.size(), [=] {
            for (size_t i = 0; i < kTimes; ++i) Require(ReadClaims(*jwt).tier == 3);
          }};
}

// A credential of the usual size, sealed and opened again.
HotPath SealPath() {
  const std::string text(2'000, 'c');
  const auto plaintext = std::make_shared<SecretString>(text);
  const auto key = std::make_shared<SecretKey>();
  std::memset(key->data(), 'k', SecretKey::size());
  const auto random = std::make_shared<ScriptedRandom>();
  const SealContext context = {"https://auth.x.ai", "client-1", "default"};
  return {kTimes, kTimes * text.size(), [=] {
            for (size_t i = 0; i < kTimes; ++i) {
              const std::string sealed =
                  Seal(SealedHeader(), *plaintext, *key, context, random.get());
              Require(OpenSealed(sealed, *key, context).ok());
            }
          }};
}

const std::map<std::string, std::function<HotPath()>>& Makers() {
  static const std::map<std::string, std::function<HotPath()>> makers = {
      {"event_stream_parser", ParserPath},
      {"chat_decoder", [] { return DecoderPath(Lane::kChatCompletions, false); }},
      {"chat_decoder_in_full", [] { return DecoderPath(Lane::kChatCompletions, true); }},
      {"responses_decoder", [] { return DecoderPath(Lane::kResponses, false); }},
      {"responses_decoder_in_full", [] { return DecoderPath(Lane::kResponses, true); }},
      {"event_queue", QueuePath},
      {"chat_stream", [] { return StreamPath(Lane::kChatCompletions); }},
      {"responses_stream", [] { return StreamPath(Lane::kResponses); }},
      {"chat_request", [] { return RequestPath("grok-4.3"); }},
      {"responses_request", [] { return RequestPath(kMultiAgentModel); }},
      {"claims", ClaimsPath},
      {"seal_and_open", SealPath},
  };
  return makers;
}

}  // namespace

std::vector<std::string> HotPathNames() {
  std::vector<std::string> names;
  for (const auto& [name, maker] : Makers()) names.push_back(name);
  return names;
}

HotPath PrepareHotPath(const std::string& name) {
  return Makers().at(name)();
}

}  // namespace xai
