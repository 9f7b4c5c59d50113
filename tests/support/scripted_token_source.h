// TokenSource that hands out what a test prepared, when it says so.
#ifndef XAI_TESTS_SUPPORT_SCRIPTED_TOKEN_SOURCE_H_
#define XAI_TESTS_SUPPORT_SCRIPTED_TOKEN_SOURCE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "credentials/token_source.h"

namespace xai {

// Used by one thread.
class ScriptedTokenSource : public TokenSource {
 public:
  void Acquire(std::shared_ptr<const AccessToken> refused,
               std::function<void(TokenResult)> done) override {
    rejected.push_back(refused == nullptr ? std::string("none")
                                          : std::string(refused->bearer.Reveal()));
    waiting_.push_back(std::move(done));
  }

  // Serves all who wait.
  void Give(std::string_view bearer, int64_t issued_at_ms, int64_t life_ms) {
    auto token = std::make_shared<AccessToken>();
    token->bearer = SecretString(bearer);
    token->issued_at_ms = issued_at_ms;
    token->expires_at_ms = issued_at_ms + life_ms;
    Serve(TokenResult(std::shared_ptr<const AccessToken>(std::move(token))));
  }
  void Fail(const Error& error) { Serve(TokenResult(error)); }

  size_t waiting() const { return waiting_.size(); }

  // What came with each call.
  std::vector<std::string> rejected;

 private:
  void Serve(const TokenResult& result) {
    std::vector<std::function<void(TokenResult)>> waiting;
    waiting.swap(waiting_);
    for (const auto& done : waiting) done(result);
  }

  std::vector<std::function<void(TokenResult)>> waiting_;
};

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_SCRIPTED_TOKEN_SOURCE_H_
