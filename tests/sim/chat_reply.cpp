#include "sim/chat_reply.h"

#include <functional>
#include <memory>

#include "sim/frame_source.h"
#include "sim/json.h"
#include "sim/random.h"

namespace xai::sim {
namespace {

// How often an otherwise empty delta says that hidden reasoning goes on.
constexpr int kHeartbeats = 3;
constexpr std::int64_t kPromptTicks = 12500;  // per token; 1 USD has 10^10
constexpr std::int64_t kCompletionTicks = 25000;

std::string_view FinishReason(const Answer& answer) {
  if (!answer.calls.empty()) return "tool_calls";
  return answer.cut ? "length" : "stop";
}

// On this lane the completion tokens leave out the reasoning, and the total adds all up.
void WriteUsage(JsonWriter& json, const ChatRequest& request, const Answer& answer) {
  const std::int64_t prompt = request.prompt.Tokens();
  const std::int64_t visible = answer.text_tokens * request.choices;
  const std::int64_t reasoning = answer.reasoning_tokens * request.choices;
  json.ObjectMember("usage").Member("prompt_tokens", prompt);
  json.Member("completion_tokens", visible);
  json.Member("total_tokens", prompt + visible + reasoning);
  json.ObjectMember("prompt_tokens_details").Member("text_tokens", prompt);
  json.Member("audio_tokens", 0).Member("image_tokens", 0).Member("cached_tokens", 0);
  json.EndObject().ObjectMember("completion_tokens_details");
  json.Member("reasoning_tokens", reasoning).Member("audio_tokens", 0);
  json.Member("accepted_prediction_tokens", 0).Member("rejected_prediction_tokens", 0);
  json.EndObject().Member("num_sources_used", 0);
  const std::int64_t ticks =
      prompt * kPromptTicks + (visible + reasoning) * kCompletionTicks;
  json.Member("cost_in_usd_ticks", ticks).EndObject();
}

void WriteCall(JsonWriter& json, const FunctionCall& call) {
  json.BeginObject().Member("id", call.id).ObjectMember("function");
  json.Member("name", call.name).Member("arguments", call.arguments).EndObject();
}

// What all documents of one completion share.
class ChatWriter {
 public:
  ChatWriter(const ChatRequest& request, const Answer& answer)
      : request_(request),
        answer_(answer),
        id_(RandomUuid()),
        created_(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())) {
  }

  const ChatRequest& request() const { return request_; }
  const Answer& answer() const { return answer_; }

  std::string Whole() const {
    JsonWriter json;
    Begin(json, "chat.completion");
    json.ArrayMember("choices");
    for (int index = 0; index < request_.choices; ++index) WriteChoice(json, index);
    json.EndArray();
    WriteUsage(json, request_, answer_);
    json.Member("system_fingerprint", "fp_simulated").EndObject();
    return json.text();
  }

  using WriteMembers = std::function<void(JsonWriter&)>;

  // A chunk with one choice; the role comes with the first delta of each choice.
  std::string Delta(int index, const WriteMembers& write) {
    JsonWriter json;
    BeginChunk(json);
    json.BeginObject().Member("index", index).ObjectMember("delta");
    write(json);
    if (index >= roles_sent_) {
      json.Member("role", "assistant");
      roles_sent_ = index + 1;
    }
    json.EndObject().EndObject();
    return EndChunk(json);
  }

  std::string Finish(int index) const {
    JsonWriter json;
    BeginChunk(json);
    json.BeginObject().Member("index", index).ObjectMember("delta").EndObject();
    json.Member("finish_reason", FinishReason(answer_)).EndObject();
    return EndChunk(json);
  }

  std::string Usage() const {
    JsonWriter json;
    Begin(json, "chat.completion.chunk");
    json.ArrayMember("choices").EndArray();
    WriteUsage(json, request_, answer_);
    json.Member("system_fingerprint", "fp_simulated").EndObject();
    return "data: " + json.text() + "\n\n";
  }

 private:
  void Begin(JsonWriter& json, std::string_view object) const {
    json.BeginObject().Member("id", id_).Member("object", object);
    json.Member("created", created_).Member("model", request_.model->id);
  }

  void BeginChunk(JsonWriter& json) const {
    Begin(json, "chat.completion.chunk");
    json.ArrayMember("choices");
  }

  static std::string EndChunk(JsonWriter& json) {
    json.EndArray().Member("system_fingerprint", "fp_simulated").EndObject();
    return "data: " + json.text() + "\n\n";
  }

  void WriteChoice(JsonWriter& json, int index) const {
    json.BeginObject().Member("index", index).ObjectMember("message");
    json.Member("role", "assistant").Member("content", answer_.text);
    if (!answer_.reasoning.empty()) json.Member("reasoning_content", answer_.reasoning);
    if (!answer_.calls.empty()) {
      json.ArrayMember("tool_calls");
      for (const FunctionCall& call : answer_.calls) {
        WriteCall(json, call);
        json.Member("type", "function").EndObject();
      }
      json.EndArray();
    }
    json.NullMember("refusal").EndObject();
    json.Member("finish_reason", FinishReason(answer_)).EndObject();
  }

  const ChatRequest request_;
  const Answer answer_;
  const std::string id_;
  const std::int64_t created_;
  int roles_sent_ = 0;
};

void AddChoice(FrameSource& frames, const std::shared_ptr<ChatWriter>& writer,
               int index) {
  const Answer& answer = writer->answer();
  const auto member = [writer, index](std::string_view name) {
    return [writer, index, name](std::string_view token) {
      return writer->Delta(index, [&](JsonWriter& json) { json.Member(name, token); });
    };
  };
  const bool hidden = answer.reasoning_tokens > 0 && answer.reasoning.empty();
  for (int i = 0; hidden && i < kHeartbeats; ++i) {
    frames.AddFrame([writer, index](std::string_view) {
      return writer->Delta(index, [](JsonWriter&) {});
    });
  }
  frames.AddTokens(answer.reasoning, member("reasoning_content"));
  frames.AddTokens(answer.text, member("content"));
  for (std::size_t i = 0; i < answer.calls.size(); ++i) {
    frames.AddFrame([writer, index, i](std::string_view) {
      return writer->Delta(index, [&](JsonWriter& json) {
        json.ArrayMember("tool_calls");
        WriteCall(json, writer->answer().calls[i]);
        json.Member("index", i).Member("type", "function").EndObject().EndArray();
      });
    });
  }
  frames.AddFrame([writer, index](std::string_view) { return writer->Finish(index); });
}

}  // namespace

HttpReply ChatReply(const ChatRequest& request, const Answer& answer,
                    std::chrono::milliseconds chunk_delay) {
  // Shared by the frames that are still to be built.
  const auto writer = std::make_shared<ChatWriter>(request, answer);
  HttpReply reply;
  if (!request.stream) {
    reply.headers = {{"Content-Type", "application/json"}};
    reply.body = writer->Whole();
    return reply;
  }
  auto frames = std::make_unique<FrameSource>(chunk_delay);
  for (int index = 0; index < request.choices; ++index) AddChoice(*frames, writer, index);
  if (request.include_usage) {
    frames->AddFrame([writer](std::string_view) { return writer->Usage(); });
  }
  frames->AddFrame([](std::string_view) { return std::string("data: [DONE]\n\n"); });
  reply.headers = {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-cache"}};
  reply.stream = std::move(frames);
  return reply;
}

}  // namespace xai::sim
