// What is kept of an answer is bounded, whatever it is kept as.
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "grok/chat_decoder.h"
#include "grok/completion_course.h"
#include "grok/responses_decoder.h"
#include "support/collecting_sink.h"

namespace xai {
namespace {

using Progress = AnswerDecoder::Progress;

constexpr size_t kMax = limits::kAnswerBodyBytesMax;
constexpr size_t kEntry = limits::kAnswerEntryBytes;

// The JSON of a function call, as item of a response.
std::string CallItem(std::string_view arguments) {
  return R"({"type":"function_call","call_id":"c","name":"f","arguments":")" +
         std::string(arguments) + "\"}";
}

struct Kept {
  const char* name;
  Lane lane;
  std::string event;
  size_t bytes;  // that are kept of it
};

std::vector<Kept> KeptThings() {
  const auto chat = [](std::string_view delta) {
    return "{\"choices\":[{\"delta\":{" + std::string(delta) + "}}]}";
  };
  const auto event = [](std::string_view type, std::string_view members) {
    return "{\"type\":\"response." + std::string(type) + "\",\"output_index\":3," +
           std::string(members) + "}";
  };
  const auto done = [&event](std::string_view item) {
    return event("output_item.done", "\"item\":" + std::string(item));
  };
  const std::string reasoning = R"({"type":"reasoning","encrypted_content":"AA=="})";
  const std::string annotation = R"({"type":"url_citation","url":"https://e.org"})";
  const size_t cited = annotation.size() + kEntry + 2 * (13 + kEntry);
  const std::string search = R"({"type":"web_search_call","id":"w","status":"s"})";
  const size_t search_told =
      std::string(R"({"id":"w","type":"web_search_call","name":null,"status":"s",)"
                  R"("input":null})")
          .size();
  const Lane a = Lane::kChatCompletions;
  const Lane b = Lane::kResponses;
  return {
      {"a refusal", a, chat(R"("refusal":"1234567")"), 7},
      {"a call", a,
       chat(
           R"("tool_calls":[{"index":0,"id":"i","function":{"name":"fn","arguments":"{}1"}}])"),
       6},
      {"citations", a, R"({"choices":[],"citations":["ab","c","ab"]})", 6 + 4 * kEntry},
      {"a refusal", b, event("refusal.delta", R"("delta":"1234567")"), 7},
      {"a refusal that did not stream", b,
       done(R"({"type":"message","content":[{"type":"refusal","refusal":"123"}]})"), 3},
      {"arguments", b, event("function_call_arguments.delta", R"("delta":"{}1")"), 3},
      {"a call that is added", b,
       event("output_item.added", "\"item\":" + CallItem("{}1")), 5},
      {"a call that is done", b, done(CallItem("{}1")), 5},
      {"a server's tool", b, done(search), search_told + kEntry},
      {"reasoning", b, done(reasoning), reasoning.size() + kEntry},
      {"an annotation", b,
       event("output_text.annotation.added", "\"annotation\":" + annotation), cited},
      {"an annotation that did not stream", b,
       done(R"({"type":"message","content":[{"annotations":[)" + annotation + "]}]}"),
       cited},
  };
}

// Matrix C17.
TEST(AnswerBoundTest, WhateverIsKeptMayReachTheBoundAndNotPassIt) {
  for (const Kept& kept : KeptThings()) {
    for (const bool stream_tool_calls : {false, true}) {
      for (const size_t over : {0u, 1u}) {
        SCOPED_TRACE(std::string(NameOf(kept.lane)) + ", " + kept.name + ", over by " +
                     std::to_string(over));
        Answer answer;
        answer.kept_bytes = kMax - kept.bytes + over;
        CollectingSink sink;
        std::unique_ptr<AnswerDecoder> decoder;
        if (kept.lane == Lane::kChatCompletions) {
          decoder = std::make_unique<ChatDecoder>(&answer, &sink, stream_tool_calls);
        } else {
          decoder = std::make_unique<ResponsesDecoder>(&answer, &sink, stream_tool_calls);
        }
        EXPECT_NE(decoder->OnData(kept.event), Progress::kInvalid);
        EXPECT_EQ(answer.too_large, over > 0);
        EXPECT_LE(answer.kept_bytes, kMax);
        if (over == 0) {
          EXPECT_EQ(answer.kept_bytes, kMax);
        }
      }
    }
  }
}

// Begins a call, of which no more can be kept.
void ExpectNothingToldOf(AnswerDecoder* decoder, Answer* answer, CollectingSink* sink,
                         const char* begin, const char* more) {
  (void)decoder->OnData(begin);
  answer->kept_bytes = kMax;
  const std::string log = sink->log;
  (void)decoder->OnData(more);
  EXPECT_TRUE(answer->too_large);
  EXPECT_EQ(sink->log, log);
  EXPECT_EQ(answer->tool_calls[0].arguments, "");
}

TEST(AnswerBoundTest, OfACallNothingIsToldThatIsNotKept) {
  {
    Answer answer;
    CollectingSink sink;
    ChatDecoder decoder(&answer, &sink, true);
    ExpectNothingToldOf(
        &decoder, &answer, &sink,
        R"({"choices":[{"delta":{"tool_calls":[{"function":{"name":"f"}}]}}]})",
        R"({"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"1"}}]}}]})");
  }
  for (const std::string_view more :
       {R"(function_call_arguments.delta","delta":"1")",
        R"(output_item.done","item":{"type":"function_call","arguments":"1"})"}) {
    Answer answer;
    CollectingSink sink;
    ResponsesDecoder decoder(&answer, &sink, true);
    const std::string event = "{\"type\":\"response." + std::string(more) + "}";
    ExpectNothingToldOf(
        &decoder, &answer, &sink,
        R"({"type":"response.output_item.added","item":{"type":"function_call"}})",
        event.c_str());
  }
}

