#include "credentials/record.h"

#include "base/json_document.h"
#include "base/json_writer.h"
#include "base/limits.h"

namespace xai {
namespace {

// The layout of the JSON inside a sealed file.
constexpr int64_t kRecordVersion = 1;

// Room for everything at once: growing would leave copies of tokens behind.
constexpr size_t kWriterRoom = 64u << 10;

SecretString Finish(JsonWriter* json) {
  std::string text = json->EndObject().Take();
  return SecretString::TakeFrom(&text);
}

Result<std::unique_ptr<JsonDocument>> Read(const SecretString& text) {
  Result<std::unique_ptr<JsonDocument>> document =
      JsonDocument::Parse(std::string(text.Reveal()));
  if (!document.ok()) {
    return Error::Make(ErrorCode::kStoreCorrupt, "the stored record is not readable",
                       "record");
  }
  const std::optional<int64_t> version = document.value()->root()["v"].Integer();
  if (version && *version >= 1 && *version <= kRecordVersion) return document;
  document.value()->Wipe();  // whatever it is, it was sealed
  if (!version || *version < 1) {
    return Error::Make(ErrorCode::kStoreCorrupt, "the stored record has no version",
                       "record");
  }
  return Error::Make(ErrorCode::kStoreVersion, "a newer version wrote the stored record");
}

std::string Text(const JsonValue& object, std::string_view name) {
  return std::string(object[name].String().value_or(""));
}

SecretString Secret(const JsonValue& object, std::string_view name) {
  return SecretString(object[name].String().value_or(""));
}

int64_t Number(const JsonValue& object, std::string_view name) {
  return object[name].Integer().value_or(0);
}

}  // namespace

PendingView PendingLogin::View() const {
  PendingView view;
  view.user_code = code.user_code;
  view.verification_url = code.verification_url;
  view.verification_url_with_code = code.verification_url_with_code;
  view.interval_seconds = code.interval_seconds;
  view.expires_at_ms = code.expires_at_ms;
  return view;
}

SecretString EncodeCredential(const CredentialRecord& record) {
  JsonWriter json(kWriterRoom);
  json.BeginObject().Key("v").Int(kRecordVersion);
  json.Key("access_token").String(record.access_token.Reveal());
  json.Key("refresh_token").String(record.refresh_token.Reveal());
  json.Key("scope").String(record.scope);
  json.Key("issued_at").Int(record.issued_at_ms);
  json.Key("expires_at").Int(record.expires_at_ms);
  json.Key("updated_at").Int(record.updated_at_ms);
  json.Key("sub").String(record.subject);
  if (!record.principal_id.empty()) json.Key("principal_id").String(record.principal_id);
  json.Key("email").String(record.email);
  if (record.tier) json.Key("tier").Int(*record.tier);
  if (!record.host_id.empty()) json.Key("host_id").String(record.host_id);
  if (!record.login_id.empty()) json.Key("login_id").String(record.login_id);
  if (record.dead()) json.Key("dead").String(record.dead_reason);
  return Finish(&json);
}

Result<CredentialRecord> DecodeCredential(const SecretString& text) {
  Result<std::unique_ptr<JsonDocument>> document = Read(text);
  if (!document.ok()) return std::move(document).error();
  const JsonValue root = document.value()->root();
  CredentialRecord record;
  record.access_token = Secret(root, "access_token");
  record.refresh_token = Secret(root, "refresh_token");
  record.scope = Text(root, "scope");
  record.issued_at_ms = Number(root, "issued_at");
  record.expires_at_ms = Number(root, "expires_at");
  record.updated_at_ms = Number(root, "updated_at");
  record.subject = Text(root, "sub");
  record.principal_id = Text(root, "principal_id");
  record.email = Text(root, "email");
  record.tier = root["tier"].Integer();
  record.host_id = Text(root, "host_id");
  record.login_id = Text(root, "login_id");
  record.dead_reason = Text(root, "dead");
  document.value()->Wipe();
  if (record.access_token.empty()) {
    return Error::Make(ErrorCode::kStoreCorrupt, "the stored record has no token",
                       "record");
  }
  return record;
}

SecretString EncodePending(const PendingLogin& pending) {
  JsonWriter json(kWriterRoom);
  json.BeginObject().Key("v").Int(kRecordVersion);
  json.Key("device_code").String(pending.code.device_code.Reveal());
  json.Key("user_code").String(pending.code.user_code);
  json.Key("verification_url").String(pending.code.verification_url);
  json.Key("verification_url_with_code").String(pending.code.verification_url_with_code);
  json.Key("interval").Int(pending.code.interval_seconds);
  json.Key("expires_at").Int(pending.code.expires_at_ms);
  json.Key("lost_polls").Int(pending.lost_polls);
  json.Key("boot_id").String(pending.boot_id);
  json.Key("expires_steady").Int(pending.expires_steady_ms);
  json.Key("next_poll_steady").Int(pending.next_poll_steady_ms);
  return Finish(&json);
}

Result<PendingLogin> DecodePending(const SecretString& text) {
  Result<std::unique_ptr<JsonDocument>> document = Read(text);
  if (!document.ok()) return std::move(document).error();
  const JsonValue root = document.value()->root();
  PendingLogin pending;
  pending.code.device_code = Secret(root, "device_code");
  pending.code.user_code = Text(root, "user_code");
  pending.code.verification_url = Text(root, "verification_url");
  pending.code.verification_url_with_code = Text(root, "verification_url_with_code");
  pending.code.interval_seconds = Number(root, "interval");
  pending.code.expires_at_ms = Number(root, "expires_at");
  pending.lost_polls = Number(root, "lost_polls");
  pending.boot_id = Text(root, "boot_id");
  pending.expires_steady_ms = Number(root, "expires_steady");
  pending.next_poll_steady_ms = Number(root, "next_poll_steady");
  document.value()->Wipe();
  if (pending.code.device_code.empty() || pending.code.user_code.empty()) {
    return Error::Make(ErrorCode::kStoreCorrupt, "the stored flow has no code", "record");
  }
  return pending;
}

}  // namespace xai
