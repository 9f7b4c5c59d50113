#include "sim/responses_reply.h"

#include <memory>

#include "sim/frame_source.h"
#include "sim/responses_writer.h"

namespace xai::sim {
namespace {

// Queues the events of one output item after the other.
class EventQueue {
 public:
  EventQueue(FrameSource& frames, std::shared_ptr<ResponsesWriter> writer)
      : frames_(frames), writer_(std::move(writer)) {}

  void AddAll() {
    AddSnapshot("response.created", "in_progress");
    AddSnapshot("response.in_progress", "in_progress");
    for (index_ = 0; index_ < writer_->items().size(); ++index_) AddItem();
    const std::string status(writer_->FinalStatus());
    AddSnapshot("response." + status, status);
  }

 private:
  using Members = std::function<void(JsonWriter&, std::string_view token)>;

  FrameSource::Build Build(const std::string& type, const Members& members) const {
    const auto writer = writer_;
    return [writer, type, members](std::string_view token) {
      return writer->Event(type, [&](JsonWriter& json) { members(json, token); });
    };
  }

  // An event that belongs to the current item.
  FrameSource::Build ItemEvent(const std::string& type, const Members& members) const {
    const std::string id = writer_->items()[index_].id;
    const std::size_t index = index_;
    return Build(type, [=](JsonWriter& json, std::string_view token) {
      json.Member("item_id", id).Member("output_index", index);
      members(json, token);
    });
  }

  void AddSnapshot(const std::string& type, const std::string& status) {
    const auto writer = writer_;
    frames_.AddFrame(Build(type, [=](JsonWriter& json, std::string_view) {
      json.RawMember("response", writer->Snapshot(status));
    }));
  }

  void AddFrontier(const std::string& type, Stage stage) {
    const auto writer = writer_;
    const std::size_t index = index_;
    frames_.AddFrame(Build(type, [=](JsonWriter& json, std::string_view) {
      json.Member("output_index", index);
      json.RawMember("item", writer->Item(writer->items()[index], stage));
    }));
  }

  void AddItem() {
    AddFrontier("response.output_item.added", Stage::kBegun);
    switch (writer_->items()[index_].kind) {
      case OutputItem::Kind::kReasoning:
        AddReasoning();
        break;
      case OutputItem::Kind::kSearch:
        AddSearch();
        break;
      case OutputItem::Kind::kMessage:
        AddMessage();
        break;
      case OutputItem::Kind::kCall:
        AddCall();
        break;
    }
    AddFrontier("response.output_item.done", Stage::kDone);
  }

  void AddReasoning() {
    const std::string text = writer_->answer().reasoning;
    if (text.empty()) return;
    const auto part = [](const std::string& value) -> Members {
      return [value](JsonWriter& json, std::string_view) {
        json.Member("summary_index", 0).ObjectMember("part");
        json.Member("type", "summary_text").Member("text", value).EndObject();
      };
    };
    const auto with_text = [](std::string_view name) -> Members {
      return [name](JsonWriter& json, std::string_view token) {
        json.Member("summary_index", 0).Member(name, token);
      };
    };
    const std::string prefix = "response.reasoning_summary_";
    frames_.AddFrame(ItemEvent(prefix + "part.added", part("")));
    frames_.AddTokens(text, ItemEvent(prefix + "text.delta", with_text("delta")));
    frames_.AddFrame(ItemEvent(prefix + "text.done", Fixed(with_text("text"), text)));
    frames_.AddFrame(ItemEvent(prefix + "part.done", part(text)));
  }

  void AddSearch() {
    for (const char* step : {"in_progress", "searching", "completed"}) {
      const std::string type = std::string("response.web_search_call.") + step;
      frames_.AddFrame(ItemEvent(type, [](JsonWriter&, std::string_view) {}));
    }
  }

  void AddMessage() {
    const auto writer = writer_;
    const auto part = [writer](Stage stage) -> Members {
      return [writer, stage](JsonWriter& json, std::string_view) {
        json.Member("content_index", 0).RawMember("part", writer->Part(stage));
      };
    };
    const auto with_text = [](std::string_view name) -> Members {
      return [name](JsonWriter& json, std::string_view token) {
        json.Member("content_index", 0).Member(name, token);
        json.ArrayMember("logprobs").EndArray();
      };
    };
    const std::string text = writer_->answer().text;
    frames_.AddFrame(ItemEvent("response.content_part.added", part(Stage::kBegun)));
    frames_.AddTokens(text, ItemEvent("response.output_text.delta", with_text("delta")));
    if (!writer_->answer().search_query.empty()) AddAnnotation();
    frames_.AddFrame(
        ItemEvent("response.output_text.done", Fixed(with_text("text"), text)));
    frames_.AddFrame(ItemEvent("response.content_part.done", part(Stage::kDone)));
  }

  void AddAnnotation() {
    const auto writer = writer_;
    frames_.AddFrame(ItemEvent("response.output_text.annotation.added",
                               [writer](JsonWriter& json, std::string_view) {
                                 json.Member("content_index", 0);
                                 json.Member("annotation_index", 0);
                                 json.RawMember("annotation", writer->Annotation());
                               }));
  }

  void AddCall() {
    const std::size_t call = writer_->items()[index_].call;
    const std::string arguments = writer_->answer().calls[call].arguments;
    const auto with_text = [](std::string_view name) -> Members {
      return
          [name](JsonWriter& json, std::string_view token) { json.Member(name, token); };
    };
    const std::string prefix = "response.function_call_arguments.";
    auto delta = ItemEvent(prefix + "delta", with_text("delta"));
    if (writer_->request().stream_tool_calls) {
      frames_.AddTokens(arguments, std::move(delta));
    } else {
      frames_.AddFrame([delta, arguments](std::string_view) { return delta(arguments); });
    }
    frames_.AddFrame(
        ItemEvent(prefix + "done", Fixed(with_text("arguments"), arguments)));
  }

  static Members Fixed(const Members& members, const std::string& text) {
    return [members, text](JsonWriter& json, std::string_view) { members(json, text); };
  }

  FrameSource& frames_;
  const std::shared_ptr<ResponsesWriter> writer_;  // shared with the frames to come
  std::size_t index_ = 0;
};

}  // namespace

HttpReply ResponsesReply(const ResponsesRequest& request, const Answer& answer,
                         std::chrono::milliseconds chunk_delay) {
  auto writer = std::make_shared<ResponsesWriter>(request, answer);
  HttpReply reply;
  if (!request.stream) {
    reply.headers = {{"Content-Type", "application/json"}};
    reply.body = writer->Snapshot(writer->FinalStatus());
    return reply;
  }
  auto frames = std::make_unique<FrameSource>(chunk_delay);
  EventQueue(*frames, std::move(writer)).AddAll();
  reply.headers = {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-cache"}};
  reply.stream = std::move(frames);
  return reply;
}

}  // namespace xai::sim
