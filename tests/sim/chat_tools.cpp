#include "sim/chat_tools.h"

#include <algorithm>

#include "sim/content.h"

namespace xai::sim {
namespace {

Refusal ReadTool(const JsonValue& tool, const std::string& where, Prompt& prompt) {
  if (!tool.IsObject())
    return WrongType(where, KindOf(tool), "internally tagged enum Tool");
  const auto type = TextMember(tool, "type");
  if (!type) return Undeserializable(where + ": missing field `type`");
  if (*type != "function") {
    return Undeserializable(where + ".type: unknown variant `" + std::string(*type) +
                            "`, expected `function`");
  }
  const JsonValue* function = Member(tool, "function");
  if (!function) return Undeserializable(where + ": missing field `function`");
  return ReadFunction(*function, where + ".function", prompt);
}

}  // namespace

Refusal ReadFunction(const JsonValue& function, const std::string& where,
                     Prompt& prompt) {
  if (!function.IsObject()) return WrongType(where, KindOf(function), "struct Function");
  const auto name = TextMember(function, "name");
  if (!name) return Undeserializable(where + ": missing field `name`");
  static constexpr Field kFields[] = {{"description", FieldKind::kText},
                                      {"parameters", FieldKind::kObject},
                                      {"strict", FieldKind::kBool}};
  if (auto refusal = CheckFields(function, kFields)) return refusal;
  if (auto refusal = CheckFunctionName(*name)) return refusal;
  auto& names = prompt.functions;
  if (std::find(names.begin(), names.end(), *name) != names.end()) {
    return InvalidArgument("Duplicate function name: " + std::string(*name) + ".");
  }
  names.emplace_back(*name);
  prompt.text_bytes += Dump(function).size();
  return std::nullopt;
}

Refusal ReadToolChoice(const JsonValue* choice, bool has_tools,
                       std::optional<std::string_view> name, Prompt& prompt) {
  if (!choice) return std::nullopt;
  if (!has_tools) {
    return InvalidArgument(
        "A tool_choice was set on the request but no tools were specified.");
  }
  if (choice->IsString()) {
    const std::string_view value = TextOf(*choice);
    if (value == "none") {
      prompt.tool_choice = Prompt::ToolChoice::kNone;
    } else if (value == "required") {
      prompt.tool_choice = Prompt::ToolChoice::kRequired;
    } else if (value != "auto") {
      return Undeserializable("tool_choice: unknown variant `" + std::string(value) +
                              "`, expected one of `auto`, `none`, `required`");
    }
    return std::nullopt;
  }
  if (!name) return Undeserializable("tool_choice: missing field `name`");
  const auto& names = prompt.functions;
  if (std::find(names.begin(), names.end(), *name) == names.end()) {
    return InvalidArgument("tool_choice names the function " + std::string(*name) +
                           ", which is not among the tools.");
  }
  prompt.forced_function = *name;
  return std::nullopt;
}

Refusal ReadChatTools(const JsonValue& body, Prompt& prompt) {
  const JsonValue* tools = Present(body, "tools");
  const bool has_tools = tools && !tools->Empty();
  if (has_tools && tools->Size() > kToolsMax) {
    return InvalidArgument("At most 128 tools are allowed.");
  }
  if (has_tools) {
    std::size_t index = 0;
    for (const JsonValue& tool : tools->GetArray()) {
      if (auto refusal = ReadTool(tool, At("tools", index++), prompt)) return refusal;
    }
  }
  const JsonValue* choice = Present(body, "tool_choice");
  std::optional<std::string_view> name;
  if (choice && choice->IsObject()) {
    const JsonValue* function = Member(*choice, "function");
    if (function) name = TextMember(*function, "name");
    if (TextMember(*choice, "type").value_or("") != "function") name.reset();
  }
  return ReadToolChoice(choice, has_tools, name, prompt);
}

}  // namespace xai::sim
