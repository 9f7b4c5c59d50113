// Where a request gets its bearer from.
#ifndef XAI_PLUGIN_CREDENTIALS_TOKEN_SOURCE_H_
#define XAI_PLUGIN_CREDENTIALS_TOKEN_SOURCE_H_

#include <functional>
#include <memory>

#include "base/result.h"
#include "credentials/account_snapshot.h"

namespace xai {

// Loop thread only.
class TokenSource {
 public:
  using TokenResult = Result<std::shared_ptr<const AccessToken>>;

  TokenSource() = default;
  TokenSource(const TokenSource&) = delete;
  TokenSource& operator=(const TokenSource&) = delete;
  virtual ~TokenSource() = default;

  // A token that is not `rejected` (may be null), renewed if need be.  `done` comes later
  // on the loop's thread, never before this returns.  Many who ask together share one
  // renewal.
  virtual void Acquire(std::shared_ptr<const AccessToken> rejected,
                       std::function<void(TokenResult)> done) = 0;
};

}  // namespace xai

#endif  // XAI_PLUGIN_CREDENTIALS_TOKEN_SOURCE_H_
