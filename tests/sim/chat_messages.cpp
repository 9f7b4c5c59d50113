#include "sim/chat_messages.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "sim/content.h"

namespace xai::sim {
namespace {

constexpr std::array<std::string_view, 5> kRoles = {"system", "user", "assistant", "tool",
                                                    "function"};

class MessageReader {
 public:
  explicit MessageReader(Prompt& prompt) : prompt_(prompt) {}

  Refusal Read(const JsonValue& message, const std::string& where) {
    if (!message.IsObject()) return WrongType(where, KindOf(message), "struct Message");
    const JsonValue* role = Member(message, "role");
    if (!role) return Undeserializable(where + ": missing field `role`");
    if (!role->IsString()) return WrongType(where + ".role", KindOf(*role), "a string");
    const std::string name(TextOf(*role));
    if (std::find(kRoles.begin(), kRoles.end(), name) == kRoles.end()) {
      return Undeserializable(where + ".role: unknown variant `" + name +
                              "`, expected one of `system`, `user`, `assistant`, `tool`, "
                              "`function`");
    }
    std::string text;
    if (auto refusal = ReadContent(message, name, where, text)) return refusal;
    prompt_.text_bytes += text.size();
    if (name == "assistant") return ReadAssistant(message, where);
    if (name == "tool") return ReadTool(message, where, text);
    prompt_.tool_output.reset();
    if (name == "user") prompt_.user_text = text;
    return std::nullopt;
  }

 private:
  static bool HasCalls(const JsonValue& message) {
    const JsonValue* calls = Present(message, "tool_calls");
    return calls && calls->IsArray() && !calls->Empty();
  }

  static Refusal ReadContent(const JsonValue& message, std::string_view role,
                             const std::string& where, std::string& text) {
    const bool may_be_empty = role == "assistant" && HasCalls(message);
    const JsonValue* content = Member(message, "content");
    if (!content || content->IsNull()) {
      if (may_be_empty) return std::nullopt;
      if (!content) return Undeserializable(where + ": missing field `content`");
      return WrongType(where + ".content", "null", "a string or a sequence");
    }
    if (content->IsString()) {
      text = TextOf(*content);
    } else if (content->IsArray()) {
      std::size_t index = 0;
      for (const JsonValue& part : content->GetArray()) {
        const std::string at = where + "." + At("content", index++);
        if (auto refusal = ReadPart(part, at, text)) return refusal;
      }
      if (!content->Empty()) return std::nullopt;
    } else {
      return WrongType(where + ".content", KindOf(*content), "a string or a sequence");
    }
    if (text.empty() && !may_be_empty) return EmptyContent();
    return std::nullopt;
  }

  static Refusal ReadPart(const JsonValue& part, const std::string& where,
                          std::string& text) {
    const auto type = TextMember(part, "type");
    if (!type) return Undeserializable(where + ": missing field `type`");
    if (*type == "text") {
      const auto value = TextMember(part, "text");
      if (!value) return Undeserializable(where + ": missing field `text`");
      if (!text.empty()) text += '\n';
      text += *value;
      return std::nullopt;
    }
    if (*type == "image_url") {
      const JsonValue* image = Member(part, "image_url");
      const auto url = image ? TextMember(*image, "url") : std::nullopt;
      if (!url) return Undeserializable(where + ": missing field `image_url.url`");
      return CheckImageUrl(*url);
    }
    if (*type == "file") {
      const JsonValue* file = Member(part, "file");
      if (file && (TextMember(*file, "file_id") || TextMember(*file, "url"))) {
        return std::nullopt;
      }
      return Undeserializable(where + ": missing field `file_id`");
    }
    return Undeserializable(where + ".type: unknown variant `" + std::string(*type) +
                            "`, expected one of `text`, `image_url`, `file`");
  }

  Refusal ReadAssistant(const JsonValue& message, const std::string& where) {
    prompt_.tool_output.reset();
    const JsonValue* calls = Present(message, "tool_calls");
    if (!calls) return std::nullopt;
    if (!calls->IsArray()) {
      return WrongType(where + ".tool_calls", KindOf(*calls), "a sequence");
    }
    std::size_t index = 0;
    for (const JsonValue& call : calls->GetArray()) {
      const std::string at = where + "." + At("tool_calls", index++);
      if (auto refusal = ReadCall(call, at)) return refusal;
    }
    return std::nullopt;
  }

  Refusal ReadCall(const JsonValue& call, const std::string& where) {
    const auto id = TextMember(call, "id");
    const auto type = TextMember(call, "type");
    const JsonValue* function = Member(call, "function");
    if (!id) return Undeserializable(where + ": missing field `id`");
    if (type.value_or("function") != "function") {
      return Undeserializable(where + ".type: unknown variant `" + std::string(*type) +
                              "`, expected `function`");
    }
    if (!function) return Undeserializable(where + ": missing field `function`");
    const auto name = TextMember(*function, "name");
    const auto arguments = TextMember(*function, "arguments");
    if (!name || !arguments) {
      return Undeserializable(where + ".function: missing field `" +
                              (name ? "arguments`" : "name`"));
    }
    if (!IsJsonObjectText(*arguments)) return InvalidToolArguments(*name);
    prompt_.text_bytes += arguments->size();
    call_ids_.emplace(*id);
    return std::nullopt;
  }

  Refusal ReadTool(const JsonValue& message, const std::string& where,
                   const std::string& text) {
    const auto id = TextMember(message, "tool_call_id");
    if (!id) return Undeserializable(where + ": missing field `tool_call_id`");
    if (call_ids_.count(std::string(*id)) == 0) {
      return InvalidArgument("No tool call found for tool_call_id " + std::string(*id) +
                             ".");
    }
    if (prompt_.tool_output) {
      *prompt_.tool_output += "\n" + text;
    } else {
      prompt_.tool_output = text;
    }
    return std::nullopt;
  }

  Prompt& prompt_;
  std::set<std::string> call_ids_;
};

}  // namespace

Refusal ReadMessages(const JsonValue& messages, Prompt& prompt) {
  if (messages.Empty()) {
    return InvalidArgument("Invalid request content: messages must not be empty.");
  }
  MessageReader reader(prompt);
  std::size_t index = 0;
  for (const JsonValue& message : messages.GetArray()) {
    if (auto refusal = reader.Read(message, At("messages", index++))) return refusal;
  }
  return std::nullopt;
}

}  // namespace xai::sim
