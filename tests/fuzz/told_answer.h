// What the decoders' targets share: everything that a decoder tells of one answer.
#ifndef XAI_TESTS_FUZZ_TOLD_ANSWER_H_
#define XAI_TESTS_FUZZ_TOLD_ANSWER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/fuzz.h"
#include "grok/answer.h"

namespace xai {

// Checks each piece: it is UTF-8, and arguments come after their call, which comes once.
class ToldAnswer : public AnswerSink {
 public:
  bool OnText(std::string_view text) override;
  bool OnReasoning(std::string_view text) override;
  bool OnToolCall(uint32_t index, const ToolCall& call) override;
  bool OnToolArguments(uint32_t index, std::string_view text) override;
  bool OnUsage(const Usage& usage) override;

  std::string text;
  std::string reasoning;
  std::map<uint32_t, std::string> arguments;  // of the calls that were told
};

// What both ways of telling tool calls must agree on, as one text.
std::string Describe(const ToldAnswer& told, const Answer& answer);

// What was told of each call is what the answer has; `late`: or how that begins.
void CheckCalls(const ToldAnswer& told, const Answer& answer, bool late);

// What a decoder made of the events of an answer.
struct Reading {
  std::string course;  // what each event was
  std::string answer;  // empty if one was none

  bool operator==(const Reading&) const = default;
};

// `read`: once more from the beginning; `apart`: with one between any two that says
// nothing and is like none of them.  An answer does not depend on how tool calls are
// told, nor on whether each event comes after one that is like it, which need not be read
// again.
void CheckReadings(
    const std::function<Reading(bool stream_tool_calls, bool apart)>& read);

// The lines of an input, each the data of one event.
std::vector<std::string_view> EventsOf(FuzzInput* input);

}  // namespace xai

#endif  // XAI_TESTS_FUZZ_TOLD_ANSWER_H_
