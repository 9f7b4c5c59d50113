// What a server throws back: the token and the request are in no end of a completion.
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "grok/completion_course.h"
#include "support/json_text.h"

namespace xai {
namespace {

constexpr const char* kBearer = "b34r3r-1";  // too short to look like a token

constexpr const char* kModel = "grok-4-fast-reasoning-latest";
constexpr const char* kMessages = R"([{"role":"user","content":"who is the murderer"}])";

class CompletionSecretsTest : public testing::Test, protected CompletionCourse {
 protected:
  void Send(std::string_view members = "") {
    StartWithMessages(kMessages, members, kModel);
    world.GiveToken(kBearer);
  }
  std::string Detail() { return std::string(End()["detail"].String().value_or("")); }
  void ExpectNowhere(std::string_view secret) {
    EXPECT_EQ(sink.ends.back().find(secret), std::string::npos) << sink.ends.back();
  }
};

// Matrix E14.
TEST_F(CompletionSecretsTest, ARefusalDoesNotShowTheBearer) {
  Send();
  Refuse(400, R"({"error":"Bearer b34r3r-1 is bad"})", {{"x-request-id", "b34r3r-1"}});
  EXPECT_EQ(Detail(), "Bearer [masked] is bad");
  ExpectNowhere(kBearer);
}

// Matrix E14.
TEST_F(CompletionSecretsTest, AnErrorWithinAStreamDoesNotShowTheBearer) {
  Send();
  world.transport.Head(200, {{"content-type", "text/event-stream"}, {"cf-ray", kBearer}});
  (void)Event(R"({"error":{"message":"Bearer b34r3r-1 is bad"}})");
  EXPECT_EQ(Detail(), "Bearer [masked] is bad");
  ExpectNowhere(kBearer);
}

// Matrix E14.
TEST_F(CompletionSecretsTest, AnEventThatIsCalledAnErrorShowsNeither) {
  Send();
  world.transport.Head(200, {{"content-type", "text/event-stream"}, {"cf-ray", kBearer}});
  (void)world.transport.Body(
      "event: error\ndata: {\"message\":\"b34r3r-1, why 'who is the murderer'?\"}\n\n");
  EXPECT_EQ(Detail(), "[masked], why '...'?");
  ExpectNowhere(kBearer);
}

// Matrix E14.
TEST_F(CompletionSecretsTest, AnErrorInThePlaceOfAnAnswerDoesNotShowTheBearer) {
  Send(R"("stream":false)");
  Accept("application/json");
  (void)world.transport.Body(R"({"error":"Bearer b34r3r-1 is bad"})");
  world.transport.Done();
  EXPECT_EQ(Detail(), "Bearer [masked] is bad");
  ExpectNowhere(kBearer);
}

// Matrix E14.
TEST_F(CompletionSecretsTest, ARefusalDoesNotQuoteTheRequest) {
  Send(R"("max_completion_tokens":7)");
  Refuse(400, R"({"error":"who is the murderer: no max_completion_tokens with )"
              R"(grok-4-fast-reasoning-latest"})");
  EXPECT_EQ(Detail(), "...: no max_completion_tokens with grok-4-fast-reasoning-latest");
}

// Matrix E14.
TEST_F(CompletionSecretsTest, AnErrorWithinAStreamDoesNotQuoteTheRequest) {
  Send();
  Accept();
  (void)Event(R"({"error":{"message":"why 'who is the murderer'?"}})");
  EXPECT_EQ(Detail(), "why '...'?");
}

// Matrix E14.
TEST_F(CompletionSecretsTest, AnErrorInThePlaceOfAnAnswerDoesNotQuoteTheRequest) {
  Send(R"("stream":false)");
  Accept("application/json");
  (void)world.transport.Body(R"({"error":"why 'who is the murderer'?"})");
  world.transport.Done();
  EXPECT_EQ(Detail(), "why '...'?");
}

// What is learned from a refusal stands in words that are hidden afterwards.
TEST_F(CompletionSecretsTest, AMemberOfTheHostsOwnIsLearned) {
  Send(R"("some_member_of_tomorrow":1)");
  const char* refusal =
      R"({"error":"Model x does not support parameter some_member_of_tomorrow."})";
  Refuse(400, refusal);
  world.GiveToken(kBearer);
  ASSERT_EQ(sent(), 2u);
  EXPECT_EQ(world.learned.at(kModel).rejects,
            std::vector<std::string>{"some_member_of_tomorrow"});
  Refuse(400, R"({"error":"nor this"})");
  EXPECT_EQ(Detail(), "nor this");
}

}  // namespace
}  // namespace xai
