#include "grok/completion.h"

#include <algorithm>

#include "base/limits.h"
#include "grok/chat_decoder.h"
#include "grok/completion_result.h"
#include "grok/responses_decoder.h"
#include "grok/responses_request.h"
#include "http/form.h"

namespace xai {
namespace {

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// What an answer that was accepted ended by, if that says more than that it was cut.
bool SaysMore(const Error& error) {
  return error.code == ErrorCode::kProtocol || error.code == ErrorCode::kNoMemory;
}

Error TooLarge() {
  return Error::Make(ErrorCode::kTooLarge, "the answer is too large");
}

}  // namespace

Completion::Completion(const ApiServices& services, std::unique_ptr<JsonDocument> request,
                       RequestOptions options, CompletionSink* sink,
                       std::function<void()> on_finished)
    : services_(services),
      document_(std::move(request)),
      options_(std::move(options)),
      sink_(sink),
      on_finished_(std::move(on_finished)),
      exchange_(services, this) {}

Completion::~Completion() {
  if (timer_ != 0) services_.scheduler->CancelTimer(timer_);
  if (retry_timer_ != 0) services_.scheduler->CancelTimer(retry_timer_);
}

void Completion::Start() {
  started_ms_ = services_.clock->SteadyMs();
  const auto learned = services_.learned->find(options_.model);
  SendOnLane(learned != services_.learned->end() && learned->second.lane
                 ? *learned->second.lane
                 : services_.models->Find(options_.model).lane);
}

void Completion::SendOnLane(Lane lane) {
  ModelInfo model = services_.models->Find(options_.model);
  const auto learned = services_.learned->find(options_.model);
  if (learned != services_.learned->end()) learned->second.ApplyTo(&model);
  const JsonValue request = document_->root();
  answer_ = Answer();
  answer_.lane = lane;
  answer_.model = options_.model;
  if (lane == Lane::kChatCompletions) {
    wire_ = BuildChatRequest(request, options_, model);
    decoder_ =
        std::make_unique<ChatDecoder>(&answer_, &joiner_, options_.stream_tool_calls);
  } else {
    Result<WireRequest> wire = BuildResponsesRequest(request, options_, model);
    if (!wire.ok()) {
      if (!start_told_) sink_->OnStart(StartDocument(options_.model, lane, {}));
      Fail(std::move(wire).error());
      return;
    }
    wire_ = std::move(wire).value();
    decoder_ = std::make_unique<ResponsesDecoder>(&answer_, &joiner_,
                                                  options_.stream_tool_calls);
  }
  // The room was for what might be added, and the body lives as long as its stream.
  if (wire_.body.size() < limits::kWireRoomBytes) wire_.body.shrink_to_fit();
  if (!start_told_) sink_->OnStart(StartDocument(options_.model, lane, wire_.dropped));
  start_told_ = true;
  std::vector<HttpHeader> headers = {
      {"Content-Type", "application/json"},
      {"Accept", options_.stream ? "text/event-stream" : "application/json"}};
  // Keeps a conversation on the machine that has it in its cache.
  if (!options_.conversation_id.empty()) {
    headers.push_back({"x-grok-conv-id", PercentEncode(options_.conversation_id)});
  }
  state_ = State::kSending;
  sent_ms_ = last_byte_ms_ = last_content_ms_ = services_.clock->SteadyMs();
  ArmTimer();
  exchange_.Send("POST",
                 lane == Lane::kChatCompletions ? "/chat/completions" : "/responses",
                 wire_.body, std::move(headers));
}

void Completion::OnAccepted(const HttpHead& head) {
  if (state_ != State::kSending) return;
  head_ = head;
  first_byte_ms_ = last_byte_ms_ = last_content_ms_ = services_.clock->SteadyMs();
  const std::string_view type = head.Header("content-type");
  if (Contains(type, "event-stream")) {
    state_ = State::kStreaming;
  } else if (Contains(type, "json")) {
    // Also what an error looks like that comes with status 200.
    state_ = State::kCollecting;
  } else if (Contains(type, "html")) {
    Fail(ReadError(head, "<"));
  } else {
    state_ = options_.stream ? State::kStreaming : State::kCollecting;
  }
  // From here on silence counts, which may be allowed to be shorter than the wait before.
  if (state_ == State::kStreaming || state_ == State::kCollecting) ArmTimer();
}

bool Completion::OnAnswerBytes(std::string_view bytes) {
  last_byte_ms_ = services_.clock->SteadyMs();
  if (state_ == State::kCollecting) {
    if (collected_.size() + bytes.size() > limits::kAnswerBodyBytesMax) {
      Fail(TooLarge());
    } else {
      collected_.append(bytes);
    }
    return true;
  }
  if (state_ != State::kStreaming) return true;
  joiner_.Begin();
  Result<void> fed = parser_.Feed(bytes, this);
  bool go_on = joiner_.End();
  go_on = !decoder_->TakePause() && go_on;
  if (answer_.too_large) {
    Fail(TooLarge());
  } else if (stream_error_) {
    Fail(std::move(*stream_error_));
  } else if (!fed.ok()) {
    Fail(std::move(fed).error());
  } else if (complete_) {
    Succeed();
  } else if (!go_on) {
    paused_ = true;
    return false;
  }
  return true;
}

bool Completion::OnEvent(std::string_view type, std::string_view data) {
  // Its data may look like anything, also like no chunk of this lane.
  if (type == "error") {
    stream_error_ = ReadError(head_, data);
    return false;
  }
  switch (decoder_->OnData(data)) {
    case AnswerDecoder::Progress::kLiveness:
      return true;
    case AnswerDecoder::Progress::kContent:
      last_content_ms_ = last_byte_ms_;
      return true;
    case AnswerDecoder::Progress::kComplete:
      complete_ = true;
      return false;
    case AnswerDecoder::Progress::kError:
      stream_error_ = ReadError(head_, data);
      return false;
    case AnswerDecoder::Progress::kInvalid:
      stream_error_ =
          Error::Make(ErrorCode::kProtocol, "an event of the answer is not valid");
      stream_error_->http_status = head_.status;
      return false;
  }
  return false;
}

void Completion::OnAnswerEnd(Result<void> result) {
  if (state_ == State::kDraining) {
    EndExchange();
    return;
  }
  if (state_ == State::kCollecting && result.ok()) {
    FinishCollected();
    return;
  }
  if (state_ == State::kEnded) return;
  if (state_ == State::kStreaming) {
    // A last event without its blank line counts only if it is the terminal marker.
    parser_.Finish(this);
    if (answer_.too_large) {
      Fail(TooLarge());
      return;
    }
    // Whoever has said why it ends may leave out the marker, but not break off.
    if (complete_ || (result.ok() && decoder_->MayEnd())) {
      Succeed();
      return;
    }
    if (stream_error_ && stream_error_->code != ErrorCode::kProtocol) {
      Fail(std::move(*stream_error_));
      return;
    }
  }
  Error error = Error::Make(ErrorCode::kTruncated,
                            result.ok() ? "the answer ended without its end marker"
                                        : "the connection was lost within the answer: " +
                                              result.error().detail);
  if (!result.ok() && SaysMore(result.error())) error = std::move(result).error();
  error.http_status = head_.status;
  Fail(std::move(error));
}

void Completion::FinishCollected() {
  const AnswerDecoder::Progress progress = decoder_->OnData(collected_);
  if (answer_.too_large) {
    Fail(TooLarge());
  } else if (progress == AnswerDecoder::Progress::kError) {
    Fail(ReadError(head_, collected_));
  } else if (progress == AnswerDecoder::Progress::kInvalid || !decoder_->MayEnd()) {
    Error error =
        Error::Make(ErrorCode::kProtocol, "the answer is not what the API sends");
    error.http_status = head_.status;
    Fail(std::move(error));
  } else {
    Succeed();
  }
}

void Completion::Cancel() {
  exchange_.Stop();
  if (state_ == State::kDraining) EndExchange();
  if (state_ == State::kEnded) return;
  Fail(Error::Make(ErrorCode::kCancelled, "cancelled by the host"));
}

void Completion::Resume() {
  if (!paused_) return;
  paused_ = false;
  // The host was slow, not xAI.
  last_byte_ms_ = last_content_ms_ = services_.clock->SteadyMs();
  exchange_.Resume();
}

bool Completion::OnText(std::string_view text) {
  OnDelivered(text.size());
  if (options_.stream) return sink_->OnText(text);
  answer_.Append(text, &answer_.text);
  return true;
}

bool Completion::OnReasoning(std::string_view text) {
  OnDelivered(text.size());
  if (options_.stream) return sink_->OnReasoning(text);
  answer_.Append(text, &answer_.reasoning);
  return true;
}

bool Completion::OnToolCall(uint32_t index, const ToolCall& call) {
  OnDelivered(0);  // its arguments count
  return !options_.stream || sink_->OnToolCall(index, call);
}

bool Completion::OnToolArguments(uint32_t index, std::string_view text) {
  OnDelivered(text.size());
  return !options_.stream || sink_->OnToolArguments(index, text);
}

bool Completion::OnUsage(const Usage& usage) {
  return !options_.stream || sink_->OnUsage(usage);
}

void Completion::OnDelivered(size_t bytes) {
  bytes_delivered_ += static_cast<int64_t>(bytes);
  if (first_token_ms_ == 0) first_token_ms_ = services_.clock->SteadyMs();
}

}  // namespace xai
