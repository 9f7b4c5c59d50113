// The course of a completion that is answered: what is sent, what is told, how it ends.
#include <new>

#include "grok/completion_course.h"

namespace xai {
namespace {

class CompletionTest : public testing::Test, protected CompletionCourse {};

TEST_F(CompletionTest, StreamsAnAnswer) {
  Start(R"("conversation_id":"a b","stop":["x"])", "xai-grok/grok-4.3");
  EXPECT_EQ(sink.log, "S") << "at once, before there is a token";
  EXPECT_EQ(sink.starts[0],
            R"({"model":"grok-4.3","lane":"chat_completions","dropped":["stop"]})");
  world.GiveToken("secret");
  ASSERT_EQ(sent(), 1u);
  EXPECT_EQ(Sent().method, "POST");
  EXPECT_EQ(Sent().url, "https://api.x.ai/v1/chat/completions");
  EXPECT_EQ(Sent().bearer, "secret");
  EXPECT_EQ(Sent().Header("Accept"), "text/event-stream");
  EXPECT_EQ(Sent().Header("Content-Type"), "application/json");
  EXPECT_EQ(Sent().Header("x-extra"), "e");
  EXPECT_EQ(Sent().Header("x-grok-conv-id"), "a%20b");
  world.clock.Advance(20);
  Accept();
  world.clock.Advance(30);
  EXPECT_TRUE(Text("Hel"));
  EXPECT_TRUE(Text("lo"));
  (void)Event(R"({"choices":[],"usage":{"prompt_tokens":1}})");
  Finish();
  EXPECT_EQ(sink.log, "STTUE");
  EXPECT_EQ(sink.Text(), "Hello");
  EXPECT_TRUE(world.transport.open()) << "the connection may serve another request";
  world.transport.Done();
  ExpectSuccess();
  const JsonValue end = End();
  EXPECT_EQ(end["id"].String(), "c");
  EXPECT_EQ(end["model"].String(), "grok-4.3");
  EXPECT_EQ(end["lane"].String(), "chat_completions");
  EXPECT_EQ(end["finish_reason"].String(), "stop");
  EXPECT_EQ(end["usage"]["input_tokens"].Integer(), 1);
  EXPECT_EQ(end["request_id"].String(), "req-1");
  EXPECT_EQ(JsonOf(end["dropped"]), R"(["stop"])");
  EXPECT_TRUE(SameJson(JsonOf(end["timings"]),
                       R"({"first_byte_ms":20,"first_token_ms":50,"total_ms":50})"));
  EXPECT_FALSE(end["message"].present());
  EXPECT_EQ(world.log.text(), "");
}

TEST_F(CompletionTest, CollectsAnAnswer) {
  Send(R"("stream":false)");
  EXPECT_EQ(Sent().Header("Accept"), "application/json");
  Accept("application/json; charset=utf-8");
  const std::string body =
      R"({"id":"c","model":"m","choices":[{"message":{"content":"hi","reasoning_content":)"
      R"("why","tool_calls":[{"id":"t","function":{"name":"f","arguments":"{}"}}]},)"
      R"("finish_reason":"stop"}]})";
  (void)world.transport.Body(body.substr(0, 50));
  (void)world.transport.Body(body.substr(50));
  EXPECT_EQ(sink.log, "S");
  world.transport.Done();
  EXPECT_EQ(sink.log, "SE");
  ExpectSuccess();
  EXPECT_EQ(
      JsonOf(End()["message"]),
      R"({"role":"assistant","content":"hi","reasoning":"why","tool_calls":[{"id":"t",)"
      R"("type":"function","function":{"name":"f","arguments":"{}"}}]})");
  EXPECT_EQ(End()["finish_reason"].String(), "tool_calls");
}

// Matrix C27.
TEST_F(CompletionTest, ACallThatRanIntoTheLengthIsNoCall) {
  Send(R"("stream":false)");
  Accept("application/json");
  (void)world.transport.Body(
      R"({"choices":[{"message":{"content":"hi","tool_calls":[)"
      R"({"id":"t","function":{"name":"f","arguments":"{}"}},)"
      R"({"id":"u","function":{"name":"rm","arguments":"{\"path\":\"/tm"}}]},)"
      R"("finish_reason":"length"}]})");
  world.transport.Done();
  ExpectSuccess();
  EXPECT_EQ(JsonOf(End()["message"]["tool_calls"]),
            R"([{"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}])");
  EXPECT_EQ(End()["finish_reason"].String(), "length");
}

