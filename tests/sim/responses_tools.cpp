#include "sim/responses_tools.h"

#include <algorithm>
#include <array>

#include "sim/chat_tools.h"
#include "sim/content.h"

namespace xai::sim {
namespace {

constexpr std::array<std::string_view, 5> kServerTools = {
    "web_search", "x_search", "code_interpreter", "file_search", "mcp"};
constexpr std::array<std::string_view, 3> kRefusedSearchFields = {
    "search_context_size", "user_location", "external_web_access"};
constexpr std::size_t kDomainsMax = 5;

Refusal CheckWebSearch(const JsonValue& tool) {
  for (const std::string_view name : kRefusedSearchFields) {
    if (Present(tool, name)) {
      return InvalidArgument("web_search does not support " + std::string(name) + ".");
    }
  }
  const JsonValue* filters = Present(tool, "filters");
  if (!filters) return std::nullopt;
  for (const std::string_view name : {"allowed_domains", "excluded_domains"}) {
    const JsonValue* domains = Present(*filters, name);
    if (domains && (!domains->IsArray() || domains->Size() > kDomainsMax)) {
      return InvalidArgument(std::string(name) + " takes a list of at most 5 domains.");
    }
  }
  return std::nullopt;
}

Refusal ReadTool(const JsonValue& tool, const std::string& where, Prompt& prompt) {
  const std::string type(TextMember(tool, "type").value_or(""));
  if (type == "function") return ReadFunction(tool, where, prompt);
  if (std::find(kServerTools.begin(), kServerTools.end(), type) == kServerTools.end()) {
    return Undeserializable(where + ".type: unknown variant `" + type + "`");
  }
  if (type != "web_search") return std::nullopt;
  prompt.can_search = true;
  return CheckWebSearch(tool);
}

// A function must not carry the name of a hosted tool that is on offer as well.
Refusal CheckHostedNames(const JsonValue& tools, const Prompt& prompt) {
  for (const JsonValue& tool : tools.GetArray()) {
    const std::string type(TextMember(tool, "type").value_or(""));
    const auto& names = prompt.functions;
    if (std::find(names.begin(), names.end(), type) != names.end()) {
      return InvalidArgument("Duplicate function name: " + type + ".");
    }
  }
  return std::nullopt;
}

}  // namespace

Refusal ReadResponsesTools(const JsonValue& body, ResponsesRequest& request) {
  Prompt& prompt = request.prompt;
  const JsonValue* tools = Present(body, "tools");
  const bool has_tools = tools && !tools->Empty();
  if (has_tools) {
    if (tools->Size() > kToolsMax)
      return InvalidArgument("At most 128 tools are allowed.");
    std::size_t index = 0;
    for (const JsonValue& tool : tools->GetArray()) {
      if (auto refusal = ReadTool(tool, At("tools", index++), prompt)) return refusal;
    }
    if (auto refusal = CheckHostedNames(*tools, prompt)) return refusal;
    request.tools = Dump(*tools);
  }
  if (request.model->kind == ModelKind::kMultiAgent && !prompt.functions.empty()) {
    return InvalidArgument(
        "Client-side tools for multi-agent models require beta access");
  }
  const JsonValue* choice = Present(body, "tool_choice");
  if (choice) request.tool_choice = Dump(*choice);
  std::optional<std::string_view> name;
  if (choice && TextMember(*choice, "type") == "function") {
    name = TextMember(*choice, "name");
  }
  return ReadToolChoice(choice, has_tools, name, prompt);
}

}  // namespace xai::sim
