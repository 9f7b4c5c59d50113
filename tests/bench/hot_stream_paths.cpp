#include "bench/hot_stream_paths.h"

#include <array>
#include <memory>

#include "abi/event_queue.h"
#include "bench/hot_stream.h"
#include "grok/chat_decoder.h"
#include "grok/responses_decoder.h"
#include "http/sse_parser.h"

namespace xai {
namespace {

constexpr size_t kEvents = 2'000;
constexpr size_t kQueueEvents = 64;
constexpr size_t kQueueWindow = 1'000;

// Keeps nothing.
struct NullSink : public AnswerSink {
  bool Take(size_t size) {
    bytes += size;
    return true;
  }
  bool OnText(std::string_view text) override { return Take(text.size()); }
  bool OnReasoning(std::string_view text) override { return Take(text.size()); }
  bool OnToolCall(uint32_t, const ToolCall&) override { return true; }
  bool OnToolArguments(uint32_t, std::string_view) override { return true; }
  bool OnUsage(const Usage&) override { return true; }
  size_t bytes = 0;
};

class Collector : public SseHandler {
 public:
  bool OnEvent(std::string_view, std::string_view data) override {
    events.emplace_back(data);
    return true;
  }
  std::vector<std::string> events;
};

class Counter : public SseHandler {
 public:
  bool OnEvent(std::string_view, std::string_view data) override {
    bytes += data.size();
    return true;
  }
  size_t bytes = 0;
};

struct Decoding {
  explicit Decoding(Lane lane) {
    if (lane == Lane::kChatCompletions) {
      decoder = std::make_unique<ChatDecoder>(&answer, &sink, false);
    } else {
      decoder = std::make_unique<ResponsesDecoder>(&answer, &sink, false);
    }
  }

  Answer answer;
  NullSink sink;
  std::unique_ptr<AnswerDecoder> decoder;
};

}  // namespace

HotPath StreamPath(Lane lane) {
  const auto stream = std::make_shared<HotStream>(lane);
  const auto bytes = std::make_shared<std::string>(TextEvents(lane, kEvents));
  const size_t text_bytes = TextOf(kEvents).size();
  return {kEvents, bytes->size(), [=] {
            const size_t before = stream->text_bytes();
            stream->Feed(*bytes);
            Require(stream->text_bytes() - before == text_bytes);
          }};
}

HotPath ParserPath() {
  const auto text =
      std::make_shared<std::string>(TextEvents(Lane::kChatCompletions, kEvents));
  const auto parser = std::make_shared<SseParser>();
  const auto counter = std::make_shared<Counter>();
  return {kEvents, text->size(), [=] {
            const size_t before = counter->bytes;
            Require(parser->Feed(*text, counter.get()).ok());
            Require(counter->bytes - before > text->size() * 9 / 10);
          }};
}

HotPath DecoderPath(Lane lane, bool in_full) {
  const std::string text = TextEvents(lane, kEvents);
  const auto collected = std::make_shared<Collector>();
  Require(SseParser().Feed(text, collected.get()).ok());
  const std::string nothing = lane == Lane::kChatCompletions
                                  ? R"({"choices":[]})"
                                  : R"({"type":"response.nothing"})";
  const auto decoding = std::make_shared<Decoding>(lane);
  const size_t text_bytes = TextOf(kEvents).size();
  return {kEvents, text.size(), [=] {
            const size_t before = decoding->sink.bytes;
            for (const std::string& event : collected->events) {
              (void)decoding->decoder->OnData(event);
              if (in_full) (void)decoding->decoder->OnData(nothing);
            }
            Require(decoding->sink.bytes - before == text_bytes);
          }};
}

// An event of text for each of many requests, so that none is joined with another.
HotPath QueuePath() {
  const auto queue = std::make_shared<EventQueue>(0, kQueueWindow, nullptr, nullptr);
  const std::string text(9, 'w');
  return {kQueueEvents, kQueueEvents * text.size(), [=] {
            for (uint64_t request = 1; request <= kQueueEvents; ++request) {
              (void)queue->Push({request, LLMP_EV_TEXT, 0, 0, text});
            }
            std::array<llmp_event, kQueueEvents> events;
            Require(queue->Wait(0, events.data(), kQueueEvents) == kQueueEvents);
          }};
}

}  // namespace xai
