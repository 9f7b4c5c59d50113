// What a server throws back: the token and the request are in no end of a completion.
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "grok/completion_course.h"
#include "support/json_text.h"

namespace xai {
namespace {

constexpr const char* kBearer = "b34r3r-1";  // too short to look like a token

class CompletionSecretsTest : public testing::Test, protected CompletionCourse {
 protected:
  void Send(std::string_view members = "") {
    Start(members);
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
TEST_F(CompletionSecretsTest, AnErrorInThePlaceOfAnAnswerDoesNotShowTheBearer) {
  Send(R"("stream":false)");
  Accept("application/json");
  (void)world.transport.Body(R"({"error":"Bearer b34r3r-1 is bad"})");
  world.transport.Done();
  EXPECT_EQ(Detail(), "Bearer [masked] is bad");
  ExpectNowhere(kBearer);
}

}  // namespace
}  // namespace xai
