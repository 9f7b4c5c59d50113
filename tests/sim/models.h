// The models that the simulator offers, and what each of them takes.
#ifndef XAI_TESTS_SIM_MODELS_H_
#define XAI_TESTS_SIM_MODELS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace xai::sim {

// How much a person sees of a model's thinking.
enum class Reasoning {
  kNone,    // it does not reason
  kHidden,  // it reasons, and only heartbeats show it
  kShown,   // it streams its reasoning
};

enum class ModelKind { kChat, kMultiAgent, kMedia };

struct Model {
  std::string_view id;
  ModelKind kind;
  int tier;  // the lowest tier that has it
  Reasoning reasoning;
  // The efforts it takes, separated by blanks; empty: the parameter is refused.
  std::string_view efforts;
  std::int64_t context_tokens;
  std::int64_t created;
  // Other names that reach it, separated by blanks.
  std::string_view aliases;
};

std::span<const Model> AllModels();
// By id or alias; null when there is no such model.
const Model* FindModel(std::string_view name);
// Without a tier everything is allowed: the server fails open.
bool Allowed(const Model& model, std::optional<int> tier);
bool TakesEffort(const Model& model, std::string_view effort);

// The documents of GET /v1/models, /v1/models/ID and /v1/language-models.
std::string ModelListJson(std::optional<int> tier);
std::string ModelJson(const Model& model);
std::string LanguageModelsJson(std::optional<int> tier);

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_MODELS_H_
