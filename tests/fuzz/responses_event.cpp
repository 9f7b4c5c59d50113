// ResponsesDecoder: a delta of text tells just that text, what else is told is UTF-8 and
// in order.  An answer does not depend on how tool calls are told, nor on whether each
// event comes after one that is like it, which need not be read again.
//
// Input: one event in each line.
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "fuzz/json_tree.h"
#include "fuzz/shown.h"
#include "fuzz/told_answer.h"
#include "grok/responses_decoder.h"

namespace xai {
namespace {

using Progress = AnswerDecoder::Progress;

// The last string of this name.
std::string LastString(const JsonTree& event, std::string_view wanted) {
  std::string last;
  if (!event.is_object()) return last;
  for (const JsonTree& value : event.children) {
    if (value.name == wanted && value.is_string()) last = value.text;
  }
  return last;
}

// What one event told, against what it says.
void CheckEvent(const JsonTree& event, std::string_view new_text,
                std::string_view new_reasoning) {
  const std::string type = LastString(event, "type");
  const std::string delta = LastString(event, "delta");
  if (type == "response.output_text.delta") {
    Require(new_text == delta, "a delta of text tells just that");
    Require(new_reasoning.empty(), "and nothing else");
  } else if (type == "response.reasoning_summary_text.delta" ||
             type == "response.reasoning_text.delta") {
    Require(new_reasoning == delta, "a delta of reasoning tells just that");
    Require(new_text.empty(), "and nothing else");
  } else if (type.size() > 6 && type.substr(type.size() - 6) == ".delta") {
    Require(new_text.empty() && new_reasoning.empty(), "another delta tells no text");
  }
}

// Reads the events up to the end of the answer: see CheckReadings().
Reading Read(const std::vector<std::string_view>& events, bool stream_tool_calls,
             bool apart) {
  Answer answer;
  ToldAnswer told;
  Reading reading;
  ResponsesDecoder decoder(&answer, &told, stream_tool_calls);
  for (const std::string_view event : events) {
    if (apart) {
      const Progress nothing = decoder.OnData(R"({"type":"response.queued"})");
      Require(nothing == Progress::kLiveness, "an event that is not known says nothing");
    }
    const ExactCopy copy(event);
    const size_t text = told.text.size();
    const size_t reasoning = told.reasoning.size();
    const Progress progress = decoder.OnData(copy.view());
    reading.course.push_back(static_cast<char>('0' + static_cast<int>(progress)));
    if (answer.too_large) break;
    Require(progress != Progress::kComplete || decoder.MayEnd(), "an end has a reason");
    if (progress == Progress::kInvalid) return reading;
    if (progress == Progress::kError) break;
    JsonFacts facts;
    const std::optional<JsonTree> tree = ParseTree(event, &facts);
    Require(tree.has_value() || event == "[DONE]", "an event is JSON");
    if (tree && !facts.lone_surrogate && IsUtf8(event)) {
      CheckEvent(*tree, std::string_view(told.text).substr(text),
                 std::string_view(told.reasoning).substr(reasoning));
    }
    if (progress == Progress::kComplete) break;
  }
  CheckCalls(told, answer, !stream_tool_calls);
  reading.answer = Describe(told, answer);
  return reading;
}

}  // namespace
}  // namespace xai

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace xai;
  FuzzInput input(data, size);
  const std::vector<std::string_view> events = EventsOf(&input);
  CheckReadings([&](bool stream_tool_calls, bool apart) {
    return Read(events, stream_tool_calls, apart);
  });
  return 0;
}
