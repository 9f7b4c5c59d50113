// One request to api.x.ai with the account's bearer: gets the token, sends, and if xAI
// says that the token is stale, renews it once and sends once more.
#ifndef XAI_PLUGIN_GROK_AUTHORIZED_EXCHANGE_H_
#define XAI_PLUGIN_GROK_AUTHORIZED_EXCHANGE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "grok/api_config.h"
#include "http/transport.h"

namespace xai {

// Loop thread only.
class AuthorizedExchange : private ExchangeHandler {
 public:
  class Handler {
   public:
    Handler() = default;
    Handler(const Handler&) = delete;
    Handler& operator=(const Handler&) = delete;
    virtual ~Handler() = default;

    // The head of a 2xx answer.
    virtual void OnAccepted(const HttpHead& head) = 0;
    // See ExchangeHandler.
    virtual bool OnAnswerBytes(std::string_view bytes) = 0;
    // The connection ended after OnAccepted(), properly or not.
    virtual void OnAnswerEnd(Result<void> result) = 0;
    // There is no answer: no token, no connection, or xAI said no.  `head` is null
    // without a head.  Nothing follows.
    virtual void OnRefused(Error error, const HttpHead* head) = 0;
  };

  // `handler` outlives this.
  AuthorizedExchange(const ApiServices& services, Handler* handler);
  ~AuthorizedExchange() override;

  // `body` must outlive the exchange.  May be called again after it ended.
  void Send(std::string method, std::string path, std::string_view body,
            std::vector<HttpHeader> headers);
  // Nothing more is told.  Not from within OnAccepted() or OnAnswerBytes().
  void Stop();
  void Resume();
  // When a connection took the request, on the steady clock; nothing: none did.
  std::optional<int64_t> sent_ms() const { return sent_ms_; }
  // The token of the last request, which no error may show; empty before there is one.
  std::string_view bearer() const {
    return token_ != nullptr ? token_->bearer.Reveal() : std::string_view();
  }

 private:
  void AcquireToken(std::shared_ptr<const AccessToken> rejected);
  void OnToken(TokenSource::TokenResult token);
  // False without memory.
  bool SendNow();
  void OnStaleToken(Error error);
  void Refuse(Error error, const HttpHead* head);

  void OnSent() override;
  void OnHead(const HttpHead& head) override;
  bool OnBody(std::string_view bytes) override;
  void OnDone(Result<void> result) override;

  const ApiServices& services_;
  Handler* handler_;
  std::string method_;
  std::string path_;
  std::string_view body_;
  std::vector<HttpHeader> headers_;

  std::shared_ptr<const AccessToken> token_;
  bool token_retried_ = false;
  HttpTransport::ExchangeId exchange_ = 0;
  HttpHead head_;
  std::optional<int64_t> sent_ms_;
  bool has_head_ = false;
  bool accepted_ = false;
  std::string error_body_;
  Scheduler::TimerId timer_ = 0;
  // The token that was asked for comes to nobody once this has been replaced, or is gone.
  std::shared_ptr<char> awaited_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_AUTHORIZED_EXCHANGE_H_
