#include "grok/models.h"

#include <algorithm>

#include "base/json_document.h"
#include "base/json_members.h"
#include "base/limits.h"

namespace xai {
namespace {

constexpr std::string_view kPreferredModel = "grok-4.3";

Error NotAList() {
  return Error::Make(ErrorCode::kProtocol, "the model list is not what the API sends");
}

void WriteModel(const std::string& id, const ModelTable& table, JsonWriter* json) {
  const ModelInfo info = table.Find(id);
  const auto number = [json](const char* name, int64_t value) {
    json->Key(name);
    if (value > 0) {
      json->Int(value);
    } else {
      json->Null();
    }
  };
  json->BeginObject().Key("id").String(HostModelId(id)).Key("name").String(id);
  number("context_window", info.context_window);
  number("max_output_tokens", info.max_output_tokens);
  json->Key("lane").String(NameOf(info.lane));
  json->Key("reasoning_efforts").BeginArray();
  for (const std::string& effort : info.reasoning_efforts) json->String(effort);
  json->EndArray();
  json->Key("description").String(info.description).EndObject();
}

}  // namespace

Result<std::vector<std::string>> ParseModelList(std::string_view body) {
  std::vector<std::string> ids;
  bool found = false;
  const auto add = [&ids](const JsonMember& entry) {
    if (entry.kind != MemberKind::kObject || ids.size() >= limits::kModelsMax) return;
    std::string id;
    bool hidden = false;
    ReadMembers(
        entry.text,
        [](std::string_view name) { return name == "id" || name == "hidden"; },
        [&](const JsonMember& member) {
          if (member.name == "id") {  // of two the last counts, whatever it is
            id = member.kind == MemberKind::kString ? member.text : std::string_view();
          }
          hidden = hidden || (member.name == "hidden" && member.text == "true");
        });
    if (hidden || !IsModelId(id) || !IsChatModel(id)) return;
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(std::move(id));
  };
  const bool good = ReadMembers(
      body, [](std::string_view name) { return name == "data"; },
      [&](const JsonMember& member) {
        if (member.kind != MemberKind::kArray) return;
        found = true;
        ReadElements(member.text, add);
      });
  if (!good || !found) return NotAList();
  return ids;
}

SecretString EncodeModelList(const ModelList& list) {
  JsonWriter json;
  json.BeginObject().Key("v").Int(1).Key("fetched_at").Int(list.fetched_at_ms);
  json.Key("sub").String(list.subject);
  if (list.tier) json.Key("tier").Int(*list.tier);
  json.Key("ids").BeginArray();
  for (const std::string& id : list.ids) json.String(id);
  std::string text = json.EndArray().EndObject().Take();
  return SecretString::TakeFrom(&text);
}

std::optional<ModelList> DecodeModelList(const SecretString& text) {
  Result<std::unique_ptr<JsonDocument>> document =
      JsonDocument::Parse(std::string(text.Reveal()));
  if (!document.ok()) return std::nullopt;
  const JsonValue root = document.value()->root();
  if (root["v"].Integer() != 1) return std::nullopt;
  ModelList list;
  list.fetched_at_ms = root["fetched_at"].Integer().value_or(0);
  list.subject = std::string(root["sub"].String().value_or(""));
  list.tier = root["tier"].Integer();
  const JsonValue ids = root["ids"];
  for (JsonValue id = ids.FirstChild(); id.present(); id = id.Next()) {
    if (id.is_string() && IsModelId(*id.String())) list.ids.emplace_back(*id.String());
  }
  return list;
}

std::string DefaultModelId(const ModelList& list) {
  if (list.ids.empty()) return {};
  const bool preferred =
      std::find(list.ids.begin(), list.ids.end(), kPreferredModel) != list.ids.end();
  return HostModelId(preferred ? kPreferredModel : std::string_view(list.ids.front()));
}

void WriteModelMembers(const ModelList& list, const ModelTable& table, JsonWriter* json) {
  json->Key("count").Int(static_cast<int64_t>(list.ids.size()));
  json->Key("available_models").BeginArray();
  for (const std::string& id : list.ids) json->String(HostModelId(id));
  json->EndArray();
  json->Key("models").BeginArray();
  for (const std::string& id : list.ids) WriteModel(id, table, json);
  json->EndArray();
  json->Key("default_model_id");
  const std::string preferred = DefaultModelId(list);
  if (preferred.empty()) {
    json->Null();
  } else {
    json->String(preferred);
  }
  json->Key("fetched_at").Int(list.fetched_at_ms);
}

ModelsFetch::ModelsFetch(const ApiServices& services, Done done)
    : services_(services), done_(std::move(done)), exchange_(services, this) {}

ModelsFetch::~ModelsFetch() {
  if (timer_ != 0) services_.scheduler->CancelTimer(timer_);
}

void ModelsFetch::Start() {
  timer_ = services_.scheduler->RunAfter(limits::kModelsTotalMs, [this] {
    timer_ = 0;
    exchange_.Stop();
    Finish(Error::Make(ErrorCode::kTimeout, "the model list did not come in time"));
  });
  exchange_.Send("GET", "/models", {}, {{"Accept", "application/json"}});
}

void ModelsFetch::OnAccepted(const HttpHead& head) {
  head_ = head;
  body_.clear();
}

bool ModelsFetch::OnAnswerBytes(std::string_view bytes) {
  // One byte past the bound is enough to know.
  body_.append(bytes.substr(0, limits::kModelsBodyBytesMax + 1 - body_.size()));
  if (body_.size() <= limits::kModelsBodyBytesMax) return true;
  // The rest, which may have no end, is not waited for; but the transport is in one of
  // our functions.
  if (timer_ != 0) services_.scheduler->CancelTimer(timer_);
  timer_ = services_.scheduler->RunAfter(0, [this] {
    timer_ = 0;
    exchange_.Stop();
    OnAnswerEnd({});
  });
  return false;
}

void ModelsFetch::OnAnswerEnd(Result<void> result) {
  if (!result.ok()) {
    Finish(std::move(result).error());
  } else if (body_.size() > limits::kModelsBodyBytesMax) {
    Finish(Error::Make(ErrorCode::kTooLarge, "the model list is too large"));
  } else {
    Finish(ParseModelList(body_));
  }
}

void ModelsFetch::OnRefused(Error error, const HttpHead*) {
  Finish(std::move(error));
}

void ModelsFetch::Finish(Result<std::vector<std::string>> result) {
  if (timer_ != 0) services_.scheduler->CancelTimer(timer_);
  timer_ = 0;
  if (!done_) return;
  // The callback may destroy this, and the exchange may still be in one of its functions.
  services_.scheduler->RunAfter(
      0, [done = std::move(done_), result = std::move(result)]() mutable {
        done(std::move(result));
      });
  done_ = nullptr;
}

}  // namespace xai
