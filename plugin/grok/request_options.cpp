#include <algorithm>
#include <array>

#include "base/limits.h"
#include "grok/chat_request.h"

namespace xai {
namespace {

using Type = JsonValue::Type;

Error Invalid(std::string_view member, std::string_view what) {
  return Error::Make(ErrorCode::kInvalidRequest,
                     std::string(member) + ": " + std::string(what), std::string(member));
}

// Members whose type we know, for both lanes.
struct TypedMember {
  std::string_view name;
  Type type;
  std::string_view words;
};

constexpr std::array<TypedMember, 20> kTypedMembers = {{
    {"stream", Type::kBool, "must be true or false"},
    {"stream_tool_calls", Type::kBool, "must be true or false"},
    {"drop_unsupported", Type::kBool, "must be true or false"},
    {"parallel_tool_calls", Type::kBool, "must be true or false"},
    {"timeout_ms", Type::kNumber, "must be a number"},
    {"max_retries", Type::kNumber, "must be a number"},
    {"temperature", Type::kNumber, "must be a number"},
    {"top_p", Type::kNumber, "must be a number"},
    {"max_tokens", Type::kNumber, "must be a number"},
    {"max_completion_tokens", Type::kNumber, "must be a number"},
    {"seed", Type::kNumber, "must be a number"},
    {"n", Type::kNumber, "must be a number"},
    {"conversation_id", Type::kString, "must be a string"},
    {"reasoning_effort", Type::kString, "must be a string"},
    {"user", Type::kString, "must be a string"},
    {"thinking", Type::kObject, "must be an object"},
    {"response_format", Type::kObject, "must be an object"},
    {"stream_options", Type::kObject, "must be an object"},
    {"tools", Type::kArray, "must be an array"},
    {"messages", Type::kArray, "must be an array"},
}};

Result<void> CheckTypes(const JsonValue& request) {
  for (const TypedMember& member : kTypedMembers) {
    const JsonValue value = request[member.name];
    if (!value.present() || value.is_null()) continue;
    if (value.type() != member.type) return Invalid(member.name, member.words);
  }
  const JsonValue effort = request["thinking"]["effort"];
  if (effort.present() && !effort.is_null() && !effort.is_string()) {
    return Invalid("thinking.effort", "must be a string");
  }
  return {};
}

Result<void> CheckMessages(const JsonValue& messages) {
  constexpr std::array<std::string_view, 6> kRoles = {
      "system", "developer", "user", "assistant", "tool", "function"};
  if (messages.size() == 0) return Invalid("messages", "at least one is needed");
  size_t number = 0;
  for (JsonValue message = messages.FirstChild(); message.present();
       message = message.Next(), ++number) {
    const std::string place = "messages[" + std::to_string(number) + "]";
    if (!message.is_object()) return Invalid(place, "must be an object");
    const std::optional<std::string_view> role = message["role"].String();
    if (!role || std::find(kRoles.begin(), kRoles.end(), *role) == kRoles.end()) {
      return Invalid(place + ".role",
                     "must be one of system, developer, user, assistant, "
                     "tool");
    }
    const JsonValue content = message["content"];
    const bool absent = !content.present() || content.is_null();
    if (absent ? *role != "assistant" : !content.is_string() && !content.is_array()) {
      return Invalid(place + ".content", "must be a string or an array of parts");
    }
    if (*role == "tool" && !message["tool_call_id"].is_string()) {
      return Invalid(place + ".tool_call_id", "must be a string");
    }
  }
  return {};
}

Result<void> CheckTools(const JsonValue& tools) {
  if (tools.size() > size_t{limits::kToolsMax}) {
    return Invalid("tools", "at most 128 are allowed");
  }
  size_t number = 0;
  for (JsonValue tool = tools.FirstChild(); tool.present();
       tool = tool.Next(), ++number) {
    if (!tool["type"].is_string()) {
      return Invalid("tools[" + std::to_string(number) + "].type", "must be a string");
    }
  }
  return {};
}

}  // namespace

Result<RequestOptions> ReadRequestOptions(const JsonValue& request) {
  if (!request.is_object()) return Invalid("request", "must be a JSON object");
  Result<void> checked = CheckTypes(request);
  if (checked.ok()) checked = CheckMessages(request["messages"]);
  if (checked.ok()) checked = CheckTools(request["tools"]);
  if (!checked.ok()) return std::move(checked).error();

  RequestOptions options;
  const std::optional<std::string_view> model = request["model"].String();
  if (!model) return Invalid("model", "must be a string");
  options.model = std::string(WireModelId(*model));
  if (!IsModelId(options.model)) return Invalid("model", "is not a model id");
  const JsonValue choices = request["n"];
  if (choices.present() && !choices.is_null() && choices.Integer() != 1) {
    return Error::Make(ErrorCode::kUnsupported, "n: only one answer can be asked for",
                       "n");
  }
  options.stream = request["stream"].Bool().value_or(true);
  options.stream_tool_calls = request["stream_tool_calls"].Bool().value_or(false);
  options.drop_unsupported = request["drop_unsupported"].Bool().value_or(false);
  options.conversation_id = std::string(request["conversation_id"].String().value_or(""));
  const JsonValue timeout = request["timeout_ms"];
  if (timeout.present() && !timeout.is_null()) {
    options.timeout_ms = timeout.Integer().value_or(0);
    if (options.timeout_ms < 1) return Invalid("timeout_ms", "must be 1 or more");
    options.timeout_ms = std::min(options.timeout_ms, limits::kRequestTimeoutMsMax);
  }
  const JsonValue retries = request["max_retries"];
  if (retries.present() && !retries.is_null()) {
    const int64_t count = retries.Integer().value_or(-1);
    if (count < 0 || count > limits::kRetriesMax) {
      return Invalid("max_retries", "must be 0, 1 or 2");
    }
    options.max_retries = static_cast<int>(count);
  }
  return options;
}

}  // namespace xai
