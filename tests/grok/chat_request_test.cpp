#include "grok/chat_request.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "support/json_text.h"

namespace xai {
namespace {

using Strings = std::vector<std::string>;

constexpr std::string_view kMessages = R"("messages":[{"role":"user","content":"hi"}])";

ModelInfo Rejecting(Strings members) {
  ModelInfo model;
  model.rejects = std::move(members);
  return model;
}

WireRequest Build(std::string_view json, const ModelInfo& model = {}) {
  const std::unique_ptr<JsonDocument> document = MustParse(json);
  const Result<RequestOptions> options = ReadRequestOptions(document->root());
  EXPECT_TRUE(options.ok()) << (options.ok() ? "" : options.error().detail);
  return BuildChatRequest(document->root(), options.value(), model);
}

// The members of a request beside model and messages; what is sent of them.
std::string Sent(std::string_view members, const ModelInfo& model = {},
                 Strings* dropped = nullptr) {
  const WireRequest wire =
      Build(R"({"model":"xai-grok/m",)" + std::string(kMessages) +
                (members.empty() ? "" : ",") + std::string(members) + "}",
            model);
  if (dropped != nullptr) *dropped = wire.dropped;
  const std::string head = R"({"model":"m",)" + std::string(kMessages) +
                           R"(,"stream":true,"stream_options":{"include_usage":true})";
  EXPECT_EQ(wire.body.substr(0, head.size()), head);
  const std::string rest = wire.body.substr(head.size());
  return rest == "}" ? "" : rest.substr(1, rest.size() - 2);
}

// One message, as it is sent.
std::string SentMessage(std::string_view message) {
  const WireRequest wire =
      Build(R"({"model":"m","stream":false,"messages":[)" + std::string(message) + "]}");
  const std::unique_ptr<JsonDocument> body = MustParse(wire.body);
  return JsonOf(body->root()["messages"].FirstChild());
}

TEST(ChatRequestTest, PassesOnWhatItDoesNotKnow) {
  for (
      const char* members :
      {R"("temperature":0.25,"top_p":1,"max_tokens":1e3,"seed":12345678901234567890)",
       R"("stop":["a","b"],"user":"u","presence_penalty":-0.5)",
       R"("search":{"deep":[1,{"x":null}]},"made_up":"\u00e9\n\"")",
       R"("response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{}}})",
       R"("max_completion_tokens":5,"service_tier":"priority")"}) {
    EXPECT_TRUE(SameJson("{" + Sent(members) + "}", "{" + std::string(members) + "}"))
        << Sent(members);
  }
}

TEST(ChatRequestTest, NumbersKeepTheirDigits) {
  EXPECT_EQ(Sent(R"("temperature":0.10,"seed":12345678901234567890)"),
            R"("temperature":0.10,"seed":12345678901234567890)");
}

TEST(ChatRequestTest, KeepsOurOwnMembersToItself) {
  EXPECT_EQ(Sent(R"("timeout_ms":5,"max_retries":1,"conversation_id":"c",)"
                 R"("drop_unsupported":true,"stream_tool_calls":true,"user":null)"),
            "");
  const WireRequest wire =
      Build(R"({"model":"m","stream":false,)" + std::string(kMessages) +
            R"(,"stream_options":{"include_usage":false}})");
  EXPECT_EQ(wire.body,
            R"({"model":"m",)" + std::string(kMessages) + R"(,"stream":false})");
}

TEST(ChatRequestTest, DropsWhatTheModelRejects) {
  Strings dropped;
  EXPECT_EQ(Sent(R"("stop":["x"],"seed":1,"reasoning_effort":"low")",
                 Rejecting({"stop", "reasoning_effort"}), &dropped),
            R"("seed":1)");
  EXPECT_EQ(dropped, (Strings{"reasoning_effort", "stop"}));
}

