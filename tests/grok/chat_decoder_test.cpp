#include "grok/chat_decoder.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "grok/usage.h"
#include "support/collecting_sink.h"
#include "support/json_text.h"

namespace xai {
namespace {

using Progress = AnswerDecoder::Progress;
using Strings = std::vector<std::string>;

// One answer that is being read.
struct Reading {
  explicit Reading(bool stream_tool_calls = false)
      : decoder(&answer, &sink, stream_tool_calls) {}

  // A chunk with one choice, whose delta has these members.
  Progress Delta(std::string_view members, std::string_view behind = "") {
    return decoder.OnData("{\"choices\":[{\"index\":0,\"delta\":{" +
                          std::string(members) + "}" + std::string(behind) + "}]}");
  }
  Progress Finish(std::string_view reason) {
    return Delta("", ",\"finish_reason\":\"" + std::string(reason) + "\"");
  }
  Progress Calls(std::string_view calls) {
    return Delta("\"tool_calls\":[" + std::string(calls) + "]");
  }

  Answer answer;
  CollectingSink sink;
  ChatDecoder decoder;
};

TEST(ChatDecoderTest, PassesTextAndReasoningInOrder) {
  Reading reading;
  EXPECT_EQ(reading.decoder.OnData(R"({"id":"c-1","model":"grok-x","choices":[]})"),
            Progress::kLiveness);
  EXPECT_EQ(reading.Delta(R"("role":"assistant","reasoning_content":"a")"),
            Progress::kContent);
  EXPECT_EQ(reading.Delta(R"("content":"b")"), Progress::kContent);
  EXPECT_EQ(reading.Delta(R"("reasoning_content":"c","content":"d")"),
            Progress::kContent);
  EXPECT_EQ(reading.sink.log, "RTRT");
  EXPECT_EQ(reading.sink.Text(), "bd");
  EXPECT_EQ(reading.sink.Reasoning(), "ac");
  EXPECT_EQ(reading.answer.id, "c-1");
  EXPECT_EQ(reading.answer.model, "grok-x");
  EXPECT_FALSE(reading.decoder.MayEnd());
  EXPECT_EQ(reading.Finish("stop"), Progress::kLiveness);
  EXPECT_TRUE(reading.decoder.MayEnd());
  EXPECT_EQ(reading.decoder.OnData("[DONE]"), Progress::kComplete);
}

TEST(ChatDecoderTest, KeepsEqualNeighbours) {
  Reading reading;
  for (int i = 0; i < 3; ++i) (void)reading.Delta(R"("content":"ha")");
  EXPECT_EQ(reading.sink.texts, (Strings{"ha", "ha", "ha"}));
}

TEST(ChatDecoderTest, TakesEmptyDeltasForSignsOfLifeOnly) {
  for (const char* data : {
           R"({"choices":[{"index":0,"delta":{}}]})",
           R"({"choices":[{"index":0,"delta":{"content":""}}]})",
           R"({"choices":[{"index":0,"delta":{"content":null}}]})",
           R"({"choices":[{"index":0,"delta":{"role":"assistant"}}]})",
           R"({"choices":[{"index":0,"delta":null,"finish_reason":null}]})",
           R"({"choices":[]})",
           R"({"choices":[],"usage":null})",
       }) {
    Reading reading;
    EXPECT_EQ(reading.decoder.OnData(data), Progress::kLiveness) << data;
    EXPECT_EQ(reading.sink.log, "") << data;
    EXPECT_FALSE(reading.decoder.MayEnd()) << data;
  }
}

// Matrix C18.
TEST(ChatDecoderTest, WhatBringsNothingNewIsASignOfLifeOnly) {
  const char* const once[] = {
      R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a"}]}}]})",
      R"({"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"f"}}]}}]})",
      R"({"choices":[],"citations":["u"]})",
      R"({"choices":[],"usage":{"prompt_tokens":1}})",
      R"({"choices":[],"usage":{"prompt_tokens":2}})",
  };
  Reading reading;
  for (const char* data : once) {
    EXPECT_EQ(reading.decoder.OnData(data), Progress::kContent) << data;
    EXPECT_EQ(reading.decoder.OnData(data), Progress::kLiveness) << data;
  }
  EXPECT_EQ(reading.Calls(R"({"index":0,"function":{"arguments":""}})"),
            Progress::kLiveness);
  EXPECT_EQ(reading.Calls(R"({"index":0})"), Progress::kLiveness);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(reading.Calls(R"({"index":0,"function":{"arguments":" "}})"),
              Progress::kContent);
    EXPECT_EQ(reading.Delta(R"("refusal":"n")"), Progress::kContent);
  }
}