TEST_F(CompletionTest, AsksAMultiAgentModelOnItsLane) {
  Send(R"("max_tokens":5,"reasoning_effort":"low")", "grok-4.20-multi-agent-0309");
  EXPECT_EQ(sink.starts[0], R"({"model":"grok-4.20-multi-agent-0309",)"
                            R"("lane":"responses","dropped":["max_tokens"]})");
  EXPECT_EQ(Sent().url, "https://api.x.ai/v1/responses");
  Accept();
  (void)Event(
      R"({"type":"response.output_text.delta","output_index":0,"delta":"hello"})");
  (void)Event(R"({"type":"response.completed","response":{"id":"r","status":"completed",)"
              R"("output":[{"type":"reasoning","id":"rs","encrypted_content":"A"}]}})");
  world.transport.Done();
  ExpectSuccess();
  EXPECT_EQ(sink.Text(), "hello");
  EXPECT_EQ(End()["lane"].String(), "responses");
  EXPECT_EQ(End()["encrypted_reasoning"].FirstChild()["id"].String(), "rs");
}

TEST_F(CompletionTest, TakesTheWrongKindOfAnswerForWhatItIs) {
  // Streamed although it was not asked for ...
  Send(R"("stream":false)");
  Accept();
  (void)Text("hi");
  Finish();
  world.transport.Done();
  ExpectSuccess();
  EXPECT_EQ(End()["message"]["content"].String(), "hi");
}

TEST_F(CompletionTest, TakesAWholeAnswerInPlaceOfAStream) {
  Send();
  Accept("application/json");
  (void)world.transport.Body(
      R"({"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}]})");
  world.transport.Done();
  EXPECT_EQ(sink.Text(), "hi");
  ExpectSuccess();
}

TEST_F(CompletionTest, AnUnknownContentTypeIsTakenForWhatWasAskedFor) {
  Send();
  Accept("");
  (void)Text("hi");
  Finish();
  world.transport.Done();
  ExpectSuccess();
}

// Matrix C26.
TEST_F(CompletionTest, IgnoresWhatComesAfterTheEnd) {
  Send();
  Accept();
  (void)Text("a");
  EXPECT_TRUE(world.transport.Body(
      "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
      "data: [DONE]\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\n\n"));
  EXPECT_TRUE(Text("c"));
  EXPECT_TRUE(Event("not even JSON"));
  EXPECT_EQ(sink.log, "STE");
  LoseConnection();
  ExpectSuccess();
}

// Matrix C26.
TEST_F(CompletionTest, LetsGoOfAConnectionThatDoesNotEnd) {
  Send();
  Accept();
  Finish();
  world.scheduler.Pass(999);
  EXPECT_EQ(finished, 0);
  EXPECT_FALSE(Sent().cancelled);
  world.scheduler.Pass(1);
  EXPECT_EQ(finished, 1);
  EXPECT_TRUE(Sent().cancelled);
  ExpectSuccess();
}

struct Ending {
  const char* name;
  const char* bytes;
  bool lost;          // or ended properly
  const char* error;  // null: success
};

const Ending kChatEndings[] = {
    {"nothing at all", "", false, "truncated"},
    {"text only", "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n", false,
     "truncated"},
    {"lost", "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n", true,
     "truncated"},
    {"heartbeats only", ": x\n\ndata: {\"choices\":[{\"delta\":{}}]}\n\n", false,
     "truncated"},
    {"half an event", "data: {\"choices\":[{\"delta\":{\"content\":\"a", false,
     "truncated"},
    {"finished without a marker",
     "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n", false,
     nullptr},
    {"finished, then lost",
     "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n", true,
     "truncated"},
    {"ended, then lost", "data: {\"choices\":[]}\n\ndata: [DONE]", true, nullptr},
    {"a marker without its blank line",
     "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]", false,
     nullptr},
    {"half a marker", "data: {\"choices\":[]}\n\ndata: [DON", false, "truncated"},
    {"an error without its blank line", "data: {\"error\":{\"message\":\"at capacity\"}}",
     false, "overloaded"},
};

// Matrix C06, C25.
// What is delivered stays delivered: nothing is sent again.
TEST(CompletionEndTest, OnlyAnEndMarkerMakesAChatAnswerWhole) {
  for (const Ending& one : kChatEndings) {
    SCOPED_TRACE(one.name);
    CompletionCourse course;
    course.Send();
    course.Accept();
    (void)course.world.transport.Body(one.bytes);
    if (one.lost) {
      course.LoseConnection();
    } else if (course.world.transport.open()) {
      course.world.transport.Done();
    }
    if (one.error == nullptr) {
      course.ExpectSuccess();
    } else {
      course.ExpectFailure(one.error,
                           one.error == std::string("overloaded") ? "capacity" : "");
      EXPECT_EQ(course.End()["http_status"].Integer(), 200);
      EXPECT_EQ(course.End()["bytes_delivered"].Integer(), course.sink.Text().size());
    }
    EXPECT_EQ(course.sent(), 1u);
  }
}

