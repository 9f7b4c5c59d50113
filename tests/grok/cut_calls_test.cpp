// Calls of the host's functions that the model, or the connection, did not bring to their
// end: no host may act on half of one.
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "grok/chat_decoder.h"
#include "grok/responses_decoder.h"
#include "support/collecting_sink.h"

namespace xai {
namespace {

template <typename Decoder>
struct CallsOf {
  explicit CallsOf(bool stream_tool_calls = false)
      : decoder(&answer, &sink, stream_tool_calls) {}

  void Read(std::string_view data) { (void)decoder.OnData(data); }
  // name:arguments of each call that was told.
  std::string Told() const {
    std::string all;
    for (const CollectingSink::Call& call : sink.calls) {
      all += call.name + ":" + call.Arguments() + " ";
    }
    return all;
  }
  // The same of those that END has.
  std::string Kept() {
    answer.DropCutCalls();
    std::string all;
    for (const ToolCall& call : answer.tool_calls) {
      all += call.name + ":" + call.arguments + " ";
    }
    return all;
  }

  Answer answer;
  CollectingSink sink;
  Decoder decoder;
};

struct ChatCalls : CallsOf<ChatDecoder> {
  using CallsOf::CallsOf;
  void Calls(std::string_view calls) {
    Read(R"({"choices":[{"delta":{"tool_calls":[)" + std::string(calls) + "]}}]}");
  }
  void Finish(std::string_view reason) {
    Read(R"({"choices":[{"delta":{},"finish_reason":")" + std::string(reason) + "\"}]}");
    Read("[DONE]");
  }
};

struct ResponsesCalls : CallsOf<ResponsesDecoder> {
  using CallsOf::CallsOf;
  // An event about the item at this place, with these members.
  void Event(int place, std::string_view type, std::string_view members) {
    Read("{\"type\":\"response." + std::string(type) + "\",\"output_index\":" +
         std::to_string(place) + "," + std::string(members) + "}");
  }
  // A call up to where its arguments may end.
  void Begin(int place, std::string_view name, std::string_view arguments) {
    Event(place, "output_item.added",
          R"("item":{"type":"function_call","call_id":"c","name":")" + std::string(name) +
              R"(","arguments":""})");
    if (arguments.empty()) return;
    Event(place, "function_call_arguments.delta",
          "\"delta\":\"" + std::string(arguments) + "\"");
  }
  void Done(int place, std::string_view members) {
    Event(place, "output_item.done",
          R"("item":{"type":"function_call",)" + std::string(members) + "}");
  }
  void End(std::string_view type, std::string_view members) {
    Read("{\"type\":\"response." + std::string(type) + "\",\"response\":{" +
         std::string(members) + "}}");
  }
};

constexpr const char* kWholeAndCut =
    R"({"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}},)"
    R"({"index":1,"id":"b","function":{"name":"rm","arguments":"{\"path\":\"/tm"}})";

TEST(CutCallsTest, ChatTellsOnlyWhatIsWhole) {
  for (const char* reason : {"length", "content_filter"}) {
    ChatCalls calls;
    calls.Calls(kWholeAndCut);
    calls.Finish(reason);
    EXPECT_EQ(calls.answer.finish_reason, reason);
    EXPECT_EQ(calls.Told(), "f:{\"x\":1} ");
    EXPECT_EQ(calls.Kept(), "f:{\"x\":1} ");
  }
}

// What was told as it came cannot be taken back, but the end tells how it stands.
TEST(CutCallsTest, ChatKeepsTheReasonThoughFragmentsWereTold) {
  ChatCalls calls(true);
  calls.Calls(kWholeAndCut);
  calls.Finish("length");
  EXPECT_EQ(calls.answer.finish_reason, "length");
  EXPECT_EQ(calls.Told(), "f:{\"x\":1} rm:{\"path\":\"/tm ");
  EXPECT_EQ(calls.Kept(), "f:{\"x\":1} ");
}

TEST(CutCallsTest, ArgumentsOfACallThatIsNotCutAreTheModels) {
  ChatCalls calls;
  calls.Calls(kWholeAndCut);
  calls.Finish("tool_calls");
  EXPECT_EQ(calls.Kept(), "f:{\"x\":1} rm:{\"path\":\"/tm ");
  EXPECT_EQ(calls.answer.finish_reason, "tool_calls");
}

