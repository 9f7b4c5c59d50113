#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "grok/chat_request.h"
#include "support/json_text.h"

namespace xai {
namespace {

constexpr std::string_view kMessages = R"("messages":[{"role":"user","content":"hi"}])";

// A good request with these members more.
std::string With(std::string_view members) {
  return "{\"model\":\"grok-4.3\"," + std::string(kMessages) +
         (members.empty() ? "" : ",") + std::string(members) + "}";
}

Result<RequestOptions> Check(std::string_view json) {
  return ReadRequestOptions(MustParse(json)->root());
}

std::string Messages(std::string_view messages) {
  return R"({"model":"m","messages":)" + std::string(messages) + "}";
}

TEST(RequestOptionsTest, HasDefaults) {
  const Result<RequestOptions> read = Check(With(""));
  ASSERT_TRUE(read.ok());
  const RequestOptions& options = read.value();
  EXPECT_EQ(options.model, "grok-4.3");
  EXPECT_TRUE(options.stream);
  EXPECT_FALSE(options.stream_tool_calls);
  EXPECT_FALSE(options.drop_unsupported);
  EXPECT_EQ(options.timeout_ms, 0);
  EXPECT_EQ(options.max_retries, 2);
  EXPECT_EQ(options.conversation_id, "");
}

TEST(RequestOptionsTest, TheTimeIsBounded) {
  const auto timeout_of = [](const std::string& text) {
    const Result<RequestOptions> read = Check(With("\"timeout_ms\":" + text));
    return read.ok() ? read.value().timeout_ms : -1;
  };
  EXPECT_EQ(timeout_of("2592000000"), limits::kRequestTimeoutMsMax);
  EXPECT_EQ(timeout_of("2592000001"), limits::kRequestTimeoutMsMax);
  EXPECT_EQ(timeout_of("9223372036854775807"), limits::kRequestTimeoutMsMax);
}

TEST(RequestOptionsTest, ReadsEach) {
  const Result<RequestOptions> read = Check(
      With(R"("stream":false,"stream_tool_calls":true,"drop_unsupported":true,)"
           R"("timeout_ms":1,"max_retries":0,"conversation_id":"c","n":1,"seed":7)"));
  ASSERT_TRUE(read.ok());
  const RequestOptions& options = read.value();
  EXPECT_FALSE(options.stream);
  EXPECT_TRUE(options.stream_tool_calls);
  EXPECT_TRUE(options.drop_unsupported);
  EXPECT_EQ(options.timeout_ms, 1);
  EXPECT_EQ(options.max_retries, 0);
  EXPECT_EQ(options.conversation_id, "c");
}

TEST(RequestOptionsTest, NullMeansTheDefault) {
  const Result<RequestOptions> read = Check(With(
      R"("stream":null,"stream_tool_calls":null,"timeout_ms":null,"tools":null,)"
      R"("max_retries":null,"n":null,"thinking":null,"temperature":null,"user":null)"));
  ASSERT_TRUE(read.ok()) << read.error().detail;
  EXPECT_TRUE(read.value().stream);
  EXPECT_EQ(read.value().max_retries, 2);
}

struct Wrong {
  const char* member;
  const char* value;
};

TEST(RequestOptionsTest, AWrongTypeNamesTheMember) {
  const Wrong cases[] = {
      {"stream", "1"},
      {"stream", "\"true\""},
      {"stream_tool_calls", "0"},
      {"drop_unsupported", "[]"},
      {"parallel_tool_calls", "\"no\""},
      {"timeout_ms", "\"5\""},
      {"timeout_ms", "0"},
      {"timeout_ms", "-1"},
      {"timeout_ms", "1.5"},
      {"max_retries", "true"},
      {"max_retries", "3"},
      {"max_retries", "-1"},
      {"max_retries", "0.5"},
      {"temperature", "\"1\""},
      {"top_p", "{}"},
      {"max_tokens", "\"9\""},
      {"max_completion_tokens", "[]"},
      {"seed", "\"x\""},
      {"n", "\"1\""},
      {"conversation_id", "7"},
      {"reasoning_effort", "3"},
      {"user", "{}"},
      {"thinking", "\"low\""},
      {"response_format", "\"json\""},
      {"stream_options", "true"},
      {"tools", "{}"},
  };
  for (const Wrong& one : cases) {
    const Result<RequestOptions> read =
        Check(With("\"" + std::string(one.member) + "\":" + one.value));
    ASSERT_FALSE(read.ok()) << one.member << one.value;
    EXPECT_EQ(read.error().code, ErrorCode::kInvalidRequest) << one.member;
    EXPECT_EQ(read.error().reason, one.member) << one.value;
    EXPECT_EQ(read.error().detail.rfind(one.member, 0), 0u) << read.error().detail;
  }
}

struct WrongRequest {
  const char* json;
  const char* reason;
};

TEST(RequestOptionsTest, AWrongPlaceIsNamed) {
  const WrongRequest cases[] = {
      {"[]", "request"},
      {"7", "request"},
      {R"({"messages":[{"role":"user","content":"a"}]})", "model"},
      {R"({"model":7,"messages":[{"role":"user","content":"a"}]})", "model"},
      {R"({"model":"","messages":[{"role":"user","content":"a"}]})", "model"},
      {R"({"model":"xai-grok/","messages":[{"role":"user","content":"a"}]})", "model"},
      {R"({"model":"a b","messages":[{"role":"user","content":"a"}]})", "model"},
      {R"({"model":"m"})", "messages"},
      {R"({"model":"m","messages":null})", "messages"},
      {R"({"model":"m","messages":[]})", "messages"},
      {R"({"model":"m","messages":{}})", "messages"},
      {R"({"model":"m","messages":["a"]})", "messages[0]"},
      {R"({"model":"m","messages":[{"content":"a"}]})", "messages[0].role"},
      {R"({"model":"m","messages":[{"role":"robot","content":"a"}]})",
       "messages[0].role"},
      {R"({"model":"m","messages":[{"role":"user","content":"a"},{"role":"user"}]})",
       "messages[1].content"},
      {R"({"model":"m","messages":[{"role":"user","content":null}]})",
       "messages[0].content"},
      {R"({"model":"m","messages":[{"role":"user","content":7}]})",
       "messages[0].content"},
      {R"({"model":"m","messages":[{"role":"tool","content":"a"}]})",
       "messages[0].tool_call_id"},
      {R"({"model":"m","messages":[{"role":"user","content":"a"}],)"
       R"("tools":[{"type":"function"},{}]})",
       "tools[1].type"},
      {R"({"model":"m","messages":[{"role":"user","content":"a"}],"tools":[7]})",
       "tools[0].type"},
      {R"({"model":"m","messages":[{"role":"user","content":"a"}],)"
       R"("thinking":{"effort":7}})",
       "thinking.effort"},
  };
  for (const WrongRequest& one : cases) {
    const Result<RequestOptions> read = Check(one.json);
    ASSERT_FALSE(read.ok()) << one.json;
    EXPECT_EQ(read.error().code, ErrorCode::kInvalidRequest);
    EXPECT_EQ(read.error().reason, one.reason) << one.json;
  }
}

TEST(RequestOptionsTest, TakesEveryRole) {
  for (const char* message :
       {R"({"role":"system","content":"a"})", R"({"role":"developer","content":"a"})",
        R"({"role":"user","content":[{"type":"text","text":"a"}]})",
        R"({"role":"assistant"})", R"({"role":"assistant","content":null})",
        R"({"role":"tool","tool_call_id":"c","content":""})",
        R"({"role":"function","name":"f","content":"a"})"}) {
    EXPECT_TRUE(Check(Messages("[" + std::string(message) + "]")).ok()) << message;
  }
}

TEST(RequestOptionsTest, OnlyOneAnswerIsPossible) {
  for (const char* n : {"2", "0", "-1", "1.5", "100000000000000000000"}) {
    const Result<RequestOptions> read = Check(With("\"n\":" + std::string(n)));
    ASSERT_FALSE(read.ok()) << n;
    EXPECT_EQ(read.error().code, ErrorCode::kUnsupported);
    EXPECT_EQ(read.error().reason, "n");
  }
}

TEST(RequestOptionsTest, CountsTools) {
  const auto tools = [](int count) {
    std::string list;
    for (int i = 0; i < count; ++i) list += ",{\"type\":\"function\"}";
    return "\"tools\":[" + list.substr(1) + "]";
  };
  EXPECT_TRUE(Check(With(tools(128))).ok());
  const Result<RequestOptions> read = Check(With(tools(129)));
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().reason, "tools");
}

}  // namespace
}  // namespace xai
