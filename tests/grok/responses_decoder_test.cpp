#include "grok/responses_decoder.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.h"
#include "support/collecting_sink.h"

namespace xai {
namespace {

using Progress = AnswerDecoder::Progress;
using Strings = std::vector<std::string>;

struct Reading {
  explicit Reading(bool stream_tool_calls = false)
      : decoder(&answer, &sink, stream_tool_calls) {}

  // An event of this type (without "response.") with these members.
  Progress Event(std::string_view type, std::string_view members = "") {
    std::string data = "{\"type\":\"response." + std::string(type) + "\"";
    if (!members.empty()) data += "," + std::string(members);
    return decoder.OnData(data + "}");
  }
  Progress Text(int index, std::string_view delta) {
    return Event("output_text.delta", "\"output_index\":" + std::to_string(index) +
                                          ",\"delta\":\"" + std::string(delta) + "\"");
  }
  Progress Done(int index, std::string_view item) {
    return Event("output_item.done", "\"output_index\":" + std::to_string(index) +
                                         ",\"item\":" + std::string(item));
  }
  Progress Completed(std::string_view output) {
    return Event("completed", R"("response":{"id":"r","status":"completed","output":)" +
                                  std::string(output) + "}");
  }

  Answer answer;
  CollectingSink sink;
  ResponsesDecoder decoder;
};

std::string Message(std::string_view text, std::string_view annotations = "") {
  return R"({"type":"message","id":"m","content":[{"type":"output_text","text":")" +
         std::string(text) + "\",\"annotations\":[" + std::string(annotations) + "]}]}";
}

constexpr std::string_view kCall =
    R"({"type":"function_call","id":"fc","call_id":"c1","name":"f","arguments":"{\"a\":1}"})";

TEST(ResponsesDecoderTest, PassesTextAndReasoning) {
  Reading reading;
  EXPECT_EQ(reading.Event("created", R"("response":{"id":"r","model":"m"})"),
            Progress::kLiveness);
  EXPECT_EQ(
      reading.Event("reasoning_summary_text.delta", R"("output_index":0,"delta":"a")"),
      Progress::kContent);
  EXPECT_EQ(reading.Event("reasoning_text.delta", R"("output_index":0,"delta":"b")"),
            Progress::kContent);
  EXPECT_EQ(reading.Text(1, "c"), Progress::kContent);
  EXPECT_EQ(reading.Text(1, "c"), Progress::kContent);
  EXPECT_FALSE(reading.decoder.MayEnd());
  EXPECT_EQ(reading.Completed("[]"), Progress::kComplete);
  EXPECT_TRUE(reading.decoder.MayEnd());
  EXPECT_EQ(reading.sink.Reasoning(), "ab");
  EXPECT_EQ(reading.sink.texts, (Strings{"c", "c"}));
  EXPECT_EQ(reading.answer.id, "r");
  EXPECT_EQ(reading.answer.model, "m");
  EXPECT_EQ(reading.answer.finish_reason, "stop");
}

struct TextCase {
  const char* name;
  bool delta_with_index, delta_without_index, item_done;
};

TEST(ResponsesDecoderTest, TellsTextOnceWhereverItStands) {
  const TextCase cases[] = {
      {"streamed", true, false, false},
      {"streamed and done", true, false, true},
      {"only in the item", false, false, true},
      {"only in the snapshot", false, false, false},
      {"streamed without an index", false, true, true},
  };
  for (const TextCase& one : cases) {
    Reading reading;
    if (one.delta_with_index) (void)reading.Text(0, "hello");
    if (one.delta_without_index) {
      (void)reading.Event("output_text.delta", R"("delta":"hello")");
    }
    (void)reading.Event("output_text.done", R"("output_index":0,"text":"hello")");
    if (one.item_done) (void)reading.Done(0, Message("hello"));
    EXPECT_EQ(reading.Completed("[" + Message("hello") + "]"), Progress::kComplete);
    EXPECT_EQ(reading.sink.Text(), "hello") << one.name;
  }
}

TEST(ResponsesDecoderTest, TellsReasoningOnceWhereverItStands) {
  const std::string item =
      R"({"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"why"}]})";
  for (const bool streamed : {true, false}) {
    for (const bool done : {true, false}) {
      Reading reading;
      if (streamed) {
        (void)reading.Event("reasoning_summary_text.delta",
                            R"("output_index":0,"delta":"why")");
      }
      if (done) (void)reading.Done(0, item);
      (void)reading.Completed("[" + item + "]");
      EXPECT_EQ(reading.sink.Reasoning(), "why") << streamed << done;
    }
  }
}