TEST(ChatDecoderTest, WhatIsToldBesideATextIsToldEachTime) {
  Reading reading;
  for (int i = 0; i < 3; ++i) {
    (void)reading.Delta(R"("refusal":"n","content":"a")");
    (void)reading.Delta(R"("content":"b"}},{"delta":{"reasoning_content":"c")");
  }
  EXPECT_EQ(reading.sink.log, "TTRTTRTTR");
  EXPECT_EQ(reading.answer.refusal, "nnn");
  for (int i = 0; i < 3; ++i) (void)reading.Delta(R"("refusal":"o","content":"d")");
  EXPECT_EQ(reading.answer.refusal, "nnnooo");
}

// Matrix C22.
TEST(ChatDecoderTest, RefusesWhatIsNotAChunk) {
  for (const char* data :
       {"", "{", "nothing", "[]", "{}", "null", "7", R"({"object":"list","data":[]})",
        R"({"choices":[{"delta":{"content":"a"}}]} x)", "{\"choices\":[}"}) {
    Reading reading;
    EXPECT_EQ(reading.decoder.OnData(data), Progress::kInvalid) << data;
  }
  Reading deep;
  EXPECT_EQ(deep.decoder.OnData("{\"choices\":" + std::string(70, '[') +
                                std::string(70, ']') + "}"),
            Progress::kInvalid);
}

TEST(ChatDecoderTest, FindsErrorsInTheStream) {
  for (const char* data : {
           R"({"code":"The service is currently unavailable","error":"at capacity"})",
           R"({"error":{"message":"m","type":"t","code":500}})",
           R"({"code":429,"error":"slow down"})",
           R"({"choices":[],"error":5})",
           R"({"choices":[],"error":["x"]})",
           R"({"choices":[],"error":false})",
           R"({"choices":[],"error":{}})",
           R"({"choices":[],"error":""})",
       }) {
    Reading reading;
    EXPECT_EQ(reading.decoder.OnData(data), Progress::kError) << data;
  }
  Reading fine;
  EXPECT_EQ(fine.decoder.OnData(R"({"error":null,"choices":[]})"), Progress::kLiveness);
  EXPECT_EQ(fine.decoder.OnData(R"({"choices":[{"error":5,"x":{"error":[1]}}]})"),
            Progress::kLiveness);
}

TEST(ChatDecoderTest, IgnoresWhatItDoesNotKnow) {
  Reading reading;
  EXPECT_EQ(
      reading.decoder.OnData(
          R"({"new":{"choices":[{"delta":{"content":"no"}}],"usage":{"a":1}},"choices":[)"
          R"({"logprobs":{"content":[{"token":"no"}]},"delta":{"content":"yes","x":[[1]]}}],)"
          R"("system_fingerprint":"fp","service_tier":null})"),
      Progress::kContent);
  EXPECT_EQ(reading.sink.texts, Strings{"yes"});
  EXPECT_FALSE(reading.answer.usage.has_value());
}

// Matrix E06.
TEST(ChatDecoderTest, ReplacesLoneSurrogates) {
  Reading reading;
  EXPECT_EQ(reading.Delta(R"("content":"a\ud83d")"), Progress::kContent);
  EXPECT_EQ(reading.Delta(R"("content":"\ude00b")"), Progress::kContent);
  EXPECT_EQ(reading.Delta(R"("content":"\ud83d\ude00")"), Progress::kContent);
  EXPECT_EQ(reading.Delta(R"("content":"\\ud83d\\")"), Progress::kContent);
  EXPECT_EQ(reading.sink.texts, (Strings{"a\xEF\xBF\xBD", "\xEF\xBF\xBD\x62",
                                         "\xF0\x9F\x98\x80", R"(\ud83d\)"}));
}

TEST(ChatDecoderTest, CollectsRefusalAndCitationsOnce) {
  Reading reading;
  (void)reading.Delta(R"("refusal":"I ca")");
  (void)reading.Delta(R"("refusal":"nnot")");
  (void)reading.decoder.OnData(R"({"choices":[],"citations":["u","v","u"]})");
  (void)reading.decoder.OnData(R"({"choices":[],"citations":["v","w",7,null]})");
  EXPECT_EQ(reading.answer.refusal, "I cannot");
  EXPECT_EQ(reading.answer.citations, (Strings{"u", "v", "w"}));
  EXPECT_EQ(reading.sink.log, "");
}

