// How a completion ends: well, badly, or for want of an answer in time.
#include <algorithm>
#include <new>

#include "base/error_json.h"
#include "grok/api_error.h"
#include "grok/completion.h"
#include "grok/completion_result.h"

namespace xai {
namespace {

// After the terminal marker the connection gets this long to end, so that it can be used
// again.
constexpr int64_t kDrainMs = 1'000;

std::optional<int64_t> Since(int64_t moment, int64_t start) {
  if (moment == 0) return std::nullopt;
  return moment - start;
}

}  // namespace

void Completion::Succeed() {
  if (answer_.usage) (void)OnUsage(*answer_.usage);
  const bool exchange_over = state_ == State::kCollecting || !complete_;
  End(nullptr);
  if (exchange_over) {
    EndExchange();
    return;
  }
  // The connection ends within moments; after that it can serve the next request.
  state_ = State::kDraining;
  timer_ = services_.scheduler->RunAfter(kDrainMs, [this] {
    timer_ = 0;
    EndExchange();
  });
}

void Completion::Fail(Error error) {
  if (state_ == State::kEnded || state_ == State::kDraining) return;
  // Said within an answer, it is too late for another token, and the sign-in is fine.
  if (error.reason == kStaleTokenReason) {
    error.code = ErrorCode::kUpstream;
    error.reason = "token_not_accepted";
  }
  End(&error);
  EndExchange();
}

void Completion::End(const Error* error) {
  state_ = State::kEnded;
  if (timer_ != 0) services_.scheduler->CancelTimer(timer_);
  if (retry_timer_ != 0) services_.scheduler->CancelTimer(retry_timer_);
  timer_ = retry_timer_ = 0;
  try {
    answer_.DropCutCalls();
    const std::string document = DescribeEnd(error);
    sink_->OnEnd(error, document);
  } catch (const std::bad_alloc&) {
    Error no_memory;
    no_memory.code = ErrorCode::kNoMemory;
    sink_->OnEnd(&no_memory, kNoMemoryDocument);
  }
}

std::string Completion::DescribeEnd(const Error* error) const {
  CompletionOutcome outcome;
  outcome.answer = &answer_;
  outcome.error = error;
  outcome.dropped = &wire_.dropped;
  outcome.request_id = RequestIdOf(head_, exchange_.bearer());
  outcome.timings.first_byte_ms = Since(first_byte_ms_, started_ms_);
  outcome.timings.first_token_ms = Since(first_token_ms_, started_ms_);
  outcome.timings.total_ms = services_.clock->SteadyMs() - started_ms_;
  outcome.bytes_delivered = options_.stream ? bytes_delivered_ : 0;
  outcome.with_message = !options_.stream;
  return EndDocument(outcome);
}

void Completion::EndExchange() {
  state_ = State::kEnded;
  if (!on_finished_) return;
  // Not from here: the caller may still be in one of our functions.
  services_.scheduler->RunAfter(0, std::move(on_finished_));
  on_finished_ = nullptr;
}

void Completion::ArmTimer() {
  const ApiConfig& config = *services_.config;
  int64_t deadline = last_byte_ms_ + config.idle_ms;
  if (state_ == State::kSending) {
    deadline = sent_ms_ + config.first_byte_ms;
  } else {
    deadline = std::min(deadline, last_content_ms_ + config.content_idle_ms);
  }
  const int64_t now = services_.clock->SteadyMs();
  // A host that reads slowly is not xAI's silence.
  if (paused_) deadline = now + config.idle_ms;
  // Nor is our own pause before another attempt, which starts the clock anew.
  if (retry_timer_ != 0) deadline = now + config.first_byte_ms;
  if (options_.timeout_ms > 0) {
    deadline = std::min(deadline, started_ms_ + options_.timeout_ms);
  }
  if (timer_ != 0) services_.scheduler->CancelTimer(timer_);
  timer_ = services_.scheduler->RunAfter(std::max<int64_t>(deadline - now, 1), [this] {
    timer_ = 0;
    OnTimer();
  });
}

void Completion::OnTimer() {
  const ApiConfig& config = *services_.config;
  const int64_t now = services_.clock->SteadyMs();
  const char* reason = nullptr;
  if (options_.timeout_ms > 0 && now >= started_ms_ + options_.timeout_ms) {
    reason = "total";
  } else if (state_ == State::kSending) {
    if (retry_timer_ == 0 && now >= sent_ms_ + config.first_byte_ms)
      reason = "first_byte";
  } else if (!paused_ && now >= last_byte_ms_ + config.idle_ms) {
    reason = "idle";
  } else if (!paused_ && now >= last_content_ms_ + config.content_idle_ms) {
    reason = "content_idle";
  }
  if (reason == nullptr) {
    ArmTimer();
    return;
  }
  exchange_.Stop();
  Fail(Error::Make(ErrorCode::kTimeout, "xAI sent nothing in time", reason));
}

}  // namespace xai
