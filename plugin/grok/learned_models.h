// What xAI says of models by refusing: remembered for as long as the provider lives.
#ifndef XAI_PLUGIN_GROK_LEARNED_MODELS_H_
#define XAI_PLUGIN_GROK_LEARNED_MODELS_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "grok/model_table.h"

namespace xai {

struct LearnedModel {
  std::optional<Lane> lane;                  // another than its name told
  std::vector<std::string> rejects;          // members of a request
  std::vector<std::string> refused_efforts;  // values of reasoning_effort

  void ApplyTo(ModelInfo* model) const;
};

// By the id as xAI knows it.
using LearnedModels = std::map<std::string, LearnedModel, std::less<>>;

// A member of a request that a model does not take, or one value of it.
struct MemberRefusal {
  std::string member;  // as in a request: "reasoning_effort"
  std::string value;   // empty: it takes none

  bool operator==(const MemberRefusal&) const = default;
};

// What an answer of status 400 refuses; nothing if it does not name it.
std::optional<MemberRefusal> FindMemberRefusal(const Error& error);

// True if that was news.
bool Learn(const MemberRefusal& refusal, LearnedModel* model);

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_LEARNED_MODELS_H_
