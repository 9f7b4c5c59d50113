// ChatDecoder: the text of an answer is what a second reader of JSON finds in its chunks,
// whatever else they hold.  It does not depend on how tool calls are told, nor on whether
// each chunk comes after one that is like it, which need not be read again.
//
// Input: one chunk in each line.
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "fuzz/json_tree.h"
#include "fuzz/shown.h"
#include "fuzz/told_answer.h"
#include "grok/chat_decoder.h"

namespace xai {
namespace {

using Progress = AnswerDecoder::Progress;

// The strings of this name in each delta of a chunk, in order.
std::string Gather(const JsonTree& chunk, std::string_view wanted) {
  std::string all;
  if (!chunk.is_object()) return all;
  for (const JsonTree& choices : chunk.children) {
    if (choices.name != "choices" || !choices.is_array()) continue;
    for (const JsonTree& choice : choices.children) {
      if (!choice.is_object()) continue;
      for (const JsonTree& delta : choice.children) {
        const bool named = delta.name == "delta" || delta.name == "message";
        if (!named || !delta.is_object()) continue;
        for (const JsonTree& member : delta.children) {
          if (member.name == wanted && member.is_string()) all += member.text;
        }
      }
    }
  }
  return all;
}

bool HasChoices(const JsonTree& chunk) {
  const JsonTree* choices = chunk.Find("choices");
  return choices != nullptr && choices->is_array();
}

// Reads the chunks up to the end of the answer: see CheckReadings().
Reading Read(const std::vector<std::string_view>& chunks, bool stream_tool_calls,
             bool apart) {
  Answer answer;
  ToldAnswer told;
  ChatDecoder decoder(&answer, &told, stream_tool_calls);
  std::string text;
  std::string reasoning;
  Reading reading;
  bool repaired = false;
  for (const std::string_view chunk : chunks) {
    if (apart) {
      const Progress nothing = decoder.OnData(R"({"choices":[]})");
      Require(nothing == Progress::kLiveness, "a chunk without a choice says nothing");
    }
    const ExactCopy copy(chunk);
    const Progress progress = decoder.OnData(copy.view());
    reading.course.push_back(static_cast<char>('0' + static_cast<int>(progress)));
    if (answer.too_large) break;
    JsonFacts facts;
    const std::optional<JsonTree> tree = ParseTree(chunk, &facts);
    if (progress == Progress::kComplete) {
      Require(chunk == "[DONE]", "only the marker ends an answer");
      break;
    }
    if (progress == Progress::kInvalid) {
      const bool good =
          tree && facts.depth <= 64 && !facts.huge_number && HasChoices(*tree);
      Require(!good, "a chunk is taken");
      return reading;
    }
    if (progress == Progress::kError) break;
    Require(tree.has_value(), "a chunk is JSON");
    // Others have replacements in their text.
    repaired = repaired || facts.lone_surrogate || !IsUtf8(chunk);
    if (repaired) continue;
    text += Gather(*tree, "content");
    reasoning += Gather(*tree, "reasoning_content");
    Require(told.text == text, "the text is what the chunks have");
    Require(told.reasoning == reasoning, "so is the reasoning");
  }
  Require(answer.tool_calls.size() <= 256, "calls are bounded");
  CheckCalls(told, answer, !stream_tool_calls);
  reading.answer = Describe(told, answer);
  return reading;
}

}  // namespace
}  // namespace xai

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace xai;
  FuzzInput input(data, size);
  const std::vector<std::string_view> chunks = EventsOf(&input);
  CheckReadings([&](bool stream_tool_calls, bool apart) {
    return Read(chunks, stream_tool_calls, apart);
  });
  return 0;
}
