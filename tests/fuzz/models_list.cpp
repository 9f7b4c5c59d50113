// ParseModelList() and what is made of it: ids that fit a request, each once and not too
// many, found where a second reader of JSON finds them; kept and put into words
// unchanged.
//
// Input: the body.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/manifest.h"
#include "fuzz/fuzz.h"
#include "fuzz/json_tree.h"
#include "grok/models.h"

namespace xai {
namespace {

bool IsId(std::string_view id) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/-";
  return !id.empty() && id.size() <= 128 && id.find_first_not_of(kAllowed) == id.npos;
}

// Whether the answer lists it as something that is not hidden.
bool Lists(const JsonTree& answer, const std::string& id) {
  for (const JsonTree& data : answer.children) {
    if (data.name != "data" || !data.is_array()) continue;
    for (const JsonTree& model : data.children) {
      const JsonTree* hidden = model.Find("hidden");
      const bool shown = hidden == nullptr || hidden->text != "true";
      if (shown && model.String("id") == id) return true;
    }
  }
  return false;
}

void CheckWords(const ModelList& list) {
  static const auto* const manifest = ParseManifest().release();
  static const auto* const table = new ModelTable(manifest->root()["models"]);
  JsonWriter json;
  json.BeginObject();
  WriteModelMembers(list, *table, &json);
  JsonFacts facts;
  const auto words = ParseTree(json.EndObject().Take(), &facts);
  Require(words && !facts.name_twice, "the document is JSON");
  const JsonTree* models = words->Find("models");
  Require(models != nullptr && models->children.size() == list.ids.size(), "all of them");
  const auto preferred = words->String("default_model_id");
  Require(preferred.has_value() == !list.ids.empty(), "one of them is the default");
}

void CheckKept(const ModelList& list) {
  const std::optional<ModelList> again = DecodeModelList(EncodeModelList(list));
  Require(again && again->ids == list.ids, "what is kept is what was listed");
  Require(again->subject == list.subject && again->tier == list.tier, "and for whom");
}

}  // namespace
}  // namespace xai

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace xai;
  const ExactCopy body(FuzzInput(data, size).Rest());
  // The same bytes as a file that was sealed by somebody else: no matter what they say.
  (void)DecodeModelList(SecretString(body.view()));
  const Result<std::vector<std::string>> ids = ParseModelList(body.view());
  JsonFacts facts;
  const std::optional<JsonTree> answer = ParseTree(body.view(), &facts);
  const JsonTree* listed = answer ? answer->Find("data") : nullptr;
  if (!ids.ok()) {
    const bool good = listed != nullptr && listed->is_array() && facts.depth <= 64 &&
                      !facts.lone_surrogate && !facts.huge_number;
    Require(!good, "a list is taken");
    return 0;
  }
  Require(answer && answer->is_object(), "a list comes in a JSON object");
  Require(ids.value().size() <= 256, "it is bounded");
  std::vector<std::string> sorted = ids.value();
  std::sort(sorted.begin(), sorted.end());
  Require(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(), "each once");
  for (const std::string& id : sorted) {
    Require(IsId(id), "an id fits a request");
    Require(Lists(*answer, id), "an id is one that was listed");
  }
  ModelList list;
  list.ids = ids.value();
  list.fetched_at_ms = 1'780'000'000'000;
  list.subject = "user-1";
  list.tier = 3;
  CheckWords(list);
  CheckKept(list);
  return 0;
}
