#include "bench/hot_stream.h"

#include <algorithm>
#include <cstdio>

#include "base/limits.h"
#include "support/json_text.h"

namespace xai {
namespace {

// What CURLOPT_BUFFERSIZE asks for.
constexpr size_t kPieceBytes = size_t{32} * 1024;
constexpr uint64_t kRequest = 1;

// In JSON, and what it says.
struct Word {
  std::string json;
  std::string text;
};

Word WordAt(size_t place) {
  if (place % 16 == 15) return {R"(,\n\n)", ",\n\n"};
  if (place % 16 == 7) return {" Grüße", " Grüße"};
  char word[16];
  std::snprintf(word, sizeof(word), " word%04d", static_cast<int>(place % 1000));
  return {word, word};
}

std::string ChatEvent(const std::string& json) {
  return R"(data: {"id":"5d3f0c0e-7a3e-4f57-9d7c-0f2f3f1d2a10",)"
         R"("object":"chat.completion.chunk","created":1770774058,"model":"grok-4.3",)"
         R"("choices":[{"index":0,"delta":{"content":")" +
         json + R"("}}],"system_fingerprint":"fp_2a885414fb"})" + "\n\n";
}

std::string ResponsesEvent(size_t place, const std::string& json) {
  return "event: response.output_text.delta\ndata: {\"sequence_number\":" +
         std::to_string(place) +
         R"(,"type":"response.output_text.delta",)"
         R"("item_id":"msg_5d3f0c0e-7a3e-4f57-9d7c-0f2f3f1d2a10","output_index":1,)"
         R"("content_index":0,"delta":")" +
         json + R"(","logprobs":[]})" + "\n\n";
}

}  // namespace

std::string TextEvents(Lane lane, size_t events) {
  std::string bytes;
  for (size_t place = 0; place < events; ++place) {
    const std::string json = WordAt(place).json;
    bytes +=
        lane == Lane::kChatCompletions ? ChatEvent(json) : ResponsesEvent(place, json);
  }
  return bytes;
}

std::string TextOf(size_t events) {
  std::string text;
  for (size_t place = 0; place < events; ++place) text += WordAt(place).text;
  return text;
}

HotStream::HotStream(Lane lane)
    : queue_(
          std::make_shared<EventQueue>(0, limits::kWindowBytesDefault, nullptr, nullptr)),
      sink_(queue_, kRequest, &wakes_, [] {}) {
  const char* model =
      lane == Lane::kChatCompletions ? "grok-4.3" : "grok-4.20-multi-agent-0309";
  std::unique_ptr<JsonDocument> document =
      MustParse(R"({"messages":[{"role":"user","content":"hi"}],"model":")" +
                std::string(model) + "\"}");
  Result<RequestOptions> options = ReadRequestOptions(document->root());
  completion_ = std::make_unique<Completion>(world_.services, std::move(document),
                                             std::move(options).value(), &sink_, [] {});
  completion_->Start();
  world_.GiveToken();
  world_.transport.Head(200, {{"content-type", "text/event-stream"}});
}

void HotStream::Feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kPieceBytes);
    (void)world_.transport.Body(piece);
    wakes_.Flush();
    bytes.remove_prefix(piece.size());
    TakeAll();
  }
}

void HotStream::TakeAll() {
  const auto room = static_cast<uint32_t>(events_.size());
  while (const int32_t count = queue_->Wait(0, events_.data(), room)) {
    for (int32_t i = 0; i < count; ++i) {
      const llmp_event& event = events_[static_cast<size_t>(i)];
      if (event.kind == LLMP_EV_TEXT) text_bytes_ += event.size;
    }
  }
}

}  // namespace xai
