#include "grok/chat_request.h"

#include <algorithm>
#include <array>

#include "base/json_reader.h"
#include "base/limits.h"

namespace xai {
namespace {

// Ours, or put together anew: not passed through.
constexpr std::array<std::string_view, 11> kOwnMembers = {
    "model",      "messages",         "stream",           "stream_options",
    "timeout_ms", "max_retries",      "conversation_id",  "drop_unsupported",
    "thinking",   "reasoning_effort", "stream_tool_calls"};

bool IsOwn(std::string_view name) {
  return std::find(kOwnMembers.begin(), kOwnMembers.end(), name) != kOwnMembers.end();
}

bool Rejects(const ModelInfo& model, std::string_view name) {
  return std::find(model.rejects.begin(), model.rejects.end(), name) !=
         model.rejects.end();
}

bool IsJsonObjectText(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || text[first] != '{') return false;
  return JsonDocument::Parse(std::string(text), JsonDocument::Names::kAny).ok();
}

// Arguments that are not JSON make xAI refuse the whole request.
void WriteToolCall(const JsonValue& call, JsonWriter* json) {
  json->BeginObject();
  for (JsonValue member = call.FirstChild(); member.present(); member = member.Next()) {
    json->Key(member.name());
    if (member.name() != "function" || !member.is_object()) {
      member.WriteTo(json);
      continue;
    }
    json->BeginObject();
    for (JsonValue part = member.FirstChild(); part.present(); part = part.Next()) {
      json->Key(part.name());
      const std::optional<std::string_view> text = part.String();
      if (part.name() == "arguments" && text && !IsJsonObjectText(*text)) {
        json->String("{}");
      } else {
        part.WriteTo(json);
      }
    }
    json->EndObject();
  }
  json->EndObject();
}

void WriteMessage(const JsonValue& message, JsonWriter* json) {
  const std::string_view role = *message["role"].String();
  json->BeginObject();
  for (JsonValue member = message.FirstChild(); member.present();
       member = member.Next()) {
    const std::string_view name = member.name();
    // The other lane's way of carrying reasoning from turn to turn.
    if (name == "encrypted_reasoning") continue;
    json->Key(name);
    if (name == "role") {
      // xAI's chat lane does not know the newer name.
      json->String(role == "developer" ? "system" : role);
    } else if (name == "content" && role == "assistant" && member.is_null()) {
      json->String("");
    } else if (name == "tool_calls" && member.is_array()) {
      json->BeginArray();
      for (JsonValue call = member.FirstChild(); call.present(); call = call.Next()) {
        WriteToolCall(call, json);
      }
      json->EndArray();
    } else {
      member.WriteTo(json);
    }
  }
  json->EndObject();
}

}  // namespace

std::string_view EffortOf(const JsonValue& request) {
  const std::optional<std::string_view> plain = request["reasoning_effort"].String();
  if (plain) return *plain;
  return request["thinking"]["effort"].String().value_or("");
}

namespace {

// The nearest one that the model's table has.
std::string NearestEffort(std::string_view asked, const ModelInfo& model) {
  if (!model.efforts_known) return std::string(asked);
  const std::vector<std::string>& known = model.reasoning_efforts;
  const auto knows = [&known](std::string_view effort) {
    return std::find(known.begin(), known.end(), effort) != known.end();
  };
  if (known.empty()) return {};
  if (knows(asked)) return std::string(asked);
  // Little reasoning is not none.
  if (asked == "minimal" && knows("low")) return "low";
  if (asked == "minimal" || asked == "none") return known.front();
  if ((asked == "max" || asked == "xhigh") && knows("xhigh")) return "xhigh";
  return known.back();
}

}  // namespace

std::string FitEffort(std::string_view asked, const ModelInfo& model) {
  constexpr std::array<std::string_view, 6> kUpwards = {"none",   "minimal", "low",
                                                        "medium", "high",    "xhigh"};
  const std::vector<std::string>& refused = model.refused_efforts;
  const auto is_refused = [&refused](std::string_view effort) {
    return std::find(refused.begin(), refused.end(), effort) != refused.end();
  };
  std::string effort = NearestEffort(asked, model);
  if (!is_refused(effort)) return effort;
  // Downwards only: nobody is to pay for more reasoning than was asked for.
  auto at = std::find(kUpwards.begin(), kUpwards.end(), effort);
  if (at == kUpwards.end()) return {};
  while (at != kUpwards.begin()) {
    --at;
    const bool known = NearestEffort(*at, model) == *at;
    if (known && *at != "none" && !is_refused(*at)) return std::string(*at);
  }
  return {};
}

WireRequest BuildChatRequest(const JsonValue& request, const RequestOptions& options,
                             const ModelInfo& model) {
  WireRequest wire;
  JsonWriter json(request.document_bytes() + limits::kWireRoomBytes);
  json.BeginObject().Key("model").String(options.model);
  json.Key("messages").BeginArray();
  const JsonValue messages = request["messages"];
  for (JsonValue message = messages.FirstChild(); message.present();
       message = message.Next()) {
    WriteMessage(message, &json);
  }
  json.EndArray();
  json.Key("stream").Bool(options.stream);
  if (options.stream) {
    json.Key("stream_options").BeginObject().Key("include_usage").Bool(true).EndObject();
  }
  const std::string_view asked = EffortOf(request);
  if (!asked.empty()) {
    const std::string effort =
        Rejects(model, "reasoning_effort") ? std::string() : FitEffort(asked, model);
    if (effort.empty()) {
      wire.dropped.emplace_back("reasoning_effort");
    } else {
      json.Key("reasoning_effort").String(effort);
    }
  }
  const bool has_tools = request["tools"].size() > 0;
  for (JsonValue member = request.FirstChild(); member.present();
       member = member.Next()) {
    const std::string_view name = member.name();
    if (IsOwn(name) || member.is_null()) continue;
    if (Rejects(model, name)) {
      wire.dropped.emplace_back(name);
      continue;
    }
    // Without tools a choice among them is an error.
    if (!has_tools &&
        (name == "tools" || name == "tool_choice" || name == "parallel_tool_calls")) {
      if (name != "tools") wire.dropped.emplace_back(name);
      continue;
    }
    json.Key(name);
    member.WriteTo(&json);
  }
  wire.body = json.EndObject().Take();
  return wire;
}

}  // namespace xai
