#include "grok/model_table.h"

#include <algorithm>

#include "base/limits.h"

namespace xai {
namespace {

constexpr std::string_view kHostPrefix = "xai-grok/";

std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::vector<std::string> Strings(const JsonValue& array) {
  std::vector<std::string> out;
  for (JsonValue item = array.FirstChild(); item.present(); item = item.Next()) {
    if (item.is_string()) out.emplace_back(*item.String());
  }
  return out;
}

ModelInfo Guess(std::string_view id) {
  ModelInfo info;
  const std::string lower = ToLower(id);
  if (Contains(lower, "multi-agent")) {
    info.lane = Lane::kResponses;
    info.rejects = {"max_tokens", "max_completion_tokens"};
  } else if (Contains(lower, "non-reasoning") || lower.rfind("grok-4.20", 0) == 0 ||
             lower.rfind("grok-2", 0) == 0 || lower.rfind("grok-build", 0) == 0 ||
             lower.rfind("grok-code", 0) == 0 || lower == "grok-4" ||
             lower == "grok-4-0709") {
    info.efforts_known = true;
    info.rejects = {"reasoning_effort"};
  }
  return info;
}

}  // namespace

const char* NameOf(Lane lane) {
  return lane == Lane::kChatCompletions ? "chat_completions" : "responses";
}

ModelTable::ModelTable(const JsonValue& models) {
  for (JsonValue model = models.FirstChild(); model.present(); model = model.Next()) {
    ModelInfo info;
    info.context_window = model["context_window"].Integer().value_or(0);
    info.max_output_tokens = model["max_output_tokens"].Integer().value_or(0);
    if (model["lane"].String() == "responses") info.lane = Lane::kResponses;
    info.efforts_known = model["reasoning_efforts"].is_array();
    info.reasoning_efforts = Strings(model["reasoning_efforts"]);
    info.rejects = Strings(model["rejects"]);
    info.description = std::string(model["description"].String().value_or(""));
    models_.emplace(model.name(), std::move(info));
  }
}

ModelInfo ModelTable::Find(std::string_view id) const {
  const auto found = models_.find(id);
  return found != models_.end() ? found->second : Guess(id);
}

std::string_view WireModelId(std::string_view id) {
  for (const std::string_view prefix :
       {kHostPrefix, std::string_view("x-ai/"), std::string_view("xai/")}) {
    if (id.substr(0, prefix.size()) == prefix) return id.substr(prefix.size());
  }
  return id;
}

std::string HostModelId(std::string_view wire_id) {
  return std::string(kHostPrefix) + std::string(wire_id);
}

bool IsChatModel(std::string_view wire_id) {
  const std::string id = ToLower(wire_id);
  for (const std::string_view part :
       {"imagine", "image", "video", "embed", "tts", "stt", "voice", "realtime"}) {
    if (Contains(id, part)) return false;
  }
  return true;
}

bool IsModelId(std::string_view id) {
  return !id.empty() && id.size() <= limits::kModelIdBytesMax &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  (c >= '0' && c <= '9') || Contains("._:/-", std::string_view(&c, 1));
         });
}

}  // namespace xai
