#include "sim/named_scenes.h"

#include <functional>

namespace xai::sim {
namespace {

constexpr std::string_view kPath = "/v1/chat/completions";
constexpr std::int64_t kTimesMax = 1000000;

// One chunk; `write` adds what is in its only choice.
std::string Chunk(const std::function<void(JsonWriter&)>& write) {
  JsonWriter json;
  json.BeginObject().Member("id", "chatcmpl-scene");
  json.Member("object", "chat.completion.chunk").Member("created", 0);
  json.Member("model", "grok-4.3").ArrayMember("choices");
  json.BeginObject().Member("index", 0);
  write(json);
  json.EndObject().EndArray().EndObject();
  return "data: " + json.text() + "\n\n";
}

std::string Delta(std::string_view name, std::string_view text) {
  return Chunk([&](JsonWriter& json) {
    json.ObjectMember("delta").Member(name, text).EndObject();
  });
}

// One piece of a call; the first has its id and name.
std::string CallPiece(const JsonValue& call, std::int64_t index, bool first,
                      std::string_view arguments) {
  return Chunk([&](JsonWriter& json) {
    json.ObjectMember("delta").ArrayMember("tool_calls").BeginObject();
    json.Member("index", index);
    if (first) json.Member("id", TextMember(call, "id").value_or("call"));
    json.Member("type", "function").ObjectMember("function");
    if (first) json.Member("name", TextMember(call, "name").value_or("f"));
    json.Member("arguments", arguments).EndObject().EndObject().EndArray().EndObject();
  });
}

void AddCall(const JsonValue& call, std::int64_t index, Scene* scene) {
  bool first = true;
  if (const JsonValue* pieces = Member(call, "arguments"); pieces && pieces->IsArray()) {
    for (const JsonValue& piece : pieces->GetArray()) {
      if (!piece.IsString()) continue;
      scene->chunks.push_back(CallPiece(call, index, first, TextOf(piece)));
      first = false;
    }
  }
  if (first) scene->chunks.push_back(CallPiece(call, index, first, "{}"));
}

std::string Finish(std::string_view reason) {
  return Chunk([&](JsonWriter& json) {
    json.ObjectMember("delta").EndObject().Member("finish_reason", reason);
  });
}

std::int64_t Number(const JsonValue& document, std::string_view name,
                    std::int64_t fallback) {
  const JsonValue* value = Present(document, name);
  const bool ok = value != nullptr && value->IsInt64() && value->GetInt64() >= 0 &&
                  value->GetInt64() <= kTimesMax;
  return ok ? value->GetInt64() : fallback;
}

void AddDeltas(const JsonValue& document, std::string_view from, std::string_view name,
               Scene* scene) {
  const JsonValue* pieces = Present(document, from);
  if (pieces == nullptr || !pieces->IsArray()) return;
  for (const JsonValue& piece : pieces->GetArray()) {
    if (piece.IsString()) scene->chunks.push_back(Delta(name, TextOf(piece)));
  }
}

std::optional<Scene> AnswerScene(const JsonValue& document) {
  const std::string_view end = TextMember(document, "end").value_or("done");
  if (end != "done" && end != "cut") return std::nullopt;
  Scene scene;
  scene.chunked = true;
  scene.chunks.push_back(Delta("role", "assistant"));
  AddDeltas(document, "reasoning", "reasoning_content", &scene);
  scene.loop_begin = scene.chunks.size();
  AddDeltas(document, "text", "content", &scene);
  scene.loop_end = scene.chunks.size();
  scene.loops = Number(document, "repeat", 1) - 1;
  std::int64_t calls = 0;
  if (const JsonValue* list = Present(document, "tool_calls"); list && list->IsArray()) {
    for (const JsonValue& call : list->GetArray()) {
      AddCall(call, calls++, &scene);
    }
  }
  if (end == "cut") {
    scene.end = BodyEnd::kCut;
  } else {
    scene.chunks.push_back(Finish(calls > 0 ? "tool_calls" : "stop"));
    scene.chunks.emplace_back("data: [DONE]\n\n");
  }
  scene.chunk_delay = std::chrono::milliseconds(Number(document, "pace_ms", 0));
  return scene;
}

std::optional<Scene> RefusalScene(const JsonValue& document) {
  const std::string_view kind = TextMember(document, "kind").value_or("");
  Scene scene;
  if (kind == "rate_limited") {
    scene.status = 429;
    const std::int64_t seconds = Number(document, "retry_after_seconds", 1);
    scene.headers.push_back({"Retry-After", std::to_string(seconds)});
    scene.chunks = {R"({"code":"Some resource has been exhausted",)"
                    R"("error":"Too many requests"})"};
  } else if (kind == "outage") {
    scene.status = 503;
    scene.chunks = {R"({"code":"The service is currently unavailable",)"
                    R"("error":"Service temporarily unavailable"})"};
  } else {
    return std::nullopt;
  }
  return scene;
}

}  // namespace

std::optional<Scene> NamedScene(const JsonValue& document, std::string* wrong) {
  const std::string_view name = TextMember(document, "scene").value_or("");
  std::optional<Scene> scene;
  if (name == "answer") scene = AnswerScene(document);
  if (name == "refusal") scene = RefusalScene(document);
  if (!scene) {
    *wrong = "there is no such scene, end or kind";
    return std::nullopt;
  }
  scene->path = kPath;
  scene->times = Number(document, "times", 1);
  return scene;
}

}  // namespace xai::sim
