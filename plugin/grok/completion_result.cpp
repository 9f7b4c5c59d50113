#include "grok/completion_result.h"

#include "base/error_json.h"
#include "base/json_writer.h"

namespace xai {
namespace {

void WriteStrings(const char* name, const std::vector<std::string>& strings,
                  JsonWriter* json) {
  json->Key(name).BeginArray();
  for (const std::string& text : strings) json->String(text);
  json->EndArray();
}

void WriteDocuments(const char* name, const std::vector<std::string>& documents,
                    JsonWriter* json) {
  json->Key(name).BeginArray();
  for (const std::string& text : documents) json->Raw(text);
  json->EndArray();
}

void WriteOptional(const char* name, const std::optional<int64_t>& value,
                   JsonWriter* json) {
  if (value) json->Key(name).Int(*value);
}

void WriteMessage(const Answer& answer, JsonWriter* json) {
  json->Key("message").BeginObject().Key("role").String("assistant");
  json->Key("content").String(answer.text);
  json->Key("reasoning").String(answer.reasoning);
  json->Key("tool_calls").BeginArray();
  for (const ToolCall& call : answer.tool_calls) {
    json->BeginObject().Key("id").String(call.id).Key("type").String("function");
    json->Key("function").BeginObject().Key("name").String(call.name);
    json->Key("arguments").String(call.arguments).EndObject().EndObject();
  }
  json->EndArray().EndObject();
}

}  // namespace

std::string StartDocument(std::string_view model, Lane lane,
                          const std::vector<std::string>& dropped) {
  JsonWriter json;
  json.BeginObject().Key("model").String(model).Key("lane").String(NameOf(lane));
  WriteStrings("dropped", dropped, &json);
  return json.EndObject().Take();
}

std::string EndDocument(const CompletionOutcome& outcome) {
  const Answer& answer = *outcome.answer;
  JsonWriter json;
  json.BeginObject();
  if (outcome.error == nullptr) {
    json.Key("ok").Bool(true);
  } else {
    WriteErrorMembers(*outcome.error, &json);
    json.Key("bytes_delivered").Int(outcome.bytes_delivered);
  }
  if (!answer.id.empty()) json.Key("id").String(answer.id);
  json.Key("model").String(answer.model).Key("lane").String(NameOf(answer.lane));
  if (!answer.finish_reason.empty()) {
    json.Key("finish_reason").String(answer.finish_reason);
  }
  if (answer.usage) {
    json.Key("usage");
    answer.usage->WriteTo(&json);
  }
  WriteStrings("citations", answer.citations, &json);
  WriteDocuments("annotations", answer.annotations, &json);
  json.Key("refusal");
  if (answer.refusal.empty()) {
    json.Null();
  } else {
    json.String(answer.refusal);
  }
  WriteDocuments("server_tool_calls", answer.server_tool_calls, &json);
  WriteDocuments("encrypted_reasoning", answer.encrypted_reasoning, &json);
  WriteStrings("dropped", *outcome.dropped, &json);
  // An error names the request by itself, if xAI did.
  if (outcome.error == nullptr && !outcome.request_id.empty()) {
    json.Key("request_id").String(outcome.request_id);
  }
  json.Key("timings").BeginObject();
  WriteOptional("first_byte_ms", outcome.timings.first_byte_ms, &json);
  WriteOptional("first_token_ms", outcome.timings.first_token_ms, &json);
  json.Key("total_ms").Int(outcome.timings.total_ms).EndObject();
  if (outcome.with_message) WriteMessage(answer, &json);
  return json.EndObject().Take();
}

}  // namespace xai
