#include "grok/authorized_exchange.h"

#include <new>

#include "base/limits.h"
#include "grok/api_error.h"

namespace xai {
namespace {

// Before a token that is too young to be at fault is presented again: servers lag.
constexpr int64_t kFreshTokenPauseMs = 1'000;

}  // namespace

AuthorizedExchange::AuthorizedExchange(const ApiServices& services, Handler* handler)
    : services_(services), handler_(handler) {}

AuthorizedExchange::~AuthorizedExchange() {
  Stop();
}

void AuthorizedExchange::Send(std::string method, std::string path, std::string_view body,
                              std::vector<HttpHeader> headers) {
  method_ = std::move(method);
  path_ = std::move(path);
  body_ = body;
  headers_ = std::move(headers);
  token_retried_ = false;
  AcquireToken(nullptr);
}

void AuthorizedExchange::Stop() {
  awaited_ = nullptr;
  if (exchange_ != 0) services_.transport->Cancel(exchange_);
  exchange_ = 0;
  if (timer_ != 0) services_.scheduler->CancelTimer(timer_);
  timer_ = 0;
}

void AuthorizedExchange::Resume() {
  if (exchange_ != 0) services_.transport->Resume(exchange_);
}

void AuthorizedExchange::AcquireToken(std::shared_ptr<const AccessToken> rejected) {
  sent_ms_.reset();
  awaited_ = std::make_shared<char>();
  services_.tokens->Acquire(
      std::move(rejected),
      [this, awaited = std::weak_ptr<char>(awaited_)](TokenSource::TokenResult token) {
        if (!awaited.expired()) OnToken(std::move(token));
      });
}

void AuthorizedExchange::OnToken(TokenSource::TokenResult token) {
  if (!token.ok()) {
    Refuse(std::move(token).error(), nullptr);
    return;
  }
  token_ = std::move(token).value();
  bool sent = false;
  try {
    sent = SendNow();
  } catch (const std::bad_alloc&) {
    // As if it had been refused.
  }
  if (!sent) Refuse(Error::Make(ErrorCode::kNoMemory, "no memory"), nullptr);
}

bool AuthorizedExchange::SendNow() {
  HttpRequest request;
  request.method = method_;
  request.url = services_.config->base_url + path_;
  request.headers = headers_;
  for (const HttpHeader& header : services_.config->extra_headers) {
    request.headers.push_back(header);
  }
  request.bearer = &token_->bearer;
  request.body = body_;
  request.connect_ms = services_.config->connect_ms;
  has_head_ = accepted_ = false;
  error_body_.clear();
  exchange_ = services_.transport->Start(request, this);
  return exchange_ != 0;
}

void AuthorizedExchange::OnSent() {
  sent_ms_ = services_.clock->SteadyMs();
}

void AuthorizedExchange::OnHead(const HttpHead& head) {
  has_head_ = true;
  accepted_ = head.status / 100 == 2;
  if (accepted_) {
    handler_->OnAccepted(head);
  } else {
    head_ = head;
  }
}

bool AuthorizedExchange::OnBody(std::string_view bytes) {
  if (accepted_) return handler_->OnAnswerBytes(bytes);
  const size_t room = limits::kErrorBodyBytesMax - error_body_.size();
  error_body_.append(bytes.substr(0, room));
  if (error_body_.size() < limits::kErrorBodyBytesMax) return true;
  // Enough is known: the rest, which may have no end, is not waited for.  Not from here,
  // where the transport is in one of our functions.
  if (timer_ == 0) {
    timer_ = services_.scheduler->RunAfter(0, [this] {
      timer_ = 0;
      services_.transport->Cancel(exchange_);
      OnDone({});
    });
  }
  return false;
}

void AuthorizedExchange::OnDone(Result<void> result) {
  exchange_ = 0;
  if (timer_ != 0) services_.scheduler->CancelTimer(timer_);
  timer_ = 0;
  if (accepted_) {
    handler_->OnAnswerEnd(std::move(result));
    return;
  }
  if (!has_head_) {
    Refuse(std::move(result).error(), nullptr);
    return;
  }
  Error error = ReadApiError(head_, error_body_, bearer());
  if (error.reason == kStaleTokenReason) {
    OnStaleToken(std::move(error));
  } else {
    Refuse(std::move(error), &head_);
  }
}

void AuthorizedExchange::OnStaleToken(Error error) {
  if (token_retried_) {
    error.code = ErrorCode::kUpstream;
    error.reason = "token_not_accepted";
    Refuse(std::move(error), &head_);
    return;
  }
  token_retried_ = true;
  if (IsFreshlyMinted(*token_, *services_.clock)) {
    timer_ = services_.scheduler->RunAfter(kFreshTokenPauseMs, [this] {
      timer_ = 0;
      // Most likely the same one; but somebody may have signed out meanwhile.
      AcquireToken(nullptr);
    });
    return;
  }
  AcquireToken(token_);
}

void AuthorizedExchange::Refuse(Error error, const HttpHead* head) {
  if (head != nullptr && head->status == 407 && services_.config->proxied) {
    error.code = ErrorCode::kProxy;  // one that reads what it passes on
    error.detail = "the proxy answered 407";
    error.reason = "proxy_auth";
  }
  handler_->OnRefused(std::move(error), head);
}

}  // namespace xai
