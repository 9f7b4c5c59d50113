// One request for an answer, from the host's JSON to its one end.
#ifndef XAI_PLUGIN_GROK_COMPLETION_H_
#define XAI_PLUGIN_GROK_COMPLETION_H_

#include <functional>
#include <memory>
#include <string>

#include "base/json_document.h"
#include "grok/answer.h"
#include "grok/api_config.h"
#include "grok/authorized_exchange.h"
#include "grok/chat_request.h"
#include "grok/text_joiner.h"
#include "http/sse_parser.h"

namespace xai {

// Gets the whole course of a request.  `OnEnd` comes once, and is the last.
class CompletionSink : public AnswerSink {
 public:
  // The request is taken: from here on it ends, whatever happens.  Must not throw.
  virtual void OnTaken() {}
  virtual void OnStart(const std::string& document) = 0;
  // `error` is null on success.  Must not throw.
  virtual void OnEnd(const Error* error, std::string_view document) = 0;
};

// Loop thread only.
class Completion : private AuthorizedExchange::Handler,
                   private SseHandler,
                   private AnswerSink {
 public:
  // `on_finished` says that this can be destroyed; it comes at or soon after OnEnd(), and
  // never from within a call to this object.
  Completion(const ApiServices& services, std::unique_ptr<JsonDocument> request,
             RequestOptions options, CompletionSink* sink,
             std::function<void()> on_finished);
  ~Completion() override;

  void Start();
  // Ends with kCancelled, unless it has ended.
  void Cancel();
  // The host has caught up.
  void Resume();

 private:
  enum class State { kIdle, kSending, kStreaming, kCollecting, kDraining, kEnded };

  void SendOnLane(Lane lane);
  void OnAccepted(const HttpHead& head) override;
  bool OnAnswerBytes(std::string_view bytes) override;
  void OnAnswerEnd(Result<void> result) override;
  void OnRefused(Error error, const HttpHead* head) override;

  bool OnEvent(std::string_view type, std::string_view data) override;

  bool OnText(std::string_view text) override;
  bool OnReasoning(std::string_view text) override;
  bool OnToolCall(uint32_t index, const ToolCall& call) override;
  bool OnToolArguments(uint32_t index, std::string_view text) override;
  bool OnUsage(const Usage& usage) override;
  void OnDelivered(size_t bytes);

  // completion_refused.cpp
  // What xAI says is wrong.  It may quote the request, which no error may show.
  Error ReadError(const HttpHead& head, std::string_view body) const;
  void HideRequest(Error* error) const;
  // True if the request can be sent in another way, which xAI may take.
  bool Adapt(const Error& error);
  bool WasLostEarly(const Error& error) const;
  bool RetryLater(const Error& error, const HttpHead* head);
  void FinishCollected();
  void Succeed();
  void Fail(Error error);
  void End(const Error* error);
  std::string DescribeEnd(const Error* error) const;
  void EndExchange();
  void ArmTimer();
  void OnTimer();

  const ApiServices& services_;
  std::unique_ptr<JsonDocument> document_;
  RequestOptions options_;
  CompletionSink* sink_;
  std::function<void()> on_finished_;

  State state_ = State::kIdle;
  Answer answer_;
  WireRequest wire_;
  TextJoiner joiner_{this};
  std::unique_ptr<AnswerDecoder> decoder_;
  SseParser parser_;
  AuthorizedExchange exchange_;
  HttpHead head_;
  std::string collected_;  // the body of an answer that is not streamed
  std::optional<Error> stream_error_;
  bool complete_ = false;
  bool paused_ = false;
  bool start_told_ = false;
  bool lane_switched_ = false;
  bool member_dropped_ = false;  // or its value stepped down
  int retries_ = 0;
  int64_t bytes_delivered_ = 0;

  // Steady clock; 0: not yet.
  int64_t started_ms_ = 0;
  int64_t sent_ms_ = 0;
  int64_t first_byte_ms_ = 0;
  int64_t first_token_ms_ = 0;
  int64_t last_byte_ms_ = 0;
  int64_t last_content_ms_ = 0;
  Scheduler::TimerId timer_ = 0;
  Scheduler::TimerId retry_timer_ = 0;
};

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_COMPLETION_H_
