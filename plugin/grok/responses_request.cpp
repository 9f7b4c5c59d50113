#include "grok/responses_request.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/limits.h"
#include "grok/responses_input.h"

namespace xai {
namespace {

// Ours, or written anew from the chat shape.
constexpr std::array<std::string_view, 17> kTranslated = {"model",
                                                          "messages",
                                                          "stream",
                                                          "stream_options",
                                                          "timeout_ms",
                                                          "max_retries",
                                                          "conversation_id",
                                                          "drop_unsupported",
                                                          "stream_tool_calls",
                                                          "thinking",
                                                          "reasoning_effort",
                                                          "max_tokens",
                                                          "max_completion_tokens",
                                                          "response_format",
                                                          "tools",
                                                          "tool_choice",
                                                          "reasoning"};

// Known to chat, without a counterpart here.
constexpr std::array<std::string_view, 6> kDropped = {
    "stop", "seed", "n", "presence_penalty", "frequency_penalty", "logit_bias"};

template <size_t kSize>
bool IsOneOf(const std::array<std::string_view, kSize>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool Rejects(const ModelInfo& model, std::string_view name) {
  return std::find(model.rejects.begin(), model.rejects.end(), name) !=
         model.rejects.end();
}

// A null means the default, as everywhere.
bool IsGiven(const JsonValue& value) {
  return value.present() && !value.is_null();
}

// Whether we write this member ourselves, out of another one: it must not come twice.
bool IsTaken(const JsonValue& request, std::string_view name) {
  if (name == "text") return request["response_format"].is_object();
  if (name == "max_output_tokens") {
    return IsGiven(request["max_completion_tokens"]) || IsGiven(request["max_tokens"]);
  }
  return name == "input";
}

void WriteMaxTokens(const JsonValue& request, const ModelInfo& model, JsonWriter* json,
                    WireRequest* wire) {
  for (const std::string_view name : {"max_completion_tokens", "max_tokens"}) {
    const JsonValue value = request[name];
    if (!value.present() || value.is_null()) continue;
    if (Rejects(model, name)) {
      wire->dropped.emplace_back(name);
      continue;
    }
    json->Key("max_output_tokens");
    value.WriteTo(json);
    return;
  }
}

void WriteEffort(const JsonValue& request, const ModelInfo& model, JsonWriter* json,
                 WireRequest* wire) {
  const std::string_view asked = EffortOf(request);
  if (asked.empty()) return;
  const std::string effort =
      Rejects(model, "reasoning_effort") ? std::string() : FitEffort(asked, model);
  if (effort.empty()) {
    wire->dropped.emplace_back("reasoning_effort");
    return;
  }
  json->Key("reasoning").BeginObject().Key("effort").String(effort).EndObject();
}

// The members of `inner`, which loses its level within `outer`.  A name that stands in
// both is outer's: no object may have it twice.
void WriteParts(const JsonValue& outer, const JsonValue& inner, JsonWriter* json) {
  std::set<std::string_view> taken;
  for (JsonValue member = outer.FirstChild(); member.present(); member = member.Next()) {
    taken.insert(member.name());
  }
  for (JsonValue part = inner.FirstChild(); part.present(); part = part.Next()) {
    if (taken.count(part.name()) > 0) continue;
    json->Key(part.name());
    part.WriteTo(json);
  }
}

// {"type":"json_schema","json_schema":{"name","schema","strict"}} loses one level.
void WriteFormat(const JsonValue& format, JsonWriter* json) {
  if (!format.is_object()) return;
  json->Key("text").BeginObject().Key("format").BeginObject();
  for (JsonValue member = format.FirstChild(); member.present(); member = member.Next()) {
    if (member.name() != "json_schema" || !member.is_object()) {
      json->Key(member.name());
      member.WriteTo(json);
    } else {
      WriteParts(format, member, json);
    }
  }
  json->EndObject().EndObject();
}

// A tool that the host runs, and not xAI.
bool IsClientTool(const JsonValue& tool) {
  return tool["type"].String() == "function";
}

bool HasServerTool(const JsonValue& tools) {
  for (JsonValue tool = tools.FirstChild(); tool.present(); tool = tool.Next()) {
    if (!IsClientTool(tool)) return true;
  }
  return false;
}

void WriteTools(const JsonValue& request, bool drop_client_tools, JsonWriter* json,
                WireRequest* wire) {
  const JsonValue tools = request["tools"];
  const JsonValue choice = request["tool_choice"];
  if (drop_client_tools) wire->dropped.emplace_back("tools");
  if (tools.size() == 0 || (drop_client_tools && !HasServerTool(tools))) {
    if (IsGiven(choice)) wire->dropped.emplace_back("tool_choice");
    return;
  }
  json->Key("tools").BeginArray();
  for (JsonValue tool = tools.FirstChild(); tool.present(); tool = tool.Next()) {
    if (drop_client_tools && IsClientTool(tool)) continue;
    json->BeginObject();
    for (JsonValue member = tool.FirstChild(); member.present(); member = member.Next()) {
      if (member.name() != "function" || !member.is_object()) {
        json->Key(member.name());
        member.WriteTo(json);
      } else {
        WriteParts(tool, member, json);
      }
    }
    json->EndObject();
  }
  json->EndArray();
  if (!IsGiven(choice)) return;
  const JsonValue name = choice["function"]["name"];
  if (name.is_string() && drop_client_tools) {
    wire->dropped.emplace_back("tool_choice");
    return;
  }
  json->Key("tool_choice");
  if (name.is_string()) {
    json->BeginObject().Key("type").String("function");
    json->Key("name").String(*name.String()).EndObject();
  } else {
    choice.WriteTo(json);
  }
}

}  // namespace

Result<WireRequest> BuildResponsesRequest(const JsonValue& request,
                                          const RequestOptions& options,
                                          const ModelInfo& model) {
  WireRequest wire;
  JsonWriter json(request.document_bytes() + limits::kWireRoomBytes);
  json.BeginObject().Key("model").String(options.model);
  json.Key("input").BeginArray();
  const JsonValue messages = request["messages"];
  for (JsonValue message = messages.FirstChild(); message.present();
       message = message.Next()) {
    Result<void> written = WriteInputItems(message, &json);
    if (!written.ok()) return std::move(written).error();
  }
  json.EndArray();
  json.Key("stream").Bool(options.stream);
  WriteMaxTokens(request, model, &json, &wire);
  WriteEffort(request, model, &json, &wire);
  WriteFormat(request["response_format"], &json);
  WriteTools(request, options.drop_client_tools, &json, &wire);
  if (!IsGiven(request["store"])) json.Key("store").Bool(false);
  if (!IsGiven(request["include"])) {
    json.Key("include").BeginArray().String("reasoning.encrypted_content").EndArray();
  }
  if (!options.conversation_id.empty() && !IsGiven(request["prompt_cache_key"])) {
    json.Key("prompt_cache_key").String(options.conversation_id);
  }
  for (JsonValue member = request.FirstChild(); member.present();
       member = member.Next()) {
    const std::string_view name = member.name();
    if (IsOneOf(kTranslated, name) || member.is_null()) continue;
    if (IsOneOf(kDropped, name) || IsTaken(request, name) || Rejects(model, name)) {
      wire.dropped.emplace_back(name);
      continue;
    }
    json.Key(name);
    member.WriteTo(&json);
  }
  wire.body = json.EndObject().Take();
  return wire;
}

}  // namespace xai