TEST(ResponsesDecoderTest, ASnapshotWithoutOutputKeepsWhatStreamed) {
  for (const char* output : {"null", "[]", "7"}) {
    Reading reading;
    (void)reading.Text(0, "kept");
    EXPECT_EQ(reading.Completed(output), Progress::kComplete) << output;
    EXPECT_EQ(reading.sink.Text(), "kept");
    EXPECT_EQ(reading.answer.finish_reason, "stop");
  }
}

struct CallCase {
  const char* name;
  bool added, added_whole, delta, done, snapshot;
};

TEST(ResponsesDecoderTest, TellsACallOnceWhereverItStands) {
  const CallCase cases[] = {
      {"all of it", true, false, true, true, true},
      {"whole when added", true, true, false, true, true},
      {"no delta", true, false, false, true, true},
      {"only in the item", false, false, false, true, true},
      {"only in the snapshot", false, false, false, false, true},
      {"no snapshot", true, false, true, true, false},
  };
  for (const bool fragments : {false, true}) {
    for (const CallCase& one : cases) {
      Reading reading(fragments);
      const std::string bare =
          R"({"type":"function_call","call_id":"c1","name":"f","arguments":""})";
      if (one.added) {
        (void)reading.Event("output_item.added",
                            "\"output_index\":2,\"item\":" +
                                (one.added_whole ? std::string(kCall) : bare));
      }
      if (one.delta) {
        for (const char* piece : {R"({\"a\")", ":1}"}) {
          (void)reading.Event(
              "function_call_arguments.delta",
              R"("output_index":2,"item_id":"fc","delta":")" + std::string(piece) + "\"");
        }
      }
      if (one.done) (void)reading.Done(2, kCall);
      const std::string rest = Message("x") + "," + Message("y");
      (void)reading.Completed(one.snapshot ? "[" + rest + "," + std::string(kCall) + "]"
                                           : "[" + rest + "]");
      ASSERT_EQ(reading.sink.calls.size(), 1u) << one.name;
      EXPECT_EQ(reading.sink.calls[0].id, "c1") << one.name;
      EXPECT_EQ(reading.sink.calls[0].name, "f") << one.name;
      EXPECT_EQ(reading.sink.calls[0].Arguments(), R"({"a":1})") << one.name << fragments;
      EXPECT_EQ(reading.answer.finish_reason, "tool_calls") << one.name;
    }
  }
}

TEST(ResponsesDecoderTest, ACallThatIsAddedAgainIsTheOneThatWasTold) {
  for (const bool fragments : {false, true}) {
    for (const bool done : {false, true}) {
      Reading reading(fragments);
      const std::string added = "\"output_index\":2,\"item\":" + std::string(kCall);
      if (done) (void)reading.Done(2, kCall);
      (void)reading.Event("output_item.added", added);
      (void)reading.Event("output_item.added", added);
      (void)reading.Done(2, kCall);
      (void)reading.Completed("[]");
      ASSERT_EQ(reading.answer.tool_calls.size(), 1u);
      ASSERT_EQ(reading.sink.calls.size(), 1u);
      EXPECT_EQ(std::count(reading.sink.log.begin(), reading.sink.log.end(), 'C'), 1);
      EXPECT_EQ(reading.sink.calls[0].Arguments(), R"({"a":1})");
    }
  }
}

TEST(ResponsesDecoderTest, ArgumentsThatComeBeforeTheirCallAreKept) {
  Reading reading(true);
  (void)reading.Event("function_call_arguments.delta", R"("output_index":2,"delta":"{")");
  (void)reading.Event("output_item.added",
                      R"("output_index":2,"item":{"type":"function_call","call_id":"c1",)"
                      R"("name":"f","arguments":""})");
  (void)reading.Event("function_call_arguments.delta", R"("output_index":2,"delta":"}")");
  (void)reading.Completed("[]");
  ASSERT_EQ(reading.sink.calls.size(), 1u);
  EXPECT_EQ(reading.sink.calls[0].Arguments(), "{}");
  EXPECT_EQ(reading.answer.tool_calls[0].arguments, "{}");
}

TEST(ResponsesDecoderTest, NumbersClientCallsFromZero) {
  Reading reading;
  (void)reading.Done(0, R"({"type":"web_search_call","id":"ws","status":"completed"})");
  (void)reading.Done(3, R"({"type":"function_call","call_id":"a","name":"f"})");
  (void)reading.Done(5, R"({"type":"function_call","call_id":"b","name":"g"})");
  (void)reading.Completed("[]");
  ASSERT_EQ(reading.sink.calls.size(), 2u);
  EXPECT_EQ(reading.sink.calls[0].id, "a");
  EXPECT_EQ(reading.sink.calls[1].id, "b");
}

