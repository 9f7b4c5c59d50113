// /v1/responses: events of a stream, or one whole response, become pieces of an Answer.
#ifndef XAI_PLUGIN_GROK_RESPONSES_DECODER_H_
#define XAI_PLUGIN_GROK_RESPONSES_DECODER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json_capture.h"
#include "base/json_reader.h"
#include "grok/answer.h"
#include "grok/chunk_template.h"
#include "grok/responses_item.h"

namespace xai {

// Text that is streamed is never taken once more from `done` or `completed`; what did not
// stream is taken from there.  A delta that is like the last but for its text is not read
// as JSON: see chunk_template.h.
class ResponsesDecoder : public AnswerDecoder, private JsonHandler {
 public:
  ResponsesDecoder(Answer* answer, AnswerSink* sink, bool stream_tool_calls);

  Progress OnData(std::string_view data) override;
  bool MayEnd() const override { return !answer_->finish_reason.empty(); }
  bool TakePause() override;

 private:
  // The members of an event that matter.  Objects are kept as JSON.
  enum class Name : uint8_t {
    kOther,
    kType,
    kDelta,
    kOutputIndex,
    kSequenceNumber,
    kNested,
  };
  // What has been seen of one output item.
  struct Item {
    bool added = false;
    bool done = false;
    bool text = false;         // it streamed
    bool annotations = false;  // they streamed
    std::optional<size_t> call;
  };
  // What the delta of an event was.
  enum class Delta : uint8_t { kOther, kText, kReasoning };

  bool OnNull() override;
  bool OnBool(bool value) override;
  bool OnNumber(std::string_view text) override;
  bool OnString(std::string_view text) override;
  bool OnKey(std::string_view text) override;
  bool OnStartObject() override;
  bool OnEndObject() override;
  bool OnStartArray() override;
  bool OnEndArray() override;

  Progress ReadEvent(std::string_view data);
  Progress OnTypedEvent(std::string_view data);
  Progress OnDelta();
  void Tell(Delta delta, std::string_view text);
  // True if something was new.
  bool OnItemAdded();
  bool OnItemDone(const std::string& json, int64_t output_index);
  Item* ItemAt(int64_t output_index);
  bool Streamed(int64_t output_index, bool Item::*what) const;
  void KeepInOrder(int64_t output_index, std::string document,
                   std::vector<int64_t>* places, std::vector<std::string>* documents);
  void OnMessage(const OutputItem& item, int64_t output_index);
  void OnFunctionCall(const OutputItem& item, int64_t output_index);
  Progress OnSnapshot(const ResponseSnapshot& response);
  Progress OnWholeResponse(std::string_view data);
  std::optional<size_t> CallAt(int64_t output_index);
  void TellToolCalls();
  void Announce(size_t index);
  void TellCall(size_t index);
  void Told(bool go_on);

  Answer* answer_;
  AnswerSink* sink_;
  bool stream_tool_calls_;

  // Of the event that is being read.
  int depth_ = 0;
  Name name_ = Name::kOther;
  std::string type_;
  std::string delta_;
  std::string repaired_;
  std::string nested_;  // `item`, `response` or `annotation`
  int64_t output_index_ = -1;
  std::unique_ptr<JsonCapture> capture_;
  Delta told_ = Delta::kOther;
  ChunkTemplate::Range text_;
  std::optional<ChunkTemplate::Range> sequence_number_;
  ChunkTemplate template_;

  // Of the answer so far.
  std::map<int64_t, Item> items_;  // by output_index; -1: an event had none
  // output_index of each that the answer has.
  std::vector<int64_t> reasoning_places_;
  std::vector<int64_t> tool_places_;
  bool reasoning_streamed_ = false;
  bool pause_ = false;
};

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_RESPONSES_DECODER_H_
