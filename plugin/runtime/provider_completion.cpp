// Requests for an answer.
#include <new>
#include <utility>

#include "base/error_json.h"
#include "grok/completion.h"
#include "grok/completion_result.h"
#include "runtime/provider.h"

namespace xai {

// The completion and the sink that it tells.
class Provider::CompletionOperation : public Operation, private RequestSink {
 public:
  CompletionOperation(Provider* provider, RequestTable::OperationId id, uint64_t request,
                      std::shared_ptr<RequestSink> sink,
                      std::unique_ptr<JsonDocument> document, RequestOptions options)
      : provider_(provider),
        id_(id),
        request_(request),
        sink_(std::move(sink)),
        completion_(provider->api_, std::move(document), std::move(options), this,
                    [provider, id] { provider->requests_.Remove(id); }) {}

  // Throws std::bad_alloc, and then it is to be removed.
  void Begin() { completion_.Start(); }
  void Cancel() override { completion_.Cancel(); }
  void Resume() override { completion_.Resume(); }

 private:
  void OnStart(const std::string& document) override { sink_->OnStart(document); }
  bool OnText(std::string_view text) override { return sink_->OnText(text); }
  bool OnReasoning(std::string_view text) override { return sink_->OnReasoning(text); }
  bool OnToolCall(uint32_t index, const ToolCall& call) override {
    return sink_->OnToolCall(index, call);
  }
  bool OnToolArguments(uint32_t index, std::string_view text) override {
    return sink_->OnToolArguments(index, text);
  }
  bool OnUsage(const Usage& usage) override { return sink_->OnUsage(usage); }
  void OnEnd(const Error* error, std::string_view document) override {
    provider_->requests_.Free(request_, id_);
    // The plan changed, or the model was withdrawn: what is known is out of date.
    if (error != nullptr && error->code == ErrorCode::kModelUnavailable) Withdraw();
    sink_->OnEnd(error, document);
  }

  void Withdraw() {
    try {
      provider_->models_->Withdraw();
    } catch (const std::bad_alloc&) {
      // What lies on the disk grows old by itself.
    }
  }

  Provider* provider_;
  RequestTable::OperationId id_;
  uint64_t request_;
  std::shared_ptr<RequestSink> sink_;
  Completion completion_;
};

void Provider::BeginCompletion(uint64_t request, std::shared_ptr<RequestSink> sink,
                               Result<std::unique_ptr<JsonDocument>>* document) {
  if (!Admit(sink.get())) return;
  const auto refuse = [&sink](const Error& error) {
    sink->OnStart(StartDocument("", Lane::kChatCompletions, {}));
    sink->OnEnd(&error, ErrorDocument(error));
  };
  if (!document->ok()) {
    refuse(document->error());
    return;
  }
  Result<RequestOptions> options = ReadRequestOptions(document->value()->root());
  if (!options.ok()) {
    refuse(options.error());
    return;
  }
  const RequestTable::OperationId id = requests_.NewId();
  auto operation = std::make_unique<CompletionOperation>(
      this, id, request, std::move(sink), std::move(*document).value(),
      std::move(options).value());
  CompletionOperation* started = operation.get();
  requests_.Add(id, request, std::move(operation));
  try {
    started->Begin();
  } catch (const std::bad_alloc&) {
    requests_.Free(request, id);
    requests_.Remove(id);  // its sink ends it
  }
}

}  // namespace xai