TEST(AnswerBoundTest, ACallThatIsCutByTheBoundIsNotTold) {
  Answer answer;
  CollectingSink sink;
  ChatDecoder decoder(&answer, &sink, false);
  answer.kept_bytes = kMax - 2;
  (void)decoder.OnData(
      R"({"choices":[{"delta":{"tool_calls":[{"function":{"name":"f","arguments":"1"}}]}}]})");
  EXPECT_FALSE(answer.too_large);
  (void)decoder.OnData(
      R"({"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"2"}}]},)"
      R"("finish_reason":"tool_calls"}]})");
  (void)decoder.OnData("[DONE]");
  EXPECT_TRUE(answer.too_large);
  EXPECT_EQ(sink.log, "");
}

TEST(AnswerBoundTest, WhatIsTheSameAgainIsNotCountedAgain) {
  Answer answer;
  std::string id;
  for (int i = 0; i < 3; ++i) answer.Assign("id", &id);
  for (int i = 0; i < 3; ++i) answer.AddCitation("url");
  EXPECT_EQ(answer.kept_bytes, 2 + 2 * (3 + kEntry));
}

TEST(AnswerBoundTest, OnceItIsTooLargeNothingMoreIsKept) {
  Answer answer;
  std::string text;
  answer.Append(std::string(kMax, 'x'), &text);
  EXPECT_FALSE(answer.too_large);
  answer.kept_bytes = kMax - 1;
  answer.Append("ab", &text);
  answer.Append("c", &text);
  answer.AddCitation("");
  EXPECT_TRUE(answer.too_large);
  EXPECT_EQ(text.size(), kMax);
  EXPECT_TRUE(answer.citations.empty());
  EXPECT_TRUE(answer.cited.empty());
}

class AnswerBoundCourse : public testing::Test, protected CompletionCourse {
 protected:
  // Deltas of this member, of one mebibyte each.
  void Deltas(std::string_view member, size_t count) {
    const std::string event = "{\"choices\":[{\"delta\":{\"" + std::string(member) +
                              "\":\"" + std::string(1u << 20, 'x') + "\"}}]}";
    for (size_t i = 0; i < count; ++i) (void)Event(event);
  }
};

// Matrix C17.
TEST_F(AnswerBoundCourse, AStreamWithoutAnEndIsNotKept) {
  Send();
  Accept();
  Deltas("refusal", kMax >> 20);
  EXPECT_TRUE(sink.ends.empty());
  (void)Event(R"({"choices":[{"delta":{"refusal":"y"}}]})");
  ExpectFailure("too_large");
}

TEST_F(AnswerBoundCourse, TheLastEventCountsThoughItsLineIsNotEnded) {
  Send();
  Accept();
  Deltas("refusal", kMax >> 20);
  (void)world.transport.Body(
      R"(data: {"choices":[{"delta":{"refusal":"y"},"finish_reason":"stop"}]})");
  world.transport.Done();
  ExpectFailure("too_large");
}

TEST_F(AnswerBoundCourse, TextThatIsJoinedForTheHostIsBounded) {
  Send(R"("stream":false)");
  Accept();
  Deltas("content", (kMax >> 20) - 1);
  Deltas("reasoning_content", 1);
  EXPECT_TRUE(sink.ends.empty());
  (void)Text("y");
  ExpectFailure("too_large");
}

TEST_F(AnswerBoundCourse, TextThatTheHostReadsIsNot) {
  Send();
  Accept();
  Deltas("content", (kMax >> 20) + 1);
  EXPECT_TRUE(sink.ends.empty());
  Finish();
  world.transport.Done();
  ExpectSuccess();
  EXPECT_EQ(sink.Text().size(), kMax + (1u << 20));
}

// Matrix E09.
TEST_F(AnswerBoundCourse, AnEventOfTooManyValuesEndsIt) {
  for (const char* model : {"grok-4.3", "grok-4.20-multi-agent-0309"}) {
    CompletionCourse course;
    course.Send("", model);
    course.Accept();
    std::string event = R"({"type":"response.queued","choices":[],"x":[)";
    // The object, its type, its two arrays; and a 0 less, since the last has no comma.
    for (size_t i = 5; i < limits::kJsonValuesMax; ++i) event += "0,";
    (void)course.Event(event + "0]}");
    EXPECT_TRUE(course.sink.ends.empty());
    (void)course.Event(event + "0,0]}");
    course.ExpectFailure("too_large");
  }
}

// Of what is small as JSON much must be kept.
TEST_F(AnswerBoundCourse, AWholeAnswerIsBoundedByWhatIsKeptToo) {
  Send(R"("stream":false)");
  Accept("application/json");
  std::string body =
      R"({"choices":[{"message":{},"finish_reason":"stop"}],"citations":[)";
  for (size_t i = 0; i < kMax / (2 * kEntry); ++i) {
    body += "\"" + std::to_string(i) + "\",";
  }
  (void)world.transport.Body(body + R"("0"]})");
  world.transport.Done();
  ExpectFailure("too_large");
}

}  // namespace
}  // namespace xai
