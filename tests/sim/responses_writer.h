// The JSON of one response: its items, its snapshots and its events.
#ifndef XAI_TESTS_SIM_RESPONSES_WRITER_H_
#define XAI_TESTS_SIM_RESPONSES_WRITER_H_

#include <functional>
#include <string>
#include <vector>

#include "sim/answer.h"
#include "sim/json.h"
#include "sim/responses_request.h"

namespace xai::sim {

// One entry of the output.
struct OutputItem {
  enum class Kind { kReasoning, kSearch, kMessage, kCall };

  Kind kind;
  std::string id;
  std::size_t call = 0;  // which call, for kCall
};

enum class Stage { kBegun, kDone };

class ResponsesWriter {
 public:
  ResponsesWriter(const ResponsesRequest& request, const Answer& answer);

  const ResponsesRequest& request() const { return request_; }
  const Answer& answer() const { return answer_; }
  const std::vector<OutputItem>& items() const { return items_; }

  std::string_view FinalStatus() const {
    return answer_.cut ? "incomplete" : "completed";
  }

  // The response object, without output while it is in progress.
  std::string Snapshot(std::string_view status) const;
  std::string Item(const OutputItem& item, Stage stage) const;
  std::string Part(Stage stage) const;  // the message's only content part
  std::string Annotation() const;       // REQUIRES: the answer searched

  // One SSE event; every event gets the next sequence number.
  using WriteMembers = std::function<void(JsonWriter&)>;
  std::string Event(std::string_view type, const WriteMembers& write);

 private:
  void AddItem(OutputItem::Kind kind, std::string_view prefix, std::size_t call = 0);
  void WriteReasoning(JsonWriter& json, Stage stage) const;
  void WriteUsage(JsonWriter& json) const;

  const ResponsesRequest request_;
  Answer answer_;
  std::vector<OutputItem> items_;
  const std::int64_t created_;
  std::string encrypted_;           // empty when it was not asked for
  std::size_t citation_begin_ = 0;  // in characters of the text
  std::size_t citation_end_ = 0;
  std::int64_t sequence_ = 0;
};

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_RESPONSES_WRITER_H_
