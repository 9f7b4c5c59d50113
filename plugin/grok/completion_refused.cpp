// A request that xAI has refused: sent again where that can help.
#include <algorithm>

#include "base/limits.h"
#include "grok/api_error.h"
#include "grok/completion.h"
#include "grok/quotes.h"

namespace xai {
namespace {

constexpr int64_t kRetryPauseMinMs = 500;
constexpr int64_t kRetryPauseSpreadMs = 1'500;

// Those that may pass by themselves.
bool MayPass(const Error& error) {
  return (error.code == ErrorCode::kRateLimited ||
          error.code == ErrorCode::kOverloaded) &&
         error.retry_after_ms && *error.retry_after_ms <= limits::kRetryWaitMsMax;
}

}  // namespace

void Completion::OnRefused(Error error, const HttpHead* head) {
  if (state_ != State::kSending) return;
  if (head != nullptr) head_ = *head;
  if (Adapt(error)) {
    SendOnLane(answer_.lane);
  } else if (!RetryLater(error, head)) {
    if (head != nullptr) HideRequest(&error);
    Fail(std::move(error));
  }
}

Error Completion::ReadError(const HttpHead& head, std::string_view body) const {
  Error error = ReadApiError(head, body, exchange_.bearer());
  HideRequest(&error);
  return error;
}

void Completion::HideRequest(Error* error) const {
  error->detail = HideQuotes(error->detail, wire_.body, options_.model);
}

bool Completion::Adapt(const Error& error) {
  if (error.reason == kWrongLaneReason) {
    if (lane_switched_ || answer_.lane != Lane::kChatCompletions) return false;
    lane_switched_ = true;
    (*services_.learned)[options_.model].lane = answer_.lane = Lane::kResponses;
    return true;
  }
  if (error.reason == kClientToolsReason) {
    if (options_.drop_client_tools || !options_.drop_unsupported) return false;
    options_.drop_client_tools = true;
    return true;
  }
  if (member_dropped_) return false;
  const std::optional<MemberRefusal> refusal = FindMemberRefusal(error);
  if (!refusal) return false;
  const auto known = services_.learned->find(options_.model);
  LearnedModel model = known != services_.learned->end() ? known->second : LearnedModel();
  if (!Learn(*refusal, &model)) return false;
  // Of those that teach something, which exist: a host may ask for any name.
  (*services_.learned)[options_.model] = std::move(model);
  member_dropped_ = true;
  return true;
}

// Whether the server did no work yet that would be paid for twice.
bool Completion::WasLostEarly(const Error& error) const {
  if (error.code != ErrorCode::kNetwork) return false;
  const std::optional<int64_t> sent_ms = exchange_.sent_ms();
  return !sent_ms || services_.clock->SteadyMs() - *sent_ms <= limits::kResendWithinMs;
}

bool Completion::RetryLater(const Error& error, const HttpHead* head) {
  const bool may_help =
      head != nullptr ? MayPass(error) && !IsRetryVetoed(*head) : WasLostEarly(error);
  if (retries_ >= options_.max_retries || !may_help) return false;
  const int64_t pause =
      std::max(error.retry_after_ms.value_or(0),
               kRetryPauseMinMs + services_.random->Below(kRetryPauseSpreadMs));
  // Whoever waited in vain would only hear that the time was up, not why.
  if (options_.timeout_ms > 0 &&
      services_.clock->SteadyMs() + pause >= started_ms_ + options_.timeout_ms) {
    return false;
  }
  ++retries_;
  retry_timer_ = services_.scheduler->RunAfter(pause, [this] {
    retry_timer_ = 0;
    SendOnLane(answer_.lane);
  });
  return true;
}

}  // namespace xai
