// /v1/chat/completions: chunks of a stream, or one whole answer, become pieces of an
// Answer.
#ifndef XAI_PLUGIN_GROK_CHAT_DECODER_H_
#define XAI_PLUGIN_GROK_CHAT_DECODER_H_

#include <array>
#include <memory>
#include <string>

#include "base/json_capture.h"
#include "base/json_reader.h"
#include "base/limits.h"
#include "grok/answer.h"
#include "grok/chunk_template.h"

namespace xai {

// Reads each chunk in one pass, without a tree.  One that is like the last but for its
// text is not read at all: see chunk_template.h.
class ChatDecoder : public AnswerDecoder, private JsonHandler {
 public:
  // `stream_tool_calls`: pass fragments of arguments as they come; otherwise a call is
  // told once it is whole.
  ChatDecoder(Answer* answer, AnswerSink* sink, bool stream_tool_calls);

  Progress OnData(std::string_view data) override;
  bool MayEnd() const override { return !answer_->finish_reason.empty(); }
  bool TakePause() override;

 private:
  // Where in a chunk we are.
  enum class Place : uint8_t {
    kNone,
    kRoot,
    kChoices,
    kChoice,
    kDelta,
    kToolCalls,
    kToolCall,
    kFunction,
    kCitations,
    kElsewhere,
  };
  // The members that matter.
  enum class Name : uint8_t {
    kOther,
    kId,
    kModel,
    kChoices,
    kUsage,
    kCitations,
    kError,
    kIndex,
    kDelta,
    kFinishReason,
    kContent,
    kReasoningContent,
    kRefusal,
    kToolCalls,
    kFunction,
    kFunctionName,
    kArguments,
  };
  static Name NameFor(Place place, std::string_view text);

  Progress ReadChunk(std::string_view data);
  // A delta of text or of reasoning.
  void Tell(Name name, std::string_view text);

  bool OnNull() override;
  bool OnBool(bool value) override;
  bool OnNumber(std::string_view text) override;
  bool OnString(std::string_view text) override;
  bool OnKey(std::string_view text) override;
  bool OnStartObject() override;
  bool OnEndObject() override;
  bool OnStartArray() override;
  bool OnEndArray() override;

  Place place() const { return depth_ == 0 ? Place::kNone : places_[depth_ - 1]; }
  void Enter(Place next) { places_[depth_++] = next; }
  void EndCapture();
  // A member's value begins.  Whatever an `error` is, but null, it is one.
  void NoteError() {
    if (place() == Place::kRoot && name_ == Name::kError) error_ = true;
  }

  void OnToolCallEnd();
  void Announce(ToolCall* call);
  void TellToolCalls();
  void Finish(std::string_view wire_reason);
  std::string_view Clean(std::string_view text);
  void Told(bool go_on);

  Answer* answer_;
  AnswerSink* sink_;
  bool stream_tool_calls_;

  std::array<Place, limits::kJsonDepthMax + 1> places_ = {};
  size_t depth_ = 0;
  Name name_ = Name::kOther;
  std::unique_ptr<JsonCapture> usage_;  // while inside the usage object
  uint32_t calls_told_ = 0;
  // Of the tool call that is being read.
  std::optional<int64_t> call_index_;
  std::string call_id_;
  std::string call_name_;
  std::string call_arguments_;
  std::string cleaned_;
  std::string repaired_;
  bool in_message_ = false;
  bool error_ = false;
  bool content_ = false;
  bool chunk_ = false;  // it had a member of a chunk
  bool pause_ = false;

  // Of the chunk that was read last.
  int told_ = 0;  // things that make a difference when they are told once more
  Name text_name_ = Name::kOther;
  ChunkTemplate::Range text_;
  ChunkTemplate template_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_CHAT_DECODER_H_