TEST(ResponsesDecoderTest, ListsServerToolsInOrderAndNotAsCalls) {
  Reading reading;
  (void)reading.Done(2, R"({"type":"code_interpreter_call","id":"z","name":"code",)"
                        R"("input":"1","status":"completed"})");
  (void)reading.Done(1, R"({"type":"custom_tool_call","id":"y","call_id":"c","name":"n",)"
                        R"("input":"i","status":"failed"})");
  (void)reading.Done(0, R"({"type":"x_search_call","id":"x","status":"completed"})");
  (void)reading.Done(3, R"({"type":"mcp_list_tools","id":"w"})");
  EXPECT_TRUE(reading.sink.calls.empty());
  EXPECT_EQ(
      reading.answer.server_tool_calls,
      (Strings{
          R"({"id":"x","type":"x_search_call","name":null,"status":"completed","input":null})",
          R"({"id":"y","type":"custom_tool_call","name":"n","status":"failed","input":"i"})",
          R"({"id":"z","type":"code_interpreter_call","name":"code","status":"completed","input":"1"})"}));
}

TEST(ResponsesDecoderTest, KeepsEncryptedReasoningAsItCame) {
  const std::string first =
      R"({"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"AA=="})";
  const std::string second =
      R"({"type":"reasoning","id":"tco_1","summary":[],"encrypted_content":"BB=="})";
  Reading reading;
  (void)reading.Done(1, second);
  (void)reading.Done(0, first);
  (void)reading.Done(2, R"({"type":"reasoning","id":"rs_3","summary":[]})");
  (void)reading.Completed("[" + first + "," + second + "]");
  EXPECT_EQ(reading.answer.encrypted_reasoning, (Strings{first, second}));
}

std::string Event(std::string_view type, size_t index, std::string_view members) {
  return "{\"type\":\"response." + std::string(type) +
         "\",\"output_index\":" + std::to_string(index) + "," + std::string(members) +
         "}";
}

// Matrix C46.
TEST(ResponsesDecoderTest, AsManyItemsAsThereMayBeAndNotOneMore) {
  const std::pair<const char*, const char*> events[] = {
      {"output_item.done", R"("item":{"type":"web_search_call"})"},
      {"output_text.delta", R"("delta":"a")"},
      {"output_text.annotation.added", R"("annotation":{})"},
  };
  for (const auto& [type, members] : events) {
    Reading reading;
    // Falling, so that each is put before all others.
    for (size_t i = limits::kOutputItemsMax; i > 0; --i) {
      (void)reading.decoder.OnData(Event(type, i, members));
    }
    EXPECT_FALSE(reading.answer.too_large) << type;
    (void)reading.decoder.OnData(Event(type, 0, members));
    EXPECT_TRUE(reading.answer.too_large) << type;
    EXPECT_LE(reading.answer.server_tool_calls.size(), limits::kOutputItemsMax);
  }
}

// Matrix C46.
TEST(ResponsesDecoderTest, ASnapshotHasAsManyItemsAsThereMayBe) {
  for (const size_t over : {0u, 1u}) {
    std::string items = R"({"type":"web_search_call"})";
    for (size_t i = 1; i < limits::kOutputItemsMax + over; ++i) {
      items += R"(,{"type":"web_search_call"})";
    }
    Reading reading;
    EXPECT_EQ(reading.Completed("[" + items + "]"), Progress::kComplete);
    EXPECT_EQ(reading.answer.too_large, over > 0);
    EXPECT_EQ(reading.answer.server_tool_calls.size(), limits::kOutputItemsMax);
  }
}

// Matrix C46.
TEST(ResponsesDecoderTest, AsManyCallsAsThereMayBeAndNotOneMore) {
  const std::pair<const char*, const char*> events[] = {
      {"output_item.added", R"("item":{"type":"function_call","name":"f"})"},
      {"output_item.done", R"("item":{"type":"function_call","name":"f"})"},
      {"function_call_arguments.delta", R"("delta":"{}")"},
  };
  for (const auto& [type, members] : events) {
    Reading reading(true);
    for (size_t i = 0; i < limits::kToolCallsMax; ++i) {
      (void)reading.decoder.OnData(Event(type, i, members));
    }
    EXPECT_FALSE(reading.answer.too_large) << type;
    (void)reading.decoder.OnData(Event(type, limits::kToolCallsMax, members));
    EXPECT_TRUE(reading.answer.too_large) << type;
    EXPECT_EQ(reading.answer.tool_calls.size(), limits::kToolCallsMax) << type;
  }
}