const Ending kResponsesEndings[] = {
    {"text only",
     "data: "
     "{\"type\":\"response.output_text.delta\",\"output_index\":0,\"delta\":\"a\"}\n\n",
     false, "truncated"},
    {"all but the end",
     "data: "
     "{\"type\":\"response.output_text.done\",\"output_index\":0,\"text\":\"a\"}\n\n",
     false, "truncated"},
    {"a marker of the other lane", "data: [DONE]\n\n", false, "truncated"},
    {"completed", "data: {\"type\":\"response.completed\",\"response\":{}}\n\n", false,
     nullptr},
    {"incomplete", "data: {\"type\":\"response.incomplete\",\"response\":{}}\n\n", true,
     nullptr},
    {"failed",
     "data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":"
     "\"server_error\",\"message\":\"m\"}}}\n\n",
     false, "upstream"},
    {"error", "data: {\"type\":\"error\",\"message\":\"m\",\"code\":null}\n\n", false,
     "upstream"},
};

// Matrix C06.
TEST(CompletionEndTest, OnlyATerminalEventMakesAResponseWhole) {
  for (const Ending& one : kResponsesEndings) {
    SCOPED_TRACE(one.name);
    CompletionCourse course;
    course.Send("", "grok-4.20-multi-agent-0309");
    course.Accept();
    (void)course.world.transport.Body(one.bytes);
    if (one.lost) {
      course.LoseConnection();
    } else if (course.world.transport.open()) {
      course.world.transport.Done();
    }
    if (one.error == nullptr) {
      course.ExpectSuccess();
    } else {
      course.ExpectFailure(one.error);
    }
  }
}

// The transport ends an exchange in whose functions there was no memory.
TEST(CompletionEndTest, WithoutMemoryItEndsAndLetsTheQueueGo) {
  class NoMemorySink : public CollectingSink {
   public:
    bool OnText(std::string_view) override { throw std::bad_alloc(); }
  };
  constexpr const char* kText =
      "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";
  ApiWorld world;
  NoMemorySink sink;
  std::unique_ptr<JsonDocument> document =
      MustParse(R"({"model":"grok-4.3","messages":[{"role":"user","content":"hi"}]})");
  Result<RequestOptions> options = ReadRequestOptions(document->root());
  Completion completion(world.services, std::move(document), std::move(options).value(),
                        &sink, [] {});
  completion.Start();
  world.GiveToken();
  world.transport.Head(200, {{"content-type", "text/event-stream"}});
  EXPECT_THROW((void)world.transport.Body(kText), std::bad_alloc);
  world.transport.Done(Error::Make(ErrorCode::kNoMemory, "no memory"));
  ASSERT_EQ(sink.ends.size(), 1u);
  ASSERT_TRUE(sink.error.has_value());
  EXPECT_EQ(sink.error->code, ErrorCode::kNoMemory);
}

struct Fault {
  const char* data;
  const char* error;
  const char* reason;
};

// Matrix C23.
TEST(CompletionEndTest, AFaultInTheStreamEndsIt) {
  const Fault faults[] = {
      {"{", "protocol", ""},
      {R"({"object":"list"})", "protocol", ""},
      {R"({"error":{"message":"The model is at capacity","code":503}})", "overloaded",
       "capacity"},
      {R"({"code":"c","error":"This prompt is too long"})", "context_length", ""},
      {R"({"code":"c","error":"Content violates usage guidelines."})", "content_filter",
       "safety"},
      // Too late for another token, and the sign-in is fine.
      {CompletionCourse::kStaleBody, "upstream", "token_not_accepted"},
  };
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.data);
    CompletionCourse course;
    course.Send();
    course.Accept();
    (void)course.Text("ab");
    (void)course.Event(fault.data);
    EXPECT_EQ(course.sink.log, "STE");
    course.ExpectFailure(fault.error, fault.reason);
    EXPECT_EQ(course.End()["bytes_delivered"].Integer(), 2);
    EXPECT_EQ(course.world.tokens.rejected.size(), 1u);
  }
}

// Matrix C23.
TEST(CompletionEndTest, AnEventThatIsCalledAnErrorIsOne) {
  const Fault faults[] = {
      {R"({"message":"The model is at capacity","code":"x"})", "overloaded", "capacity"},
      {R"({"error":{"message":"This prompt is too long"}})", "context_length", ""},
      {R"({"choices":[{"delta":{"content":"c"}}]})", "upstream", ""},
      {"This prompt is too long", "context_length", ""},
      {"[DONE]", "upstream", ""},
  };
  for (const char* model : {"grok-4.3", "grok-4.20-multi-agent-0309"}) {
    for (const Fault& fault : faults) {
      SCOPED_TRACE(fault.data);
      CompletionCourse course;
      course.Send("", model);
      course.Accept();
      (void)course.world.transport.Body("event: error\ndata: " + std::string(fault.data) +
                                        "\n\n");
      EXPECT_EQ(course.sink.log, "SE");
      course.ExpectFailure(fault.error, fault.reason);
    }
  }
}

