// Keeps what an answer tells, piece by piece.
#ifndef XAI_TESTS_SUPPORT_COLLECTING_SINK_H_
#define XAI_TESTS_SUPPORT_COLLECTING_SINK_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grok/completion.h"

namespace xai {

// Used by one thread.
class CollectingSink : public CompletionSink {
 public:
  struct Call {
    std::string id;
    std::string name;
    std::vector<std::string> arguments;  // the fragments

    std::string Arguments() const {
      std::string all;
      for (const std::string& piece : arguments) all += piece;
      return all;
    }
  };

  void OnStart(const std::string& document) override {
    starts.push_back(document);
    log += "S";
  }
  bool OnText(std::string_view text) override {
    texts.emplace_back(text);
    log += "T";
    return !pause;
  }
  bool OnReasoning(std::string_view text) override {
    reasonings.emplace_back(text);
    log += "R";
    return !pause;
  }
  bool OnToolCall(uint32_t index, const ToolCall& call) override {
    if (calls.size() <= index) calls.resize(index + 1);
    calls[index].id = call.id;
    calls[index].name = call.name;
    log += "C";
    return !pause;
  }
  bool OnToolArguments(uint32_t index, std::string_view text) override {
    if (calls.size() <= index) calls.resize(index + 1);
    calls[index].arguments.emplace_back(text);
    log += "A";
    return !pause;
  }
  bool OnUsage(const Usage& usage) override {
    usages.push_back(usage);
    log += "U";
    return !pause;
  }
  void OnEnd(const Error* failure, std::string_view document) override {
    ends.emplace_back(document);
    if (failure != nullptr) error = *failure;
    log += "E";
  }

  std::string Text() const { return Joined(texts); }
  std::string Reasoning() const { return Joined(reasonings); }

  bool pause = false;  // what the functions answer
  std::string log;     // one letter for each call, in order
  std::vector<std::string> starts;
  std::vector<std::string> texts;
  std::vector<std::string> reasonings;
  std::vector<Call> calls;
  std::vector<Usage> usages;
  std::vector<std::string> ends;
  std::optional<Error> error;

 private:
  static std::string Joined(const std::vector<std::string>& pieces) {
    std::string all;
    for (const std::string& piece : pieces) all += piece;
    return all;
  }
};

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_COLLECTING_SINK_H_
