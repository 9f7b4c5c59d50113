#include "base/error_json.h"

namespace xai {

void WriteErrorMembers(const Error& error, JsonWriter* json) {
  const ErrorInfo& info = InfoOf(error.code);
  json->Key("ok").Bool(false);
  json->Key("error").String(info.name);
  if (!error.reason.empty()) json->Key("reason").String(error.reason);
  json->Key("detail").String(error.detail);
  json->Key("hint").String(info.hint);
  json->Key("retry").Bool(info.retry);
  if (error.http_status != 0) json->Key("http_status").Int(error.http_status);
  if (!error.request_id.empty()) json->Key("request_id").String(error.request_id);
  if (error.retry_after_ms) json->Key("retry_after_ms").Int(*error.retry_after_ms);
}

std::string ErrorDocument(const Error& error) {
  JsonWriter json;
  json.BeginObject();
  WriteErrorMembers(error, &json);
  return json.EndObject().Take();
}

}  // namespace xai
