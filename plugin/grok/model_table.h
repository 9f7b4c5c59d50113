// What the manifest knows about models.  A model that it does not know works all the
// same.
#ifndef XAI_PLUGIN_GROK_MODEL_TABLE_H_
#define XAI_PLUGIN_GROK_MODEL_TABLE_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_document.h"

namespace xai {

// Which of xAI's two dialects a model speaks.
enum class Lane { kChatCompletions, kResponses };

// "chat_completions" or "responses".
const char* NameOf(Lane lane);

struct ModelInfo {
  int64_t context_window = 0;     // tokens; 0: unknown
  int64_t max_output_tokens = 0;  // 0: unknown
  Lane lane = Lane::kChatCompletions;
  bool efforts_known = false;
  std::vector<std::string> reasoning_efforts;
  std::vector<std::string> refused_efforts;  // though its table may have them
  std::vector<std::string> rejects;  // request members that the model answers with 400
  std::string description;
};

// Immutable.
class ModelTable {
 public:
  // From the manifest's member "models".
  explicit ModelTable(const JsonValue& models);

  // For an id that is not in the table, what its name tells: the lane and known
  // rejecters.
  ModelInfo Find(std::string_view id) const;

 private:
  std::map<std::string, ModelInfo, std::less<>> models_;
};

// The id as xAI knows it: without the prefix under which hosts show it.
std::string_view WireModelId(std::string_view id);

// The id as hosts see it.
std::string HostModelId(std::string_view wire_id);

// Image, video and voice models are not for chat.
bool IsChatModel(std::string_view wire_id);

// Letters, digits and "._:/-", at most limits::kModelIdBytesMax.
bool IsModelId(std::string_view id);

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_MODEL_TABLE_H_