TEST(CutCallsTest, ResponsesTellsOnlyWhatIsWhole) {
  for (const char* why : {"max_output_tokens", "content_filter"}) {
    for (const char* status : {R"("status":"incomplete",)", ""}) {
      ResponsesCalls calls;
      calls.Begin(0, "f", R"({\"x\":1})");
      calls.Done(0, R"("status":"completed","name":"f","arguments":"{\"x\":1}")");
      calls.Begin(1, "rm", R"({\"path\":\"/tm)");
      const std::string cut = std::string(status) + R"("name":"rm","arguments":"")";
      calls.Done(1, cut);
      calls.End("incomplete",
                R"("status":"incomplete","incomplete_details":{"reason":")" +
                    std::string(why) + R"("},"output":[{"type":"function_call"},)" +
                    R"({"type":"function_call",)" + cut + "}]");
      EXPECT_EQ(calls.Told(), "f:{\"x\":1} ");
      EXPECT_EQ(calls.Kept(), "f:{\"x\":1} ");
      EXPECT_EQ(calls.answer.finish_reason,
                std::string_view(why) == "content_filter" ? why : "length");
    }
  }
}

// Arguments can look whole before they are.
TEST(CutCallsTest, AnItemThatIsIncompleteIsNoCall) {
  for (const bool fragments : {false, true}) {
    ResponsesCalls calls(fragments);
    calls.Begin(0, "f", "{}");
    calls.Done(0, R"("status":"incomplete","name":"f","arguments":"{}")");
    calls.End("completed", R"("status":"completed")");
    EXPECT_EQ(calls.Told(), fragments ? "f:{} " : "");
    EXPECT_EQ(calls.Kept(), "");
    EXPECT_EQ(calls.answer.finish_reason, "stop");
  }
}

TEST(CutCallsTest, ACallThatIsDoneIsTheModelsWhateverItsArguments) {
  ResponsesCalls calls;
  calls.Done(0, R"("name":"f","arguments":"{")");
  calls.Done(1, R"("name":"g")");
  EXPECT_EQ(calls.Told(), "") << "it may be cut";
  calls.End("completed", R"("status":"completed")");
  EXPECT_EQ(calls.Kept(), "f:{ g: ");
  EXPECT_EQ(calls.Told(), "f:{ g: ");
  EXPECT_EQ(calls.answer.finish_reason, "tool_calls");
}

TEST(CutCallsTest, ACallThatNobodyEndedIsToldIfItIsWhole) {
  for (const bool fragments : {false, true}) {
    ResponsesCalls calls(fragments);
    calls.Begin(0, "f", "{}");
    calls.Begin(1, "g", "{");
    calls.End("completed", R"("status":"completed")");
    EXPECT_EQ(calls.Told(), fragments ? "f:{} g:{ " : "f:{} ");
    EXPECT_EQ(calls.Kept(), "f:{} ");
    EXPECT_EQ(calls.answer.finish_reason, "tool_calls");
  }
}

// Matrix C46.
TEST(CutCallsTest, AnIndexThatIsPassedOverIsNoCall) {
  for (const bool fragments : {false, true}) {
    ChatCalls calls(fragments);
    calls.Calls(R"({"index":1,"id":"i","function":{"name":"f","arguments":"{}"}})");
    calls.Finish("tool_calls");
    EXPECT_EQ(calls.Told(), "f:{} ") << "numbered from 0";
    EXPECT_EQ(calls.Kept(), "f:{} ");
  }
}

TEST(CutCallsTest, WithoutANameThereIsNoCall) {
  ChatCalls calls;
  calls.Calls(R"({"index":0,"id":"i","function":{"arguments":"{}"}})");
  calls.Finish("stop");
  EXPECT_EQ(calls.Told(), "");
  EXPECT_EQ(calls.Kept(), "");
  EXPECT_EQ(calls.answer.finish_reason, "stop");
}

// Matrix C46.
TEST(CutCallsTest, EachCallOfAWholeMessageIsOneOfItsOwn) {
  for (const char* mark : {"", R"("id":"",)", R"("id":"a",)", R"("index":0,)"}) {
    ChatCalls calls;
    const std::string begin = "{" + std::string(mark) + R"("function":{"name":)";
    calls.Read(R"({"choices":[{"finish_reason":"tool_calls","message":{"tool_calls":[)" +
               begin + R"("f","arguments":"{}"}},)" + begin +
               R"("g","arguments":"{\"x\":1}"}}]}}]})");
    EXPECT_EQ(calls.Told(), "f:{} g:{\"x\":1} ") << mark;
  }
}

}  // namespace
}  // namespace xai