TEST(ResponsesDecoderTest, TakesAnnotationsOncePerMessage) {
  const std::string a = R"({"type":"url_citation","url":"https://e.org/a"})";
  const std::string b = R"({"type":"url_citation","url":"https://e.org/b"})";
  Reading reading;
  (void)reading.Event("output_text.annotation.added",
                      "\"output_index\":0,\"annotation\":" + a);
  (void)reading.Event("output_text.annotation.added",
                      "\"output_index\":0,\"annotation\":" + a);
  (void)reading.Done(0, Message("x", a + "," + a));
  (void)reading.Done(1, Message("y", b));
  (void)reading.Completed("[" + Message("x", a) + "," + Message("y", b) + "]");
  EXPECT_EQ(reading.answer.annotations, (Strings{a, a, b}));
  EXPECT_EQ(reading.answer.citations, (Strings{"https://e.org/a", "https://e.org/b"}));
}

TEST(ResponsesDecoderTest, ARefusalComesOnce) {
  const std::string item =
      R"({"type":"message","content":[{"type":"refusal","refusal":"I cannot"}]})";
  Reading streamed;
  (void)streamed.Event("refusal.delta", R"("output_index":0,"delta":"I ca")");
  (void)streamed.Event("refusal.delta", R"("output_index":0,"delta":"nnot")");
  (void)streamed.Completed("[" + item + "]");
  EXPECT_EQ(streamed.answer.refusal, "I cannot");
  Reading whole;
  (void)whole.Completed("[" + item + "]");
  EXPECT_EQ(whole.answer.refusal, "I cannot");
  EXPECT_EQ(whole.sink.Text(), "");
}

struct EndCase {
  const char* data;
  Progress progress;
  const char* finish_reason;
};

// Matrix C24.
TEST(ResponsesDecoderTest, KnowsTheEndsOfAStream) {
  const EndCase cases[] = {
      {R"({"type":"response.completed","response":{"status":"completed"}})",
       Progress::kComplete, "stop"},
      {R"({"type":"response.done","response":{"status":"completed"}})",
       Progress::kComplete, "stop"},
      {R"({"type":"response.incomplete","response":{"status":"incomplete",)"
       R"("incomplete_details":{"reason":"max_output_tokens"}}})",
       Progress::kComplete, "length"},
      {R"({"type":"response.incomplete","response":{"incomplete_details":)"
       R"({"reason":"content_filter"}}})",
       Progress::kComplete, "content_filter"},
      {R"({"type":"response.completed","response":{"status":"completed","error":null}})",
       Progress::kComplete, "stop"},
      {R"({"type":"response.completed","response":{"error":{"code":"c","message":"m"}}})",
       Progress::kError, ""},
      {R"({"type":"response.failed","response":{"error":{"code":"c","message":"m"}}})",
       Progress::kError, ""},
      {R"({"type":"error","message":"m","code":null,"param":null})", Progress::kError,
       ""},
      {R"({"type":"response.completed"})", Progress::kInvalid, ""},
      {R"({"type":"response.completed","response":7})", Progress::kInvalid, ""},
  };
  for (const EndCase& one : cases) {
    Reading reading;
    EXPECT_EQ(reading.decoder.OnData(one.data), one.progress) << one.data;
    EXPECT_EQ(reading.answer.finish_reason, one.finish_reason) << one.data;
  }
}

TEST(ResponsesDecoderTest, DoneMarkerCountsOnlyAfterTheEnd) {
  Reading reading;
  EXPECT_EQ(reading.decoder.OnData("[DONE]"), Progress::kLiveness);
  (void)reading.Completed("[]");
  EXPECT_EQ(reading.decoder.OnData("[DONE]"), Progress::kComplete);
}

// Matrix C18.
TEST(ResponsesDecoderTest, WhatBringsNothingNewIsASignOfLifeOnly) {
  Reading reading;
  const std::pair<const char*, const char*> nothing[] = {
      {"output_item.added", R"("output_index":1,"item":{})"},
      {"output_item.added", R"("output_index":1)"},
      {"output_item.done", R"("output_index":1,"item":{})"},
      {"output_text.annotation.added", R"("output_index":1)"},
      {"output_text.annotation.added", R"("output_index":1,"annotation":null)"},
      {"function_call_arguments.delta", R"("output_index":1,"delta":"")"},
      {"output_text.delta", R"("output_index":1,"delta":"")"},
      {"something.delta", R"("output_index":1,"delta":"x")"},
  };
  for (const auto& [type, members] : nothing) {
    EXPECT_EQ(reading.Event(type, members), Progress::kLiveness) << type << members;
  }
  // Nor was it taken for the items that come now.
  const std::string search = R"("output_index":1,"item":{"type":"web_search_call"})";
  for (const char* type : {"output_item.added", "output_item.done"}) {
    EXPECT_EQ(reading.Event(type, search), Progress::kContent) << type;
    EXPECT_EQ(reading.Event(type, search), Progress::kLiveness) << type;
  }
  EXPECT_EQ(reading.answer.server_tool_calls.size(), 1u);
}

