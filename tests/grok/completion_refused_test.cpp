// Requests that xAI refuses for one member of them: sent once more without it.
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "grok/completion_course.h"
#include "support/json_text.h"

namespace xai {
namespace {

constexpr const char* kNoStop =
    R"({"code":"invalid-argument","error":"Model grok-9 does not support parameter stop."})";
constexpr const char* kNoSeed =
    R"({"code":"invalid-argument","error":"Model grok-9 does not support parameter seed."})";
constexpr const char* kNoXhigh =
    R"({"code":"invalid-argument","error":"This model does not support )"
    R"(`reasoning_effort` value `xhigh`."})";
constexpr const char* kNoClientTools =
    R"({"code":"invalid-argument","error":"Client-side tools for multi-agent models )"
    R"(require beta access"})";
constexpr const char* kMultiAgent = "grok-4.20-multi-agent-0309";
constexpr const char* kTools =
    R"("tools":[{"type":"function","function":{"name":"f","parameters":{}}}])";

class CompletionRefusedTest : public testing::Test, protected CompletionCourse {
 protected:
  std::string Dropped() { return JsonOf(End()["dropped"]); }
  std::string SentMember(std::string_view name) {
    return JsonOf(MustParse(Sent().body)->root()[name]);
  }
};

TEST_F(CompletionRefusedTest, AMemberIsLeftOutAndRemembered) {
  Send(R"("stop":["x"],"seed":7)", "grok-9");
  Refuse(400, kNoStop);
  world.GiveToken();
  ASSERT_EQ(sent(), 2u);
  EXPECT_FALSE(MustParse(Sent().body)->root()["stop"].present());
  EXPECT_EQ(SentMember("seed"), "7");
  Accept();
  Finish();
  world.transport.Done();
  ExpectSuccess();
  EXPECT_EQ(Dropped(), R"(["stop"])");
  EXPECT_EQ(world.learned.at("grok-9").rejects, std::vector<std::string>{"stop"});
}

TEST_F(CompletionRefusedTest, TheNextRequestDoesNotAskAgain) {
  world.learned["grok-9"].rejects = {"stop"};
  Send(R"("stop":["x"])", "grok-9");
  EXPECT_FALSE(MustParse(Sent().body)->root()["stop"].present());
  Accept();
  Finish();
  world.transport.Done();
  ExpectSuccess();
  EXPECT_EQ(Dropped(), R"(["stop"])");
}

TEST_F(CompletionRefusedTest, OnceForARequest) {
  Send(R"("stop":["x"],"seed":7)", "grok-9");
  Refuse(400, kNoStop);
  world.GiveToken();
  Refuse(400, kNoSeed);
  EXPECT_EQ(sent(), 2u);
  ExpectFailure("invalid_request", "upstream");
}

TEST_F(CompletionRefusedTest, WhatIsRefusedAlthoughItWasLeftOutIsAnError) {
  world.learned["grok-9"].rejects = {"stop"};
  Send(R"("stop":["x"])", "grok-9");
  Refuse(400, kNoStop);
  EXPECT_EQ(sent(), 1u);
  ExpectFailure("invalid_request", "upstream");
}

TEST_F(CompletionRefusedTest, OfAModelThatTeachesNothingNothingIsKept) {
  const std::pair<int, const char*> refusals[] = {
      {404, R"({"error":"The model x does not exist"})"},
      {400, R"({"error":"The model x does not exist"})"},
      {400, kNoClientTools},
      {400, R"({"error":"This model does not support `stop` value `x`."})"},
      {429, ""},
  };
  for (const auto& [status, body] : refusals) {
    CompletionCourse course;
    course.Send(R"("stop":["x"])", "grok-of-no-kind");
    course.Refuse(status, body);
    EXPECT_EQ(course.sink.ends.size(), 1u) << body;
    EXPECT_TRUE(course.world.learned.empty()) << body;
  }
}

TEST_F(CompletionRefusedTest, AnEffortIsSteppedDown) {
  Send(R"("reasoning_effort":"xhigh")", "grok-9");
  Refuse(400, kNoXhigh);
  world.GiveToken();
  ASSERT_EQ(sent(), 2u);
  EXPECT_EQ(SentMember("reasoning_effort"), "\"high\"");
  Accept();
  Finish();
  world.transport.Done();
  ExpectSuccess();
  EXPECT_EQ(Dropped(), "[]");
}

TEST_F(CompletionRefusedTest, ClientToolsAreAnErrorUnlessTheHostLetsThemGo) {
  Send(kTools, kMultiAgent);
  Refuse(400, kNoClientTools);
  EXPECT_EQ(sent(), 1u);
  ExpectFailure("unsupported", "client_tools");
}

TEST_F(CompletionRefusedTest, ClientToolsAreLeftOutIfTheHostLetsThemGo) {
  Send(std::string(kTools) +
           R"(,"tool_choice":{"type":"function","function":{"name":"f"}},)"
           R"("drop_unsupported":true)",
       kMultiAgent);
  Refuse(400, kNoClientTools);
  world.GiveToken();
  ASSERT_EQ(sent(), 2u);
  EXPECT_FALSE(MustParse(Sent().body)->root()["tools"].present());
  EXPECT_FALSE(MustParse(Sent().body)->root()["tool_choice"].present());
  Refuse(400, kNoClientTools);
  EXPECT_EQ(sent(), 2u) << "there is nothing more to leave out";
  ExpectFailure("unsupported", "client_tools");
  EXPECT_EQ(Dropped(), R"(["tools","tool_choice"])");
}

TEST_F(CompletionRefusedTest, XaisOwnToolsStay) {
  Send(R"("tools":[{"type":"web_search"},{"type":"function","function":{"name":"f"}}],)"
       R"("tool_choice":"auto","drop_unsupported":true)",
       kMultiAgent);
  Refuse(400, kNoClientTools);
  world.GiveToken();
  ASSERT_EQ(sent(), 2u);
  EXPECT_EQ(SentMember("tools"), R"([{"type":"web_search"}])");
  EXPECT_EQ(SentMember("tool_choice"), "\"auto\"");
  completion->Cancel();
  ExpectFailure("cancelled");
}

}  // namespace
}  // namespace xai
