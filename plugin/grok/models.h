// The models of an account: GET /v1/models, filtered, kept, and put into words.
#ifndef XAI_PLUGIN_GROK_MODELS_H_
#define XAI_PLUGIN_GROK_MODELS_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json_writer.h"
#include "base/result.h"
#include "base/secret.h"
#include "grok/api_config.h"
#include "grok/authorized_exchange.h"
#include "grok/model_table.h"

namespace xai {

// What xAI listed, and for whom.
struct ModelList {
  std::vector<std::string> ids;  // as xAI knows them, in its order
  int64_t fetched_at_ms = 0;
  std::string subject;
  std::optional<int64_t> tier;
};

// The chat models of an answer of /v1/models.  kProtocol if it is not one.
Result<std::vector<std::string>> ParseModelList(std::string_view body);

// For the cache file.
SecretString EncodeModelList(const ModelList& list);
std::optional<ModelList> DecodeModelList(const SecretString& text);

// grok-4.3 if it is listed, else the first; empty without models.  With the host's
// prefix.
std::string DefaultModelId(const ModelList& list);

// The members of the `models` document from "count" on, into an open object.
void WriteModelMembers(const ModelList& list, const ModelTable& table, JsonWriter* json);

// One fetch.  Loop thread only.
class ModelsFetch : private AuthorizedExchange::Handler {
 public:
  using Done = std::function<void(Result<std::vector<std::string>>)>;

  // `done` is called once, from the scheduler: it may destroy this.
  ModelsFetch(const ApiServices& services, Done done);
  ~ModelsFetch() override;

  void Start();

 private:
  void OnAccepted(const HttpHead& head) override;
  bool OnAnswerBytes(std::string_view bytes) override;
  void OnAnswerEnd(Result<void> result) override;
  void OnRefused(Error error, const HttpHead* head) override;
  void Finish(Result<std::vector<std::string>> result);

  const ApiServices& services_;
  Done done_;
  HttpHead head_;
  std::string body_;
  Scheduler::TimerId timer_ = 0;
  AuthorizedExchange exchange_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_MODELS_H_
