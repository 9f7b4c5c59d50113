// One provider: the loop, the store thread and the services on them, put together.
#ifndef XAI_PLUGIN_RUNTIME_PROVIDER_H_
#define XAI_PLUGIN_RUNTIME_PROVIDER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "grok/api_config.h"
#include "runtime/credential_service.h"
#include "runtime/documents.h"
#include "runtime/io_loop.h"
#include "runtime/model_service.h"
#include "runtime/provider_config.h"
#include "runtime/request_table.h"
#include "runtime/store_watch.h"
#include "runtime/token_broker.h"

namespace xai {

// What the provider wants of its host.  Everything may be called from any plugin thread
// and outlives the provider.
struct ProviderHost {
  Logger* log = nullptr;
  const Clock* clock = nullptr;
  HostKey host_key;
  SecretStore* host_store = nullptr;  // the host's llm.secret-store/1; used on one thread
  std::function<void(const std::string& document)> on_auth_changed;
  std::function<void(const std::string& document)> on_models_changed;
  // On the loop's thread, when it has told what there was to tell for now.  Must not
  // throw.
  std::function<void()> after_round;
};

class Provider {
 public:
  // No thread, no network, no file.  Null without memory.
  static std::unique_ptr<Provider> Make(ProviderConfig config,
                                        std::unique_ptr<JsonDocument> manifest,
                                        ProviderHost host);
  // Cancels everything and joins the threads.
  ~Provider();
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;

  // Each starts a request, whose events go to the sink until its one end; the request's
  // number must not be in use.  False if there is no thread to be had.  [any thread]
  bool Complete(uint64_t request, std::shared_ptr<RequestSink> sink, std::string json);
  bool ListModels(uint64_t request, std::shared_ptr<RequestSink> sink, std::string json);
  bool Onboard(uint64_t request, std::shared_ptr<RequestSink> sink, std::string json);

  // [any thread]
  void Cancel(uint64_t request);
  void Resume(uint64_t request);

 private:
  friend class OnboardingOperation;
  class CompletionOperation;
  class ReplyOperation;

  Provider(ProviderConfig config, std::unique_ptr<JsonDocument> manifest,
           ProviderHost host);
  bool Build();

  // The rest: loop thread only.
  void BeginCompletion(uint64_t request, std::shared_ptr<RequestSink> sink,
                       Result<std::unique_ptr<JsonDocument>>* document);
  void BeginListModels(uint64_t request, std::shared_ptr<RequestSink> sink,
                       const Result<std::unique_ptr<JsonDocument>>& document);
  void BeginOnboarding(uint64_t request, std::shared_ptr<RequestSink> sink,
                       const Result<std::unique_ptr<JsonDocument>>& document);
  using Reply = std::function<void(const Error* error, const std::string& document)>;
  // A request that is answered by one document.  The first reply counts; it may come late
  // or never matter.
  Reply AddReply(uint64_t request, std::shared_ptr<RequestSink> sink);
  void Tell(uint64_t request, void (Operation::*what)());
  // A task was lost for want of memory, and with it perhaps what somebody waits for: all
  // requests end, and whatever they waited for is begun anew.  Rather too many ends than
  // one that never comes.
  void GiveUp();
  // The first request starts the watch.  False: there is no room, and the sink was told.
  bool Admit(RequestSink* sink);

  void Status(const Reply& reply);
  // Those who wait for the first look.
  void AnswerAwaited();
  void Start(bool force, const Reply& reply);
  void Poll(std::optional<std::string> pending_id, const Reply& reply);
  void CancelLogin(const Reply& reply);
  void Logout(const Reply& reply);
  void Refresh(const Reply& reply);
  void Rekey(KeySettings settings, const Reply& reply);
  void Models(bool force, const Reply& reply);
  // Reads the account and the model list from the disk, then goes on.
  void LoadThen(std::function<void()> then, const Reply& reply);
  // The same; `first` runs on the store thread before.  False if there is no thread.
  bool Load(std::function<void()> first, std::function<void()> then);
  // Runs `task` on the store thread and `then` with its result on the loop.
  template <typename T>
  void OnStore(std::function<Result<T>(Account*, Store*)> task,
               std::function<void(Result<T>)> then, const Reply& reply);
  void ReplyWhenConnected(const Reply& reply);
  void OnSnapshotChange(const AccountSnapshot* before, const AccountSnapshot& after);
  AccountView View() const;

  ProviderConfig config_;
  std::unique_ptr<JsonDocument> manifest_;
  ProviderHost host_;
  SodiumRandom random_;
  ModelTable table_;
  LearnedModels learned_;
  std::unique_ptr<IoLoop> loop_;
  std::unique_ptr<CredentialService> credentials_;
  ApiServices api_;
  std::unique_ptr<TokenBroker> broker_;
  std::unique_ptr<ModelService> models_;
  std::unique_ptr<StoreWatch> watch_;
  RequestTable requests_;
  std::vector<Reply> await_look_;  // of status, for the first one
};

}  // namespace xai

#endif  // XAI_PLUGIN_RUNTIME_PROVIDER_H_
