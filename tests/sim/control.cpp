#include "sim/control.h"

#include "sim/control_settings.h"
#include "sim/named_scenes.h"

namespace xai::sim {
namespace {

HttpReply JsonReply(int status, std::string body) {
  HttpReply reply;
  reply.status = status;
  reply.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  reply.body = std::move(body);
  return reply;
}

HttpReply Done() {
  return JsonReply(200, R"({"ok":true})");
}

HttpReply Failed(int status, std::string_view reason) {
  JsonWriter json;
  json.BeginObject().Member("ok", false).Member("error", reason).EndObject();
  return JsonReply(status, json.text());
}

HttpReply Unknown() {
  return Failed(404, "there is no such control endpoint");
}

}  // namespace

HttpReply Control::Handle(const HttpRequest& request) {
  const std::string_view name =
      std::string_view(request.path).substr(std::string_view("/control/").size());
  if (request.method == "GET") return Get(name);
  if (request.method == "DELETE") return Delete(name);
  if (request.method == "POST") return Post(name, request);
  return Failed(405, "control endpoints take GET, POST and DELETE");
}

HttpReply Control::Get(std::string_view name) const {
  if (name == "requests") return JsonReply(200, journal_.RequestsJson());
  if (name == "stats") return JsonReply(200, journal_.StatsJson());
  if (name == "secrets") return JsonReply(200, journal_.SecretsJson());
  if (name == "settings") return JsonReply(200, SettingsJson(settings_));
  if (name == "scenes") {
    JsonWriter json;
    json.BeginObject().Member("pending", scenes_.Pending());
    json.Member("running", scenes_.Running()).EndObject();
    return JsonReply(200, json.text());
  }
  return Unknown();
}

HttpReply Control::Delete(std::string_view name) {
  if (name == "requests") {
    journal_.ClearRequests();
  } else if (name == "scenes") {
    scenes_.Clear();
  } else {
    return Unknown();
  }
  return Done();
}

HttpReply Control::Post(std::string_view name, const HttpRequest& request) {
  if (name == "expire-access") {
    grants_.ExpireAccess();
    return Done();
  }
  if (name == "revoke-all") {
    grants_.RevokeAll();
    return Done();
  }
  if (name == "rewind") {
    grants_.Rewind();
    flows_.Rewind();
    return Done();
  }
  JsonDocument body;
  std::string error;
  if (!ParseJson(request.body, body, error)) return Failed(400, "not JSON: " + error);
  if (!body.IsObject()) return Failed(400, "the body has to be an object");
  if (name == "approve" || name == "deny") return Decide(body, name == "approve");
  if (name == "scene" && Member(body, "scene")) return PlayNamed(body);
  std::optional<std::string> wrong;
  if (name == "scene") {
    wrong = scenes_.Add(body);
  } else if (name == "settings") {
    wrong = ChangeSettings(body, settings_);
  } else {
    return Unknown();
  }
  return wrong ? Failed(400, *wrong) : Done();
}

HttpReply Control::PlayNamed(const JsonValue& body) {
  const std::string_view name = TextMember(body, "scene").value_or("");
  if (name == "reset") {
    scenes_.Clear();
    return Done();
  }
  if (name == "expire_tokens") {
    grants_.ExpireAccess();
    return Done();
  }
  if (name == "sign_in") {
    const std::string_view outcome = TextMember(body, "outcome").value_or("");
    const std::string_view code = TextMember(body, "user_code").value_or("");
    const bool approved = outcome == "approved";
    if ((approved || outcome == "denied") && flows_.Decide(code, approved)) return Done();
    if (outcome == "expired" && flows_.Expire(code)) return Done();
    return Failed(400, "outcome is approved, denied or expired, of a known user_code");
  }
  std::string wrong;
  std::optional<Scene> scene = NamedScene(body, &wrong);
  // 404 says that it has no such thing, 400 that it was asked for wrongly.
  const bool known = name == "answer" || name == "refusal";
  if (!scene) return Failed(known ? 400 : 404, wrong);
  scenes_.Add(std::move(*scene));
  return Done();
}

HttpReply Control::Decide(const JsonValue& body, bool approve) {
  const auto code = TextMember(body, "user_code");
  if (!code) return Failed(400, "member user_code is missing");
  if (!flows_.Find(*code)) return Failed(404, "there is no such user code");
  if (flows_.Decide(*code, approve)) return Done();
  return Failed(409, "the sign-in has expired or was decided before");
}

}  // namespace xai::sim
