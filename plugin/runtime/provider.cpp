#include "runtime/provider.h"

#include <new>

#include "base/error_json.h"
#include "base/limits.h"
#include "runtime/process.h"

namespace xai {

using Document = std::unique_ptr<JsonDocument>;

// A request that is answered by one document.
class Provider::ReplyOperation : public Operation {
 public:
  ReplyOperation(Provider* provider, RequestTable::OperationId id, uint64_t request,
                 std::shared_ptr<RequestSink> sink)
      : provider_(provider), id_(id), request_(request), sink_(std::move(sink)) {}

  // The transaction itself goes on: cutting it could lose the sign-in.
  void Cancel() override {
    const Error error = Error::Make(ErrorCode::kCancelled, "cancelled by the host");
    End(&error, ErrorDocument(error));
  }

  void End(const Error* error, const std::string& document) {
    if (sink_ == nullptr) return;
    provider_->requests_.Free(request_, id_);
    sink_->OnEnd(error, document);
    sink_ = nullptr;
    provider_->loop_->RunAfter(
        0, [provider = provider_, id = id_] { provider->requests_.Remove(id); });
  }

 private:
  Provider* provider_;
  RequestTable::OperationId id_;
  uint64_t request_;
  std::shared_ptr<RequestSink> sink_;
};

std::unique_ptr<Provider> Provider::Make(ProviderConfig config,
                                         std::unique_ptr<JsonDocument> manifest,
                                         ProviderHost host) {
  std::unique_ptr<Provider> provider(
      new Provider(std::move(config), std::move(manifest), std::move(host)));
  if (!provider->Build()) return nullptr;
  return provider;
}

Provider::Provider(ProviderConfig config, std::unique_ptr<JsonDocument> manifest,
                   ProviderHost host)
    : config_(std::move(config)),
      manifest_(std::move(manifest)),
      host_(std::move(host)),
      table_(manifest_->root()["models"]) {}

bool Provider::Build() {
  config_.http.one_at_a_time = OneAtATime;
  config_.http.unless_exiting = UnlessExiting;
  loop_ = IoLoop::Make(config_.http, host_.log);
  if (loop_ == nullptr) return false;
  loop_->SetOnFailure([this] { GiveUp(); });
  loop_->SetAfterRound(host_.after_round);
  CredentialService::Services services;
  services.clock = host_.clock;
  services.random = &random_;
  services.log = host_.log;
  services.host_key = host_.host_key;
  services.host_store = host_.host_store;
  services.post = [this](std::function<void()> task) { loop_->Post(std::move(task)); };
  services.fail = [this] { loop_->Fail(); };
  credentials_ =
      CredentialService::Make(config_, std::move(services),
                              [this](std::shared_ptr<const AccountSnapshot> snapshot) {
                                broker_->OnSnapshot(std::move(snapshot));
                              });
  if (credentials_ == nullptr) return false;
  broker_ = std::make_unique<TokenBroker>(
      credentials_.get(), loop_.get(), host_.clock, &random_,
      [this](const AccountSnapshot* before, const AccountSnapshot& after) {
        OnSnapshotChange(before, after);
      });
  api_.transport = loop_->transport();
  api_.tokens = broker_.get();
  api_.scheduler = loop_.get();
  api_.clock = host_.clock;
  api_.random = &random_;
  api_.log = host_.log;
  api_.models = &table_;
  api_.config = &config_.api;
  api_.learned = &learned_;
  models_ = std::make_unique<ModelService>(api_, credentials_.get(), broker_.get(),
                                           config_.cache_ttl_ms,
                                           [this] { host_.on_models_changed("{}"); });
  // A host's store tells of no changes.
  const std::string watched = host_.host_store == nullptr ? config_.state_dir : "";
  watch_ = std::make_unique<StoreWatch>(
      watched, limits::kStoreLookMs, loop_.get(), loop_.get(),
      [this](std::function<void()> attach, std::function<void()> done) {
        return Load(std::move(attach), std::move(done));
      });
  return true;
}

Provider::~Provider() {
  // New work is refused from here on; what runs ends, each with its one END.
  try {
    if (loop_ != nullptr) loop_->Post([this] { requests_.CancelAll(); });
  } catch (const std::bad_alloc&) {
    // Then it ends with the loop, unheard: the queues go as well.
  }
  if (credentials_ != nullptr) credentials_->Stop();
  if (loop_ != nullptr) loop_->Stop();
}

bool Provider::Complete(uint64_t request, std::shared_ptr<RequestSink> sink,
                        std::string json) {
  // Read on the host's thread: a large request must not hold up the streams of others.
  auto document =
      std::make_shared<Result<Document>>(JsonDocument::Parse(std::move(json)));
  return loop_->Post([this, request, sink = std::move(sink), document] {
    sink->OnTaken();
    BeginCompletion(request, sink, document.get());
  });
}

bool Provider::ListModels(uint64_t request, std::shared_ptr<RequestSink> sink,
                          std::string json) {
  auto document = std::make_shared<Result<Document>>(
      JsonDocument::Parse(json.empty() ? "{}" : std::move(json)));
  return loop_->Post([this, request, sink = std::move(sink), document] {
    sink->OnTaken();
    BeginListModels(request, sink, *document);
  });
}

bool Provider::Onboard(uint64_t request, std::shared_ptr<RequestSink> sink,
                       std::string json) {
  auto document =
      std::make_shared<Result<Document>>(JsonDocument::Parse(std::move(json)));
  return loop_->Post([this, request, sink = std::move(sink), document] {
    sink->OnTaken();
    BeginOnboarding(request, sink, *document);
  });
}

void Provider::Cancel(uint64_t request) {
  Tell(request, &Operation::Cancel);
}

void Provider::Resume(uint64_t request) {
  Tell(request, &Operation::Resume);
}

void Provider::Tell(uint64_t request, void (Operation::*what)()) {
  try {
    loop_->Post([this, request, what] {
      if (Operation* operation = requests_.Find(request)) (operation->*what)();
    });
  } catch (const std::bad_alloc&) {
    // Or it would not end in time, or never.
    loop_->Fail();
  }
}

void Provider::GiveUp() {
  // Its sink ends each request.
  requests_.Clear();
  await_look_.clear();
  models_->GiveUp();
  watch_->GiveUp();
  broker_->GiveUp();
}

bool Provider::Admit(RequestSink* sink) {
  watch_->Start();
  if (requests_.live() < static_cast<size_t>(config_.max_requests)) return true;
  const Error error = Error::Make(ErrorCode::kLocalLimit, "too many requests at once");
  sink->OnEnd(&error, ErrorDocument(error));
  return false;
}

Provider::Reply Provider::AddReply(uint64_t request, std::shared_ptr<RequestSink> sink) {
  const RequestTable::OperationId id = requests_.NewId();
  requests_.Add(id, request,
                std::make_unique<ReplyOperation>(this, id, request, std::move(sink)));
  return [this, id](const Error* error, const std::string& document) {
    // Cancelled meanwhile: nobody listens.
    Operation* operation = requests_.FindById(id);
    if (operation != nullptr)
      static_cast<ReplyOperation*>(operation)->End(error, document);
  };
}

void Provider::BeginListModels(uint64_t request, std::shared_ptr<RequestSink> sink,
                               const Result<Document>& document) {
  if (!Admit(sink.get())) return;
  const Reply reply = AddReply(request, std::move(sink));
  if (!document.ok()) {
    reply(&document.error(), ErrorDocument(document.error()));
    return;
  }
  const JsonValue force = document.value()->root()["force"];
  if (!document.value()->root().is_object() ||
      (force.present() && !force.is_null() && !force.Bool())) {
    const Error error =
        Error::Make(ErrorCode::kInvalidRequest, "force: must be true or false", "force");
    reply(&error, ErrorDocument(error));
    return;
  }
  Models(force.Bool().value_or(false), reply);
}

void Provider::OnSnapshotChange(const AccountSnapshot* before,
                                const AccountSnapshot& after) {
  if (before == nullptr) return;
  const bool same_account =
      before->subject == after.subject && before->connected() == after.connected();
  if (before->access == after.access && same_account) return;
  host_.on_auth_changed("{}");
  if (same_account && before->tier == after.tier) return;
  models_->Forget();
  host_.on_models_changed("{}");
}

AccountView Provider::View() const {
  AccountView view;
  view.snapshot = broker_->snapshot();
  view.models = models_->known();
  view.table = &table_;
  view.tiers = manifest_->root()["tiers"][config_.tier_table];
  view.tier_table = config_.tier_table;
  view.now_ms = host_.clock->NowMs();
  return view;
}

}  // namespace xai
