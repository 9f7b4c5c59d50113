// From a host's JSON to both lanes' JSON: what is not clear JSON is refused, and what is
// taken becomes a request that a second reader of JSON understands, with each name once.
//
// Input: a byte for the model and what it refuses, the host's request.
#include <optional>
#include <string>

#include "base/manifest.h"
#include "fuzz/fuzz.h"
#include "fuzz/json_tree.h"
#include "fuzz/shown.h"
#include "grok/chat_request.h"
#include "grok/responses_request.h"

namespace xai {
namespace {

// The document is what the second reader has, or refused for a reason.
bool CheckDocument(const Result<std::unique_ptr<JsonDocument>>& document,
                   std::string_view text) {
  JsonFacts facts;
  const std::optional<JsonTree> tree = ParseTree(text, &facts);
  const bool clear = tree && IsUtf8(text) && !facts.name_twice && facts.depth <= 64;
  if (!document.ok()) {
    Require(document.error().code == ErrorCode::kInvalidRequest,
            "it is the host's fault");
    Require(!clear || facts.lone_surrogate || facts.huge_number, "clear JSON is taken");
    return false;
  }
  Require(clear, "what is taken is clear JSON");
  JsonWriter json;
  document.value()->root().WriteTo(&json);
  const std::string written = json.Take();
  JsonFacts again_facts;
  const std::optional<JsonTree> again = ParseTree(written, &again_facts);
  Require(again.has_value() && IsUtf8(written), "what is written is JSON");
  Require(facts.lone_surrogate || SameTree(*tree, *again), "nothing is lost on the way");
  return true;
}

JsonTree CheckWire(const std::string& body, const RequestOptions& options) {
  JsonFacts facts;
  std::optional<JsonTree> wire = ParseTree(body, &facts);
  Require(wire && wire->is_object() && IsUtf8(body), "a request on the wire is JSON");
  Require(!facts.name_twice, "it names nothing twice");
  Require(wire->String("model") == options.model, "it is for the model that was asked");
  const JsonTree* stream = wire->Find("stream");
  Require(stream != nullptr && stream->text == (options.stream ? "true" : "false"),
          "it is streamed if that was asked for");
  for (const char* own : {"timeout_ms", "max_retries", "drop_unsupported", "thinking",
                          "stream_tool_calls", "conversation_id"}) {
    Require(wire->Find(own) == nullptr, "what is ours does not leave");
  }
  return *std::move(wire);
}

void CheckLanes(const JsonValue& request, const RequestOptions& options,
                const ModelInfo& model) {
  const JsonTree chat =
      CheckWire(BuildChatRequest(request, options, model).body, options);
  const JsonTree* messages = chat.Find("messages");
  Require(messages != nullptr && messages->children.size() == request["messages"].size(),
          "each message is sent");
  const Result<WireRequest> responses = BuildResponsesRequest(request, options, model);
  if (!responses.ok()) {
    Require(responses.error().code == ErrorCode::kInvalidRequest ||
                responses.error().code == ErrorCode::kUnsupported,
            "it is the host's fault");
    return;
  }
  const JsonTree wire = CheckWire(responses.value().body, options);
  Require(wire.Find("input") != nullptr && wire.Find("input")->is_array(),
          "the messages are its input");
  Require(wire.Find("store") != nullptr, "whether xAI keeps it is said");
}

ModelInfo ModelFor(uint8_t choice, const ModelTable& table) {
  ModelInfo model = table.Find((choice & 1) != 0 ? "grok-4.3" : "unknown-model");
  if ((choice & 2) != 0) model.rejects = {"stop", "reasoning_effort", "max_tokens"};
  if ((choice & 4) != 0) model.refused_efforts = {"high", "low"};
  if ((choice & 8) != 0) model.efforts_known = true;
  return model;
}

}  // namespace
}  // namespace xai

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace xai;
  static const auto* const manifest = ParseManifest().release();
  static const auto* const table = new ModelTable(manifest->root()["models"]);
  FuzzInput input(data, size);
  const uint8_t choice = input.Byte();
  const std::string_view text = input.Rest();
  const Result<std::unique_ptr<JsonDocument>> document =
      JsonDocument::Parse(std::string(text));
  if (!CheckDocument(document, text)) return 0;
  const JsonValue request = document.value()->root();
  Result<RequestOptions> options = ReadRequestOptions(request);
  if (!options.ok()) {
    Require(options.error().code == ErrorCode::kInvalidRequest ||
                options.error().code == ErrorCode::kUnsupported,
            "it is the host's fault");
    return 0;
  }
  options.value().drop_client_tools = (choice & 16) != 0;
  Require(options.value().max_retries >= 0 && options.value().max_retries <= 2,
          "retries are bounded");
  CheckLanes(request, options.value(), ModelFor(choice, *table));
  return 0;
}
