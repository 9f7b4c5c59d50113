// The account's model list: from memory, from the sealed cache, from xAI.
#ifndef XAI_PLUGIN_RUNTIME_MODEL_SERVICE_H_
#define XAI_PLUGIN_RUNTIME_MODEL_SERVICE_H_

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "grok/models.h"
#include "runtime/account_runner.h"
#include "runtime/token_broker.h"

namespace xai {

struct ModelsView {
  ModelList list;
  bool from_cache = false;
  bool stale = false;  // older than allowed, but xAI could not be asked
};

// Loop thread only.
class ModelService {
 public:
  using Done = std::function<void(Result<ModelsView>)>;

  // `on_change` says that the list is another one than before.
  ModelService(const ApiServices& api, AccountRunner* account, const TokenBroker* broker,
               int64_t ttl_ms, std::function<void()> on_change);

  // `force` passes over the cache.  Many who ask together share one fetch.  `done` comes
  // later.
  void Get(bool force, Done done);

  // What was read with the account; ignored if something newer is known or was forgotten.
  void OnLoaded(std::optional<ModelList> list);
  // Whether the disk was looked at.
  bool loaded() const { return loaded_; }
  // Signed out, or another account.
  void Forget();
  // xAI no longer has what is listed: forgotten, also by the disk.
  void Withdraw();

  // Whoever waits is forgotten.  Not from within a callback of this.
  void GiveUp();

  // The list of the account that is signed in; null if none is known.
  const ModelList* known() const;

 private:
  // Whose list it is.
  struct Owner {
    std::string subject;
    std::optional<int64_t> tier;

    friend bool operator==(const Owner&, const Owner&) = default;
  };

  // Nobody: not connected.
  std::optional<Owner> CurrentOwner() const;
  void Fetch();
  void OnFetched(Result<std::vector<std::string>> ids);
  void Keep(std::vector<std::string> ids);
  // Writes `list_`, which there is; after a write that is under way, the newest by then.
  void Save();

  const ApiServices& api_;
  AccountRunner* account_;
  const TokenBroker* broker_;
  int64_t ttl_ms_;
  std::function<void()> on_change_;
  std::optional<ModelList> list_;
  int64_t forgotten_until_ms_ = 0;  // lists that were fetched so early are not taken
  bool loaded_ = false;
  bool erasing_ = false;  // the list on the disk, soon
  bool saving_ = false;
  bool save_again_ = false;
  std::vector<Done> waiters_;
  std::unique_ptr<ModelsFetch> fetch_;
  std::optional<Owner> fetched_for_;  // the owner when the fetch began
};

}  // namespace xai

#endif  // XAI_PLUGIN_RUNTIME_MODEL_SERVICE_H_