// Matrix C24.
// Each was looked for among all before it: half a million took minutes, in which nothing
// else went on.
TEST(ChatDecoderTest, ManyCitationsAreReadAtOnce) {
  constexpr int kCitations = 500'000;
  std::string chunk = R"({"choices":[],"citations":[)";
  for (int i = 0; i < kCitations; ++i) chunk += "\"" + std::to_string(i) + "\",";
  Reading reading;
  (void)reading.decoder.OnData(chunk + R"("0"]})");
  EXPECT_EQ(reading.answer.citations.size(), size_t{kCitations});
  EXPECT_EQ(reading.answer.citations.back(), std::to_string(kCitations - 1));
}

TEST(ChatDecoderTest, TranslatesFinishReasons) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"stop", "stop"},
      {"length", "length"},
      {"content_filter", "content_filter"},
      {"end_turn", "stop"},
      {"", "stop"},
      {"something_new", "stop"},
      {"function_call", "stop"}};
  for (const auto& [wire, expected] : cases) {
    Reading reading;
    (void)reading.Finish(wire);
    EXPECT_EQ(reading.answer.finish_reason, expected) << wire;
    // With calls it is the calls that matter, unless they may be cut.
    Reading with_calls;
    (void)with_calls.Calls(
        R"({"index":0,"id":"i","function":{"name":"f","arguments":"{}"}})");
    (void)with_calls.Finish(wire);
    EXPECT_EQ(with_calls.answer.finish_reason,
              std::string_view(expected) == "stop" ? "tool_calls" : expected)
        << wire;
  }
  Reading only_done;
  EXPECT_EQ(only_done.decoder.OnData("[DONE]"), Progress::kComplete);
  EXPECT_EQ(only_done.answer.finish_reason, "stop");
}

TEST(ChatDecoderTest, HoldsACallBackUntilItIsWhole) {
  Reading reading;
  EXPECT_EQ(
      reading.Calls(R"({"index":0,"id":"i","function":{"name":"f","arguments":"{\"a"}})"),
      Progress::kContent);
  (void)reading.Calls(R"({"index":0,"function":{"arguments":"\":1}"}})");
  EXPECT_EQ(reading.sink.log, "");
  EXPECT_FALSE(reading.answer.tool_calls[0].announced);
  (void)reading.Finish("tool_calls");
  EXPECT_EQ(reading.sink.log, "CA");
  (void)reading.decoder.OnData("[DONE]");
  EXPECT_EQ(reading.sink.log, "CA") << "once";
  EXPECT_EQ(reading.sink.calls[0].id, "i");
  EXPECT_EQ(reading.sink.calls[0].name, "f");
  EXPECT_EQ(reading.sink.calls[0].arguments, Strings{R"({"a":1})"});
}

TEST(ChatDecoderTest, PassesFragmentsIfAskedTo) {
  Reading reading(true);
  (void)reading.Calls(R"({"index":0,"id":"i","function":{"name":"f","arguments":""}})");
  (void)reading.Calls(R"({"index":0,"function":{"arguments":"{"}})");
  (void)reading.Calls(R"({"index":0,"function":{"arguments":"}"}})");
  EXPECT_EQ(reading.sink.log, "CAA");
  (void)reading.Finish("tool_calls");
  (void)reading.decoder.OnData("[DONE]");
  EXPECT_EQ(reading.sink.log, "CAA");
  EXPECT_EQ(reading.sink.calls[0].arguments, (Strings{"{", "}"}));
}

TEST(ChatDecoderTest, FragmentsBeforeTheNameComeWithIt) {
  Reading reading(true);
  (void)reading.Calls(R"({"index":0,"id":"i","function":{"arguments":"{"}})");
  EXPECT_EQ(reading.sink.log, "");
  (void)reading.Calls(R"({"index":0,"function":{"name":"f","arguments":"}"}})");
  EXPECT_EQ(reading.sink.log, "CA");
  EXPECT_EQ(reading.sink.calls[0].Arguments(), "{}");
  EXPECT_EQ(reading.answer.tool_calls[0].arguments, "{}");
}

struct IndexCase {
  const char* name;
  std::vector<const char*> chunks;  // each the content of one tool_calls array
  const char* expected;             // id:name:arguments of each call
};