TEST(CompletionEndTest, AWholeAnswerMustBeOne) {
  const Fault faults[] = {
      {"", "protocol", ""},
      {"{", "protocol", ""},
      {R"({"choices":[]})", "protocol", ""},
      {R"({"choices":[{"message":{"content":"a"}}]})", "protocol", ""},
      {R"({"error":"no"})", "upstream", ""},
      {CompletionCourse::kStaleBody, "upstream", "token_not_accepted"},
  };
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.data);
    CompletionCourse course;
    course.Send(R"("stream":false)");
    course.Accept("application/json");
    (void)course.world.transport.Body(fault.data);
    course.world.transport.Done();
    course.ExpectFailure(fault.error, fault.reason);
  }
  CompletionCourse cut;
  cut.Send(R"("stream":false)");
  cut.Accept("application/json");
  (void)cut.world.transport.Body(R"({"choices":[)");
  cut.LoseConnection();
  cut.ExpectFailure("truncated");
}

TEST_F(CompletionTest, APageIsNoAnswer) {
  Send();
  Accept("text/html");
  (void)world.transport.Body("<html>a cafe</html>");
  world.transport.Done();
  ExpectFailure("protocol");
  EXPECT_EQ(sink.ends[0].find("cafe"), std::string::npos);
}

TEST_F(CompletionTest, AnEncodedAnswerIsAFaultOfTheProtocol) {
  Send();
  Accept();
  world.transport.Done(Error::Make(ErrorCode::kProtocol, "the answer is encoded"));
  ExpectFailure("protocol");
  EXPECT_EQ(End()["detail"].String(), "the answer is encoded");
}

TEST_F(CompletionTest, BoundsACollectedAnswer) {
  Send(R"("stream":false)");
  Accept("application/json");
  const std::string mebibyte(1u << 20, ' ');
  for (int i = 0; i < 64; ++i) (void)world.transport.Body(mebibyte);
  EXPECT_TRUE(sink.ends.empty());
  (void)world.transport.Body("x");
  ExpectFailure("too_large");
}

TEST_F(CompletionTest, AnEventTooLongEndsTheStream) {
  Send();
  Accept();
  (void)world.transport.Body("data: ");
  const std::string mebibyte(1u << 20, 'x');
  for (int i = 0; i < 17 && sink.ends.empty(); ++i) {
    (void)world.transport.Body(mebibyte);
  }
  ExpectFailure("too_large");
}

// Matrix C27.
TEST_F(CompletionTest, ACutCallIsNoCall) {
  Send(R"("stream_tool_calls":false)");
  Accept();
  (void)Event(R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"i",)"
              R"("function":{"name":"f","arguments":"{\"a"}}]}}]})");
  LoseConnection();
  EXPECT_EQ(sink.log, "SE");
  ExpectFailure("truncated");
}

TEST_F(CompletionTest, WithoutATokenNothingIsSent) {
  Start();
  world.tokens.Fail(Error::Make(ErrorCode::kNotConnected, "nobody is signed in"));
  EXPECT_EQ(sink.log, "SE");
  EXPECT_EQ(sent(), 0u);
  ExpectFailure("not_connected");
}

TEST_F(CompletionTest, WithoutMemoryItEnds) {
  world.transport.no_memory = true;
  Send();
  ExpectFailure("no_memory");
}

TEST_F(CompletionTest, WhatTheLaneCannotExpressIsNotSent) {
  StartWithMessages(R"([{"role":"user","content":[{"type":"audio"}]}])", "",
                    "grok-x-multi-agent");
  EXPECT_EQ(sent(), 0u);
  ExpectFailure("unsupported", "messages");
  EXPECT_TRUE(world.tokens.rejected.empty());
}

TEST_F(CompletionTest, PausesAndGoesOn) {
  Send();
  Accept();
  sink.pause = true;
  EXPECT_FALSE(Text("a"));
  completion->Resume();
  EXPECT_EQ(Sent().resumed, 1);
  completion->Resume();
  EXPECT_EQ(Sent().resumed, 1) << "once for each pause";
  sink.pause = false;
  EXPECT_TRUE(Text("b"));
  Finish();
  world.transport.Done();
  ExpectSuccess();
}

}  // namespace
}  // namespace xai
