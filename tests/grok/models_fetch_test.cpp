#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "grok/api_world.h"
#include "grok/models.h"

namespace xai {
namespace {

class ModelsFetchTest : public testing::Test {
 protected:
  void Start() {
    fetch_ = std::make_unique<ModelsFetch>(world_.services,
                                           [this](Result<std::vector<std::string>> ids) {
                                             ++calls_;
                                             result_ = std::move(ids);
                                             fetch_.reset();
                                           });
    fetch_->Start();
  }

  void ExpectError(ErrorCode code) {
    EXPECT_EQ(calls_, 0) << "not from within a call";
    world_.scheduler.RunDue();
    ASSERT_EQ(calls_, 1);
    ASSERT_FALSE(result_->ok());
    EXPECT_EQ(result_->error().code, code);
    EXPECT_EQ(world_.scheduler.waiting(), 0u);
  }

  ApiWorld world_;
  std::unique_ptr<ModelsFetch> fetch_;
  int calls_ = 0;
  std::optional<Result<std::vector<std::string>>> result_;
};

TEST_F(ModelsFetchTest, FetchesTheList) {
  Start();
  world_.GiveToken("secret");
  ASSERT_EQ(world_.transport.requests.size(), 1u);
  EXPECT_EQ(world_.transport.requests[0].method, "GET");
  EXPECT_EQ(world_.transport.requests[0].url, "https://api.x.ai/v1/models");
  EXPECT_EQ(world_.transport.requests[0].bearer, "secret");
  world_.transport.Head(200);
  EXPECT_TRUE(world_.transport.Body("{\"data\":[{\"id\":"));
  EXPECT_TRUE(world_.transport.Body("\"grok-a\"}]}"));
  world_.transport.Done();
  world_.scheduler.RunDue();
  ASSERT_EQ(calls_, 1);
  EXPECT_EQ(result_->value(), std::vector<std::string>{"grok-a"});
  EXPECT_EQ(world_.scheduler.waiting(), 0u);
}

TEST_F(ModelsFetchTest, RenewsAStaleToken) {
  Start();
  world_.GiveToken();
  world_.transport.Answer(401, "");
  world_.GiveToken("token-2");
  world_.transport.Answer(200, "{\"data\":[]}");
  world_.scheduler.RunDue();
  ASSERT_TRUE(result_.has_value());
  EXPECT_TRUE(result_->ok());
}

TEST_F(ModelsFetchTest, ARefusalIsItsError) {
  Start();
  world_.GiveToken();
  world_.transport.Answer(403, R"({"code":"permission-denied","error":"no"})");
  ExpectError(ErrorCode::kEntitlementDenied);
}

TEST_F(ModelsFetchTest, ALostConnectionIsItsError) {
  Start();
  world_.GiveToken();
  world_.transport.Head(200);
  world_.transport.Done(Error::Make(ErrorCode::kNetwork, "reset"));
  ExpectError(ErrorCode::kNetwork);
}

TEST_F(ModelsFetchTest, WhatIsNotAListIsAFault) {
  Start();
  world_.GiveToken();
  world_.transport.Answer(200, "<html>");
  ExpectError(ErrorCode::kProtocol);
}

// Matrix C44.
TEST_F(ModelsFetchTest, BoundsTheBody) {
  Start();
  world_.GiveToken();
  world_.transport.Head(200);
  const std::string mebibyte(1u << 20, ' ');
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(world_.transport.Body(mebibyte));
  EXPECT_FALSE(world_.transport.Body(" ")) << "enough is known";
  EXPECT_FALSE(world_.transport.Body(mebibyte));
  EXPECT_EQ(calls_, 0) << "not from within a call";
  world_.scheduler.RunDue();
  EXPECT_TRUE(world_.transport.requests[0].cancelled);
  ASSERT_EQ(calls_, 1);
  EXPECT_EQ(result_->error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(world_.scheduler.waiting(), 0u);
}

TEST_F(ModelsFetchTest, AListThatEndsPastTheBoundEndsOnce) {
  Start();
  world_.GiveToken();
  world_.transport.Head(200);
  (void)world_.transport.Body(std::string(5u << 20, ' '));
  world_.transport.Done();
  ExpectError(ErrorCode::kTooLarge);
}

TEST_F(ModelsFetchTest, EndsInTime) {
  Start();
  world_.GiveToken();
  world_.transport.Head(200);
  world_.scheduler.Pass(29'999);
  EXPECT_EQ(calls_, 0);
  world_.clock.Advance(1);
  world_.scheduler.RunDue();
  EXPECT_TRUE(world_.transport.requests[0].cancelled);
  ASSERT_EQ(calls_, 1);
  EXPECT_EQ(result_->error().code, ErrorCode::kTimeout);
}

TEST_F(ModelsFetchTest, DestroyedItTellsNothing) {
  Start();
  fetch_.reset();
  world_.GiveToken();
  world_.scheduler.Pass(60'000);
  EXPECT_EQ(calls_, 0);
  EXPECT_TRUE(world_.transport.requests.empty());
}

}  // namespace
}  // namespace xai