TEST(ChatRequestTest, AChoiceAmongNoToolsIsDropped) {
  Strings dropped;
  EXPECT_EQ(
      Sent(R"("tools":[],"tool_choice":"auto","parallel_tool_calls":true)", {}, &dropped),
      "");
  EXPECT_EQ(dropped, (Strings{"tool_choice", "parallel_tool_calls"}));
  const std::string with =
      R"("tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"auto")";
  EXPECT_EQ(Sent(with, {}, &dropped), with);
  EXPECT_EQ(dropped, Strings{});
}

TEST(ChatRequestTest, TakesTheEffortInBothSpellings) {
  ModelInfo model;
  model.efforts_known = true;
  model.reasoning_efforts = {"low", "high"};
  Strings dropped;
  EXPECT_EQ(Sent(R"("reasoning_effort":"high")", model), R"("reasoning_effort":"high")");
  EXPECT_EQ(Sent(R"("thinking":{"effort":"low"})", model), R"("reasoning_effort":"low")");
  EXPECT_EQ(Sent(R"("reasoning_effort":"max")", model), R"("reasoning_effort":"high")");
  EXPECT_EQ(Sent(R"("reasoning_effort":"low","thinking":{"effort":"high"})", model),
            R"("reasoning_effort":"low")");
  EXPECT_EQ(Sent(R"("thinking":{})", model, &dropped), "");
  EXPECT_EQ(dropped, Strings{});
  model.reasoning_efforts.clear();
  EXPECT_EQ(Sent(R"("reasoning_effort":"low")", model, &dropped), "");
  EXPECT_EQ(dropped, Strings{"reasoning_effort"});
  EXPECT_EQ(Sent(R"("reasoning_effort":"odd")"), R"("reasoning_effort":"odd")");
}

struct MessageCase {
  const char* given;
  const char* sent;  // null: as given
};

TEST(ChatRequestTest, PutsMessagesIntoItsWords) {
  const MessageCase cases[] = {
      {R"({"role":"system","content":"s"})", nullptr},
      {R"({"role":"developer","content":"s"})", R"({"role":"system","content":"s"})"},
      {R"({"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url",)"
       R"("image_url":{"url":"data:image/png;base64,AA==","detail":"low"}}]})",
       nullptr},
      {R"({"role":"user","name":"n","content":"\ud83d\ude00"})", nullptr},
      {R"({"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function",)"
       R"("function":{"name":"f","arguments":"{\"a\":1}"}}]})",
       R"({"role":"assistant","content":"","tool_calls":[{"id":"c","type":"function",)"
       R"("function":{"name":"f","arguments":"{\"a\":1}"}}]})"},
      {R"({"role":"assistant","content":"a","reasoning_content":"r"})", nullptr},
      {R"({"role":"assistant","content":"a","encrypted_reasoning":[{"id":"rs"}]})",
       R"({"role":"assistant","content":"a"})"},
      {R"({"role":"tool","tool_call_id":"c","content":"done"})", nullptr},
  };
  for (const MessageCase& one : cases) {
    const char* expected = one.sent == nullptr ? one.given : one.sent;
    EXPECT_TRUE(SameJson(SentMessage(one.given), expected)) << SentMessage(one.given);
  }
}

TEST(ChatRequestTest, BrokenArgumentsBecomeAnEmptyObject) {
  for (const char* arguments :
       {"", "  ", "{", R"({\"a\":)", "[1]", "7", "null", "text"}) {
    const std::string sent = SentMessage(
        R"({"role":"assistant","tool_calls":[{"id":"c","type":"function","extra":1,)"
        R"("function":{"name":"f","arguments":")" +
        std::string(arguments) + R"("}}]})");
    EXPECT_TRUE(
        SameJson(sent, R"({"role":"assistant","tool_calls":[{"id":"c","type":"function",)"
                       R"("extra":1,"function":{"name":"f","arguments":"{}"}}]})"))
        << arguments << "\n"
        << sent;
  }
}

}  // namespace
}  // namespace xai
