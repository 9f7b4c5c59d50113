#include "sim/responses_input.h"

#include <algorithm>
#include <array>
#include <set>

#include "sim/content.h"

namespace xai::sim {
namespace {

constexpr std::array<std::string_view, 4> kRoles = {"system", "developer", "user",
                                                    "assistant"};
// What the server's own tools left behind; clients give it back as it was.
constexpr std::array<std::string_view, 7> kServerItems = {"web_search_call",
                                                          "x_search_call",
                                                          "custom_tool_call",
                                                          "code_interpreter_call",
                                                          "image_generation_call",
                                                          "file_search_call",
                                                          "mcp_call"};

bool IsOneOf(const auto& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

ApiError NoVariant(const std::string& where) {
  JsonWriter json;
  json.BeginObject();
  json.Member("error",
              "Failed to deserialize the JSON body into the target type: " + where +
                  ": data did not match any variant of untagged enum ModelInput");
  return {422, json.EndObject().text()};
}

class InputReader {
 public:
  explicit InputReader(ResponsesRequest& request) : request_(request) {}

  Refusal Read(const JsonValue& item, const std::string& where) {
    if (!item.IsObject()) return NoVariant(where);
    const std::string type(TextMember(item, "type").value_or("message"));
    if (type == "message") return ReadMessage(item, where);
    if (type == "function_call") return ReadCall(item, where);
    if (type == "function_call_output") return ReadOutput(item, where);
    if (type == "reasoning") return ReadReasoning(item, where);
    if (IsOneOf(kServerItems, type)) return std::nullopt;
    return NoVariant(where);
  }

 private:
  Refusal ReadMessage(const JsonValue& item, const std::string& where) {
    const auto role = TextMember(item, "role");
    const JsonValue* content = Member(item, "content");
    if (!role || !IsOneOf(kRoles, *role) || !content) return NoVariant(where);
    std::string text;
    if (content->IsString()) {
      text = TextOf(*content);
      if (text.empty()) return EmptyContent();
    } else if (content->IsArray()) {
      if (content->Empty()) return EmptyContent();
      for (const JsonValue& part : content->GetArray()) {
        if (auto refusal = ReadPart(part, *role == "assistant", where, text)) {
          return refusal;
        }
      }
    } else {
      return NoVariant(where);
    }
    request_.prompt.tool_output.reset();
    request_.prompt.text_bytes += text.size();
    if (*role == "user") request_.prompt.user_text = text;
    return std::nullopt;
  }

  static Refusal ReadPart(const JsonValue& part, bool assistant, const std::string& where,
                          std::string& text) {
    const std::string type(TextMember(part, "type").value_or(""));
    if (type == (assistant ? "output_text" : "input_text")) {
      const auto value = TextMember(part, "text");
      if (!value) return NoVariant(where);
      if (!text.empty()) text += '\n';
      text += *value;
      return std::nullopt;
    }
    if (assistant) return type == "refusal" ? Refusal() : NoVariant(where);
    if (type == "input_image") {
      const auto url = TextMember(part, "image_url");
      return url ? CheckImageUrl(*url) : NoVariant(where);
    }
    const bool file = type == "input_file" &&
                      (TextMember(part, "file_id") || TextMember(part, "file_url") ||
                       (TextMember(part, "file_data") && TextMember(part, "filename")));
    return file ? Refusal() : NoVariant(where);
  }

  Refusal ReadCall(const JsonValue& item, const std::string& where) {
    const auto id = TextMember(item, "call_id");
    const auto name = TextMember(item, "name");
    const auto arguments = TextMember(item, "arguments");
    if (!id || !name || !arguments) return NoVariant(where);
    if (!IsJsonObjectText(*arguments)) return InvalidToolArguments(*name);
    request_.prompt.text_bytes += arguments->size();
    call_ids_.emplace(*id);
    request_.prompt.tool_output.reset();
    return std::nullopt;
  }

  Refusal ReadOutput(const JsonValue& item, const std::string& where) {
    const auto id = TextMember(item, "call_id");
    const JsonValue* output = Member(item, "output");
    if (!id || !output) return NoVariant(where);
    std::string text;
    if (output->IsString()) {
      text = TextOf(*output);
    } else if (output->IsArray()) {
      for (const JsonValue& part : output->GetArray()) {
        if (auto refusal = ReadPart(part, false, where, text)) return refusal;
      }
    } else {
      return NoVariant(where);
    }
    // With previous_response_id the call is in the conversation that the server keeps.
    const bool known = call_ids_.count(std::string(*id)) > 0;
    if (!known && request_.previous_response_id == "null") {
      return InvalidArgument("No tool call found for function call output with call_id " +
                             std::string(*id) + ".");
    }
    request_.prompt.text_bytes += text.size();
    auto& collected = request_.prompt.tool_output;
    collected = collected ? *collected + "\n" + text : text;
    return std::nullopt;
  }

  Refusal ReadReasoning(const JsonValue& item, const std::string& where) const {
    const JsonValue* summary = Member(item, "summary");
    if (!summary || !summary->IsArray()) return NoVariant(where);
    for (const JsonValue& part : summary->GetArray()) {
      if (TextMember(part, "type") != "summary_text" || !TextMember(part, "text")) {
        return NoVariant(where);
      }
    }
    if (const JsonValue* content = Present(item, "content")) {
      if (!content->IsArray()) return NoVariant(where);
      for (const JsonValue& part : content->GetArray()) {
        if (TextMember(part, "type") != "reasoning_text") {
          return InvalidArgument("Reasoning content must be of type reasoning_text.");
        }
      }
    }
    if (Present(item, "status")) {
      return InvalidArgument("status of a reasoning item is output-only.");
    }
    const JsonValue* encrypted = Present(item, "encrypted_content");
    if (!encrypted) return std::nullopt;
    if (!encrypted->IsString()) return NoVariant(where);
    if (CanDecrypt(*request_.model, TextOf(*encrypted))) return std::nullopt;
    return InvalidArgument(
        "Could not decrypt the provided encrypted_content. It must come unchanged from "
        "the same model.");
  }

  ResponsesRequest& request_;
  std::set<std::string> call_ids_;
};

}  // namespace

Refusal ReadInput(const JsonValue& input, ResponsesRequest& request) {
  if (input.IsString()) {
    request.prompt.user_text = TextOf(input);
    request.prompt.text_bytes += input.GetStringLength();
    if (request.prompt.user_text.empty()) return EmptyContent();
    return std::nullopt;
  }
  if (input.Empty()) return InvalidArgument("input must not be empty.");
  InputReader reader(request);
  std::size_t index = 0;
  for (const JsonValue& item : input.GetArray()) {
    if (auto refusal = reader.Read(item, At("input", index++))) return refusal;
  }
  return std::nullopt;
}

}  // namespace xai::sim