const std::vector<IndexCase>& IndexCases() {
  static const std::vector<IndexCase> cases = {
      {"increasing",
       {R"({"index":0,"id":"a","function":{"name":"f","arguments":"1"}})",
        R"({"index":1,"id":"b","function":{"name":"g","arguments":"2"}})"},
       "a:f:1 b:g:2 "},
      {"all in one delta",
       {R"({"index":0,"id":"a","function":{"name":"f","arguments":"1"}},)"
        R"({"index":1,"id":"b","function":{"name":"g","arguments":"2"}})"},
       "a:f:1 b:g:2 "},
      {"interleaved fragments",
       {R"({"index":0,"id":"a","function":{"name":"f","arguments":"1"}})",
        R"({"index":1,"id":"b","function":{"name":"g","arguments":"2"}})",
        R"({"index":0,"function":{"arguments":"3"}})",
        R"({"index":1,"function":{"arguments":"4"}})"},
       "a:f:13 b:g:24 "},
      {"no index, ids of their own",
       {R"({"id":"a","function":{"name":"f","arguments":"1"}})",
        R"({"id":"b","function":{"name":"g","arguments":"2"}})"},
       "a:f:1 b:g:2 "},
      {"no index, no id: goes on with the last",
       {R"({"id":"a","function":{"name":"f","arguments":"1"}})",
        R"({"function":{"arguments":"2"}})"},
       "a:f:12 "},
      {"new id at an old index",
       {R"({"index":0,"id":"a","function":{"name":"f","arguments":"1"}})",
        R"({"index":0,"id":"b","function":{"name":"g","arguments":"2"}})"},
       "a:f:1 b:g:2 "},
      {"the same id again",
       {R"({"index":0,"id":"a","function":{"name":"f","arguments":"1"}})",
        R"({"index":0,"id":"a","function":{"name":"f","arguments":"2"}})"},
       "a:f:12 "},
      {"members in another order",
       {R"({"function":{"arguments":"1","name":"f"},"type":"function","id":"a","index":0})"},
       "a:f:1 "},
      {"an index that is not one",
       {R"({"index":-1,"id":"a","function":{"name":"f","arguments":"1"}})",
        R"({"index":100000,"id":"b","function":{"name":"g","arguments":"2"}})"},
       "a:f:1 b:g:2 "},
  };
  return cases;
}

// Matrix C46.
TEST(ChatDecoderTest, CopesWithTheQuirksOfIndexes) {
  for (const IndexCase& one : IndexCases()) {
    Reading reading;
    for (const char* chunk : one.chunks) (void)reading.Calls(chunk);
    (void)reading.Finish("tool_calls");
    std::string got;
    for (const CollectingSink::Call& call : reading.sink.calls) {
      got += call.id + ":" + call.name + ":" + call.Arguments() + " ";
    }
    EXPECT_EQ(got, one.expected) << one.name;
  }
}

// Matrix C46.
TEST(ChatDecoderTest, AHostileNumberOfCallsCostsNoMemory) {
  Reading reading;
  for (int i = 0; i < 1000; ++i) {
    (void)reading.Calls("{\"id\":\"" + std::to_string(i) +
                        "\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}");
  }
  EXPECT_EQ(reading.answer.tool_calls.size(), 256u);
  EXPECT_TRUE(reading.answer.too_large);
}

// Matrix C46.
TEST(ChatDecoderTest, AsManyCallsAsThereMayBeAndNotOneMore) {
  Reading reading;
  const auto call = [&reading](size_t index) {
    (void)reading.Calls("{\"index\":" + std::to_string(index) + ",\"id\":\"" +
                        std::to_string(index) + "\",\"function\":{\"name\":\"f\"}}");
  };
  for (size_t i = 0; i < limits::kToolCallsMax; ++i) call(i);
  EXPECT_FALSE(reading.answer.too_large);
  EXPECT_EQ(reading.answer.tool_calls.size(), limits::kToolCallsMax);
  call(limits::kToolCallsMax);
  EXPECT_TRUE(reading.answer.too_large);
  EXPECT_EQ(reading.answer.tool_calls.size(), limits::kToolCallsMax);
}

TEST(ChatDecoderTest, ReadsAWholeAnswer) {
  Reading reading;
  (void)reading.decoder.OnData(
      R"({"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant",)"
      R"("content":"","reasoning_content":"why","tool_calls":[{"id":"a","type":"function",)"
      R"("function":{"name":"f","arguments":"{}"}}],"refusal":null},)"
      R"("finish_reason":"stop"}],"usage":{"prompt_tokens":1},"citations":["u"]})");
  EXPECT_EQ(reading.sink.log, "RCA");
  EXPECT_EQ(reading.answer.finish_reason, "tool_calls");
  EXPECT_EQ(reading.answer.usage->input_tokens, 1);
  EXPECT_TRUE(reading.decoder.MayEnd());
}

TEST(ChatDecoderTest, PassesTheWishToPauseOn) {
  Reading reading;
  (void)reading.Delta(R"("content":"a")");
  EXPECT_FALSE(reading.decoder.TakePause());
  reading.sink.pause = true;
  (void)reading.Delta(R"("content":"b")");
  EXPECT_TRUE(reading.decoder.TakePause());
  EXPECT_FALSE(reading.decoder.TakePause());
}

