// An answer as it grows, the same for both lanes, and whom it is told to.
#ifndef XAI_PLUGIN_GROK_ANSWER_H_
#define XAI_PLUGIN_GROK_ANSWER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "base/json_writer.h"
#include "grok/model_table.h"

namespace xai {

// OpenAI's semantics: output includes reasoning, total is input and output.
struct Usage {
  std::optional<int64_t> input_tokens;
  std::optional<int64_t> output_tokens;
  std::optional<int64_t> reasoning_tokens;
  std::optional<int64_t> cached_tokens;
  std::optional<int64_t> total_tokens;
  std::optional<int64_t> cost_in_usd_ticks;  // 1e10 ticks are a dollar
  std::string wire;                          // as it was sent, JSON

  void WriteTo(JsonWriter* json) const;
};

// A call of a function that the host offered.
struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;  // JSON text, as the model wrote it
  bool announced = false;
  uint32_t index = 0;  // once it is announced: which of the calls it is, from 0
  bool cut = false;    // xAI says so, or never said that it was done

  // Whether its arguments are all there.
  bool IsWhole() const;
};

// What has been reached of an answer.
struct Answer {
  std::string id;
  std::string model;
  Lane lane = Lane::kChatCompletions;
  std::string finish_reason;  // stop, length, tool_calls, content_filter; empty: not yet
  std::optional<Usage> usage;
  std::vector<std::string> citations;            // URLs, each once
  std::unordered_set<std::string> cited;         // the same, to be found quickly
  std::vector<std::string> annotations;          // JSON
  std::vector<std::string> server_tool_calls;    // JSON
  std::vector<std::string> encrypted_reasoning;  // JSON
  std::string refusal;
  std::vector<ToolCall> tool_calls;
  // Collected only if the host does not want the answer streamed.
  std::string text;
  std::string reasoning;

  // Whether the model may have stopped within a call.
  bool IsCut() const;
  // A cut call is no call.
  void DropCutCalls();

  // Of what the functions below have kept.
  size_t kept_bytes = 0;
  // The request must end: something was not kept.
  bool too_large = false;

  // Counts what is about to be kept.  False, and too_large, if it must not be: with it
  // the whole would pass limits::kAnswerBodyBytesMax.
  bool Keep(size_t bytes);
  void Append(std::string_view more, std::string* to);
  void Assign(std::string_view value, std::string* to);
  void Add(std::string entry, std::vector<std::string>* to);
  // True if it is a new one.
  bool AddCitation(std::string_view url);
};

// Gets the pieces of an answer in order.  False asks the caller to pause.
class AnswerSink {
 public:
  AnswerSink() = default;
  AnswerSink(const AnswerSink&) = delete;
  AnswerSink& operator=(const AnswerSink&) = delete;
  virtual ~AnswerSink() = default;

  virtual bool OnText(std::string_view text) = 0;
  virtual bool OnReasoning(std::string_view text) = 0;
  virtual bool OnToolCall(uint32_t index, const ToolCall& call) = 0;
  virtual bool OnToolArguments(uint32_t index, std::string_view text) = 0;
  virtual bool OnUsage(const Usage& usage) = 0;
};

// Takes the events of one dialect apart.
class AnswerDecoder {
 public:
  AnswerDecoder() = default;
  AnswerDecoder(const AnswerDecoder&) = delete;
  AnswerDecoder& operator=(const AnswerDecoder&) = delete;
  virtual ~AnswerDecoder() = default;

  enum class Progress {
    kLiveness,  // nothing that a person would see
    kContent,
    kComplete,  // the terminal marker
    kError,     // the event is an error object: see api_error.h
    kInvalid,   // not JSON, or not of this dialect
  };

  // One event's data, or the body of an answer that is not streamed.
  virtual Progress OnData(std::string_view data) = 0;

  // Whether the stream may end here although its terminal marker is missing.
  virtual bool MayEnd() const = 0;

  // The sink's wish since the last call: true if it asked for a pause.
  virtual bool TakePause() = 0;
};

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_ANSWER_H_
