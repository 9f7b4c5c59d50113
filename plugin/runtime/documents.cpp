#include "runtime/documents.h"

#include <algorithm>

#include "base/mask.h"
#include "base/texts.h"

namespace xai {
namespace {

text::StateText TextFor(AccountState state, const AccountSnapshot& account) {
  switch (state) {
    case AccountState::kSignedOut:
      return text::kSignedOut;
    case AccountState::kPending:
      return text::kPending;
    case AccountState::kConnected:
      return text::kConnected;
    case AccountState::kExpiring:
      return text::kExpiring;
    case AccountState::kExpired:
      return text::kExpired;
    case AccountState::kReauthRequired:
      return text::kReauthRequired;
    case AccountState::kCredentialUnreadable:
      if (account.unreadable->code == ErrorCode::kStoreCorrupt) return text::kUnreadable;
      return {"", InfoOf(account.unreadable->code).hint};
  }
  return text::kSignedOut;
}

int64_t SecondsUntil(int64_t moment_ms, int64_t now_ms) {
  return std::max<int64_t>((moment_ms - now_ms) / 1000, 0);
}

void StringOrNull(const char* name, std::string_view value, JsonWriter* json) {
  json->Key(name);
  if (value.empty()) {
    json->Null();
  } else {
    json->String(value);
  }
}

void WriteTier(const AccountView& view, JsonWriter* json) {
  const std::optional<int64_t>& tier = view.snapshot->tier;
  json->Key("tier");
  if (!tier || view.snapshot->access == nullptr) {
    json->Null();
    for (const char* name : {"tier_label", "tier_unlocks", "tier_source"}) {
      json->Key(name).Null();
    }
  } else {
    json->Int(*tier);
    const JsonValue entry = view.tiers[std::to_string(*tier)];
    StringOrNull("tier_label", entry["label"].String().value_or(""), json);
    StringOrNull("tier_unlocks", entry["unlocks"].String().value_or(""), json);
    json->Key("tier_source").String("access_token");
  }
  json->Key("tier_table").String(view.tier_table);
}

void WriteExpiry(const AccountView& view, JsonWriter* json) {
  const std::shared_ptr<const AccessToken>& access = view.snapshot->access;
  json->Key("expires_at");
  if (access == nullptr) {
    json->Null().Key("expires_in_seconds").Null();
    return;
  }
  json->Int(access->expires_at_ms);
  json->Key("expires_in_seconds").Int(SecondsUntil(access->expires_at_ms, view.now_ms));
}

void WriteModels(const AccountView& view, JsonWriter* json) {
  json->Key("models_count");
  if (view.models == nullptr) {
    json->Int(0).Key("models_fetched_at").Null().Key("default_model_id").Null();
    json->Key("available_models").BeginArray().EndArray();
    return;
  }
  json->Int(static_cast<int64_t>(view.models->ids.size()));
  json->Key("models_fetched_at").Int(view.models->fetched_at_ms);
  StringOrNull("default_model_id", DefaultModelId(*view.models), json);
  json->Key("available_models").BeginArray();
  for (const std::string& id : view.models->ids) json->String(HostModelId(id));
  json->EndArray();
}

// As a server named the owner, but no token.
std::string Shown(std::string_view claim, const AccountSnapshot& account) {
  const std::string_view bearer =
      account.access != nullptr ? account.access->bearer.Reveal() : std::string_view();
  return MaskTokens(MaskSecret(claim, bearer));
}

void WriteAccount(const AccountView& view, JsonWriter* json) {
  const AccountSnapshot& account = *view.snapshot;
  StringOrNull("email", Shown(account.email, account), json);
  StringOrNull("account_id", Shown(account.subject, account), json);
  WriteTier(view, json);
  WriteExpiry(view, json);
  json->Key("refreshable").Bool(account.refreshable);
}

}  // namespace

std::string StatusDocument(const AccountView& view) {
  const AccountSnapshot& account = *view.snapshot;
  const AccountState state = StateOf(account, view.now_ms);
  const text::StateText words = TextFor(state, account);
  JsonWriter json(1024);
  json.BeginObject().Key("ok").Bool(true);
  json.Key("state").String(NameOf(state));
  json.Key("connected")
      .Bool(state == AccountState::kConnected || state == AccountState::kExpiring ||
            state == AccountState::kExpired);
  WriteAccount(view, &json);
  json.Key("updated_at");
  if (account.updated_at_ms == 0) {
    json.Null();
  } else {
    json.Int(account.updated_at_ms);
  }
  WriteModels(view, &json);
  StringOrNull("next_action", words.next_action, &json);
  StringOrNull("hint", words.hint, &json);
  if (account.unreadable) {
    json.Key("reason").String(InfoOf(account.unreadable->code).name);
    json.Key("detail").String(account.unreadable->detail);
  } else if (!account.dead_reason.empty()) {
    json.Key("reason").String(account.dead_reason);
  }
  json.Key("warnings").BeginArray();
  for (const std::string& warning : account.warnings) json.String(warning);
  return json.EndArray().EndObject().Take();
}

std::string ConnectedDocument(const AccountView& view) {
  JsonWriter json(1024);
  json.BeginObject().Key("ok").Bool(true).Key("status").String("connected");
  WriteAccount(view, &json);
  WriteModels(view, &json);
  std::string next(text::kConnectedRefreshPage);
  const std::string model =
      view.models == nullptr ? std::string() : DefaultModelId(*view.models);
  const std::string shown = model.empty() ? HostModelId("grok-4.3") : model;
  next += shown;
  next += text::kConnectedSwitch;
  next += shown + ".";
  json.Key("next_step").String(next);
  return json.EndObject().Take();
}

std::string StartedDocument(const PendingView& pending, int64_t now_ms) {
  JsonWriter json(1024);
  json.BeginObject().Key("ok").Bool(true).Key("status").String("pending");
  json.Key("pending_id").String(pending.user_code);
  json.Key("user_code").String(pending.user_code);
  json.Key("verification_url").String(pending.verification_url);
  json.Key("verification_url_with_code").String(pending.verification_url_with_code);
  json.Key("interval_seconds").Int(pending.interval_seconds);
  json.Key("expires_in_seconds").Int(SecondsUntil(pending.expires_at_ms, now_ms));
  json.Key("instructions").String(text::kInstructions);
  return json.EndObject().Take();
}

std::string PendingDocument(int64_t retry_after_ms) {
  JsonWriter json;
  json.BeginObject().Key("ok").Bool(true).Key("status").String("pending");
  // Rounded up: a host that waits exactly so long must not come too early.
  json.Key("retry_after_seconds").Int((retry_after_ms + 999) / 1000);
  return json.EndObject().Take();
}

std::string CancelDocument(bool cancelled) {
  JsonWriter json;
  json.BeginObject().Key("ok").Bool(true);
  json.Key("status").String(cancelled ? "cancelled" : "no_pending_flow");
  return json.EndObject().Take();
}

std::string LogoutDocument(const Account::LogoutResult& result) {
  JsonWriter json;
  json.BeginObject().Key("ok").Bool(true);
  json.Key("status").String(result.removed ? "disconnected" : "not_connected");
  json.Key("removed").Bool(result.removed);
  json.Key("revoked").Bool(result.revoked);
  return json.EndObject().Take();
}

std::string RefreshedDocument(const AccountView& view) {
  JsonWriter json;
  json.BeginObject().Key("ok").Bool(true).Key("status").String("refreshed");
  WriteExpiry(view, &json);
  return json.EndObject().Take();
}

std::string RekeyedDocument() {
  JsonWriter json;
  return json.BeginObject()
      .Key("ok")
      .Bool(true)
      .Key("status")
      .String("rekeyed")
      .EndObject()
      .Take();
}

std::string ModelsDocument(const ModelsView& models, const ModelTable& table) {
  JsonWriter json(2048);
  json.BeginObject().Key("ok").Bool(true);
  json.Key("source").String(models.from_cache ? "cache" : "api");
  json.Key("stale").Bool(models.stale);
  WriteModelMembers(models.list, table, &json);
  return json.EndObject().Take();
}

}  // namespace xai
