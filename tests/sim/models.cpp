#include "sim/models.h"

#include <algorithm>
#include <array>

#include "sim/json.h"

namespace xai::sim {
namespace {

constexpr std::array<Model, 9> kModels = {{
    {"grok-4.3", ModelKind::kChat, 1, Reasoning::kShown, "none low medium high", 1000000,
     1777000000, "grok-4.3-latest grok-3-mini-fast grok-3-mini"},
    {"grok-4.20-0309-non-reasoning", ModelKind::kChat, 2, Reasoning::kNone, "", 1000000,
     1773014400, "grok-4.20-non-reasoning"},
    {"grok-4.20-0309-reasoning", ModelKind::kChat, 2, Reasoning::kShown, "", 1000000,
     1773014400, "grok-4.20-reasoning grok-4.20"},
    {"grok-4.5", ModelKind::kChat, 3, Reasoning::kShown, "low medium high", 500000,
     1780000000, ""},
    {"grok-4.6", ModelKind::kChat, 3, Reasoning::kShown, "low medium high xhigh", 500000,
     1785000000, "grok-latest"},
    {"grok-build-0.1", ModelKind::kChat, 4, Reasoning::kHidden, "", 256000, 1779000000,
     "grok-code-fast-1"},
    {"grok-4.20-multi-agent-0309", ModelKind::kMultiAgent, 4, Reasoning::kHidden,
     "low medium high xhigh", 1000000, 1773014400,
     "grok-4.20-multi-agent grok-4.20-multi-agent-latest "
     "grok-4.20-multi-agent-beta-latest grok-4.20-multi-agent-beta-0309"},
    {"grok-imagine-image", ModelKind::kMedia, 0, Reasoning::kNone, "", 8000, 1769000000,
     ""},
    {"grok-imagine-video", ModelKind::kMedia, 0, Reasoning::kNone, "", 8000, 1769000000,
     ""},
}};

bool HasWord(std::string_view words, std::string_view wanted) {
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    if (word == wanted) return true;
    words.remove_prefix(std::min(word.size() + 1, words.size()));
  }
  return false;
}

void WriteModel(JsonWriter& json, const Model& model) {
  json.BeginObject().Member("id", model.id).Member("created", model.created);
  json.Member("object", "model").Member("owned_by", "xai").EndObject();
}

void WriteAliases(JsonWriter& json, std::string_view aliases) {
  json.ArrayMember("aliases");
  while (!aliases.empty()) {
    const std::string_view alias = aliases.substr(0, aliases.find(' '));
    json.Value(alias);
    aliases.remove_prefix(std::min(alias.size() + 1, aliases.size()));
  }
  json.EndArray();
}

}  // namespace

std::span<const Model> AllModels() {
  return kModels;
}

const Model* FindModel(std::string_view name) {
  for (const Model& model : kModels) {
    if (model.id == name || HasWord(model.aliases, name)) return &model;
  }
  return nullptr;
}

bool Allowed(const Model& model, std::optional<int> tier) {
  return !tier || *tier >= model.tier;
}

bool TakesEffort(const Model& model, std::string_view effort) {
  return HasWord(model.efforts, effort);
}

std::string ModelListJson(std::optional<int> tier) {
  JsonWriter json;
  json.BeginObject().Member("object", "list").ArrayMember("data");
  for (const Model& model : kModels) {
    if (Allowed(model, tier)) WriteModel(json, model);
  }
  return json.EndArray().EndObject().text();
}

std::string ModelJson(const Model& model) {
  JsonWriter json;
  WriteModel(json, model);
  return json.text();
}

std::string LanguageModelsJson(std::optional<int> tier) {
  JsonWriter json;
  json.BeginObject().ArrayMember("models");
  for (const Model& model : kModels) {
    if (model.kind == ModelKind::kMedia || !Allowed(model, tier)) continue;
    json.BeginObject().Member("id", model.id).Member("fingerprint", "fp_simulated");
    json.Member("created", model.created).Member("object", "model");
    json.Member("owned_by", "xai").Member("version", "1.0");
    json.ArrayMember("input_modalities").Value("text").Value("image").EndArray();
    json.ArrayMember("output_modalities").Value("text").EndArray();
    json.Member("prompt_text_token_price", 12500);
    json.Member("cached_prompt_text_token_price", 2000);
    json.Member("prompt_image_token_price", 12500);
    json.Member("completion_text_token_price", 25000);
    WriteAliases(json, model.aliases);
    json.EndObject();
  }
  return json.EndArray().EndObject().text();
}

}  // namespace xai::sim