TEST(ResponsesDecoderTest, WorkThatIsNotToldIsContent) {
  for (const char* type :
       {"custom_tool_call_input.delta", "code_interpreter_call_code.delta",
        "mcp_call_arguments.delta", "reasoning_summary.delta", "refusal.delta",
        "function_call_arguments.delta"}) {
    Reading reading;
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(reading.Event(type, R"("output_index":0,"delta":"abc")"),
                Progress::kContent)
          << type;
    }
  }
}

TEST(ResponsesDecoderTest, IgnoresUnknownTypes) {
  Reading reading;
  for (const char* type : {"queued", "web_search_call.searching", "doom_loop_check",
                           "content_part.added", "something.new", "output_text.done"}) {
    EXPECT_EQ(reading.Event(type, R"("response":{"a":1},"text":"no","x":{"type":"y"})"),
              Progress::kLiveness)
        << type;
  }
  // Something is being written, though nobody sees it.
  EXPECT_EQ(reading.Event("custom_tool_call_input.delta", R"("delta":"abc")"),
            Progress::kContent);
  EXPECT_EQ(reading.sink.log, "");
}

TEST(ResponsesDecoderTest, RefusesWhatIsNotAnEvent) {
  for (const char* data : {"", "{", "[]", "{}", "x", "7", R"({"object":"list"})"}) {
    Reading reading;
    EXPECT_EQ(reading.decoder.OnData(data), Progress::kInvalid) << data;
  }
}

// Matrix E06.
TEST(ResponsesDecoderTest, ReplacesLoneSurrogates) {
  Reading reading;
  (void)reading.Text(0, R"(a\ud83d)");
  (void)reading.Done(1, Message(R"(\ud83db)"));
  EXPECT_EQ(reading.sink.texts, (Strings{"a\xEF\xBF\xBD", "\xEF\xBF\xBD\x62"}));
  // As a whole answer, too.
  Reading whole;
  (void)whole.decoder.OnData(R"({"id":"r","status":"completed","output":[)" +
                             Message(R"(\ude00b)") + "]}");
  EXPECT_EQ(whole.sink.Text(), "\xEF\xBF\xBD\x62");
}

TEST(ResponsesDecoderTest, ReadsAWholeResponse) {
  Reading reading;
  EXPECT_EQ(reading.decoder.OnData(
                R"({"id":"r","model":"m","status":"completed","error":null,"output":[)" +
                Message("hi") + "," + std::string(kCall) +
                R"(],"usage":{"input_tokens":1,"output_tokens":2}})"),
            Progress::kComplete);
  EXPECT_EQ(reading.sink.log, "TCA");
  EXPECT_EQ(reading.answer.finish_reason, "tool_calls");
  EXPECT_EQ(reading.answer.usage->output_tokens, 2);

  Reading failed;
  EXPECT_EQ(failed.decoder.OnData(R"({"id":"r","status":"failed","output":[]})"),
            Progress::kError);
  Reading wrong;
  EXPECT_EQ(wrong.decoder.OnData(R"({"error":"no"})"), Progress::kError);
}

TEST(ResponsesDecoderTest, PassesTheWishToPauseOn) {
  Reading reading;
  reading.sink.pause = true;
  (void)reading.Text(0, "a");
  EXPECT_TRUE(reading.decoder.TakePause());
  EXPECT_FALSE(reading.decoder.TakePause());
}

TEST(ResponsesDecoderTest, IllFormedBytesDoNotReachTheHost) {
  Reading reading;
  for (const std::string bytes : {"fine", "\xFF", "also fine", "\xE2\x82", "\xC0\x80"}) {
    EXPECT_EQ(reading.Text(0, bytes), Progress::kContent);
  }
  EXPECT_EQ(reading.sink.texts,
            (Strings{"fine", "\uFFFD", "also fine", "\uFFFD\uFFFD", "\uFFFD\uFFFD"}));
}

}  // namespace
}  // namespace xai
