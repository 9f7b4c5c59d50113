#include "grok/authorized_exchange.h"

#include <new>

#include <gtest/gtest.h>

#include "grok/api_world.h"

namespace xai {
namespace {

class NoMemoryHandler : public AuthorizedExchange::Handler {
 public:
  void OnAccepted(const HttpHead&) override {}
  bool OnAnswerBytes(std::string_view) override { return true; }
  void OnAnswerEnd(Result<void>) override {}
  void OnRefused(Error error, const HttpHead*) override {
    ++refusals;
    code = error.code;
    throw std::bad_alloc();
  }

  int refusals = 0;
  ErrorCode code = ErrorCode::kInternal;
};

// Matrix D12: whoever was told half of it must not be told again.  What has failed is the
// loop's to tell.
TEST(AuthorizedExchangeTest, ARefusalThatFailsIsNotRefusedTwice) {
  ApiWorld world;
  NoMemoryHandler handler;
  AuthorizedExchange exchange(world.services, &handler);
  exchange.Send("GET", "/models", {}, {});
  world.transport.no_memory = true;
  EXPECT_THROW(world.GiveToken(), std::bad_alloc);
  EXPECT_EQ(handler.refusals, 1);
  EXPECT_EQ(handler.code, ErrorCode::kNoMemory);
}

}  // namespace
}  // namespace xai