struct UsageCase {
  const char* name;
  const char* wire;
  const char* expected;  // without `wire`
};

const UsageCase kChatUsages[] = {
    {"reasoning left out: added",
     R"({"prompt_tokens":10,"completion_tokens":3,"total_tokens":20,)"
     R"("completion_tokens_details":{"reasoning_tokens":7}})",
     R"({"input_tokens":10,"output_tokens":10,"reasoning_tokens":7,"total_tokens":20})"},
    {"reasoning contained: kept",
     R"({"prompt_tokens":10,"completion_tokens":10,"total_tokens":20,)"
     R"("completion_tokens_details":{"reasoning_tokens":7}})",
     R"({"input_tokens":10,"output_tokens":10,"reasoning_tokens":7,"total_tokens":20})"},
    {"sums that do not fit: kept",
     R"({"prompt_tokens":10,"completion_tokens":3,"total_tokens":19,)"
     R"("completion_tokens_details":{"reasoning_tokens":7}})",
     R"({"input_tokens":10,"output_tokens":3,"reasoning_tokens":7,"total_tokens":19})"},
    {"no total: kept",
     R"({"prompt_tokens":10,"completion_tokens":3,)"
     R"("completion_tokens_details":{"reasoning_tokens":7}})",
     R"({"input_tokens":10,"output_tokens":3,"reasoning_tokens":7})"},
    {"no sum that could be made: kept",
     R"({"prompt_tokens":9223372036854775807,"completion_tokens":9223372036854775807,)"
     R"("total_tokens":9,"completion_tokens_details":{"reasoning_tokens":9}})",
     R"({"input_tokens":9223372036854775807,"output_tokens":9223372036854775807,)"
     R"("reasoning_tokens":9,"total_tokens":9})"},
    {"more cached than sent",
     R"({"prompt_tokens":10,"prompt_tokens_details":{"cached_tokens":12}})",
     R"({"input_tokens":10,"cached_tokens":10})"},
    {"cost", R"({"cost_in_usd_ticks":5})", R"({"cost_in_usd_ticks":5})"},
    {"cost not reported", R"({"cost_in_usd_ticks":0})", "{}"},
    {"nonsense", R"({"prompt_tokens":-1,"completion_tokens":"3","total_tokens":null})",
     "{}"},
};

TEST(UsageTest, MeansTheSameOnChatAsElsewhere) {
  for (const UsageCase& one : kChatUsages) {
    Usage usage = ReadChatUsage(one.wire);
    EXPECT_EQ(usage.wire, one.wire) << one.name;
    usage.wire.clear();
    JsonWriter json;
    usage.WriteTo(&json);
    EXPECT_EQ(json.Take(), one.expected) << one.name;
  }
}

TEST(UsageTest, OfResponsesIsTakenAsItIs) {
  Usage usage = ReadResponsesUsage(
      R"({"input_tokens":5,"input_tokens_details":{"cached_tokens":6},"output_tokens":9,)"
      R"("output_tokens_details":{"reasoning_tokens":4},"total_tokens":14,)"
      R"("cost_in_usd_ticks":3,"context_details":{"input_tokens":1}})");
  usage.wire = R"({"w":1})";
  JsonWriter json;
  usage.WriteTo(&json);
  EXPECT_EQ(json.Take(), R"({"input_tokens":5,"output_tokens":9,"reasoning_tokens":4,)"
                         R"("cached_tokens":5,"total_tokens":14,"cost_in_usd_ticks":3,)"
                         R"("wire":{"w":1}})");
}

TEST(UsageTest, TheLastOneCountsAndIsNotAdded) {
  Reading reading;
  (void)reading.decoder.OnData(R"({"choices":[],"usage":{"prompt_tokens":1}})");
  (void)reading.decoder.OnData(R"({"choices":[],"usage":{"prompt_tokens":2}})");
  EXPECT_EQ(reading.answer.usage->input_tokens, 2);
}

TEST(ChatDecoderTest, IllFormedBytesDoNotReachTheHost) {
  Reading reading;
  for (const std::string bytes : {"fine", "\xFF", "also fine", "\xE2\x82", "\xC0\x80"}) {
    EXPECT_EQ(reading.Delta("\"content\":\"" + bytes + "\""), Progress::kContent);
  }
  EXPECT_EQ(reading.sink.texts,
            (Strings{"fine", "\uFFFD", "also fine", "\uFFFD\uFFFD", "\uFFFD\uFFFD"}));
}

}  // namespace
}  // namespace xai
