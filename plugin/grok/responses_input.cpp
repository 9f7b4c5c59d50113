#include "grok/responses_input.h"

namespace xai {
namespace {

void CopyMembers(const JsonValue& object, std::string_view except, JsonWriter* json) {
  for (JsonValue member = object.FirstChild(); member.present(); member = member.Next()) {
    if (member.name() == except) continue;
    json->Key(member.name());
    member.WriteTo(json);
  }
}

// Into an open object that has its type already; no name may come twice.
void WriteFile(const JsonValue& file, JsonWriter* json) {
  if (!file.is_object()) return;
  for (JsonValue member = file.FirstChild(); member.present(); member = member.Next()) {
    std::string_view name = member.name();
    if (name == "type" || (name == "file_url" && file["url"].present())) continue;
    if (name == "url") name = "file_url";
    json->Key(name);
    member.WriteTo(json);
  }
}

// {"type":"image_url","image_url":{"url","detail"}} ->
// {"type":"input_image","image_url"}.
Result<void> WritePart(const JsonValue& part, bool from_assistant, JsonWriter* json) {
  const std::string_view type = part["type"].String().value_or("");
  json->BeginObject();
  if (type == "text") {
    json->Key("type").String(from_assistant ? "output_text" : "input_text");
    json->Key("text").String(part["text"].String().value_or(""));
  } else if (type == "image_url") {
    json->Key("type").String("input_image");
    const JsonValue image = part["image_url"];
    json->Key("image_url")
        .String(image.is_string() ? *image.String() : image["url"].String().value_or(""));
    const std::optional<std::string_view> detail = image["detail"].String();
    if (detail) json->Key("detail").String(*detail);
  } else if (type == "file") {
    json->Key("type").String("input_file");
    WriteFile(part["file"], json);
  } else if (type.rfind("input_", 0) == 0 || type.rfind("output_", 0) == 0) {
    CopyMembers(part, "", json);  // in this lane's words already
  } else {
    json->EndObject();
    return Error::Make(ErrorCode::kUnsupported,
                       "a content part of a type that this model's lane does not know",
                       "messages");
  }
  json->EndObject();
  return {};
}

Result<void> WriteContent(const JsonValue& content, bool from_assistant,
                          JsonWriter* json) {
  if (!content.is_array()) {
    json->String(content.String().value_or(""));
    return {};
  }
  json->BeginArray();
  for (JsonValue part = content.FirstChild(); part.present(); part = part.Next()) {
    Result<void> written = WritePart(part, from_assistant, json);
    if (!written.ok()) return written;
  }
  json->EndArray();
  return {};
}

// `status` is output-only and refused on the way in; `summary` is required.
void WriteReasoning(const JsonValue& items, JsonWriter* json) {
  for (JsonValue item = items.FirstChild(); item.present(); item = item.Next()) {
    if (!item.is_object()) continue;
    json->BeginObject();
    CopyMembers(item, "status", json);
    if (!item["type"].present()) json->Key("type").String("reasoning");
    if (!item["summary"].present()) json->Key("summary").BeginArray().EndArray();
    json->EndObject();
  }
}

void WriteCalls(const JsonValue& calls, JsonWriter* json) {
  for (JsonValue call = calls.FirstChild(); call.present(); call = call.Next()) {
    const JsonValue function = call["function"];
    const std::string_view arguments = function["arguments"].String().value_or("");
    // Arguments that are not JSON make xAI refuse the whole request.
    const bool good =
        JsonDocument::Parse(std::string(arguments), JsonDocument::Names::kAny).ok();
    json->BeginObject().Key("type").String("function_call");
    json->Key("call_id").String(call["id"].String().value_or(""));
    json->Key("name").String(function["name"].String().value_or(""));
    json->Key("arguments").String(good ? arguments : "{}").EndObject();
  }
}

bool IsEmpty(const JsonValue& content) {
  if (content.is_array()) return content.size() == 0;
  return content.String().value_or("").empty();
}

}  // namespace

Result<void> WriteInputItems(const JsonValue& message, JsonWriter* json) {
  const std::string_view role = message["role"].String().value_or("");
  const JsonValue content = message["content"];
  if (role == "tool" || role == "function") {
    json->BeginObject().Key("type").String("function_call_output");
    json->Key("call_id").String(message["tool_call_id"].String().value_or(""));
    json->Key("output");
    Result<void> written = WriteContent(content, false, json);
    if (!written.ok()) return written;
    json->EndObject();
    return {};
  }
  const bool assistant = role == "assistant";
  if (assistant) WriteReasoning(message["encrypted_reasoning"], json);
  if (!assistant || !IsEmpty(content)) {
    json->BeginObject().Key("role").String(role).Key("content");
    Result<void> written = WriteContent(content, assistant, json);
    if (!written.ok()) return written;
    json->EndObject();
  }
  if (assistant) WriteCalls(message["tool_calls"], json);
  return {};
}

}  // namespace xai
