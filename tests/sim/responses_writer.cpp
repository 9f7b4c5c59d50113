#include "sim/responses_writer.h"

#include <algorithm>
#include <chrono>

#include "sim/random.h"

namespace xai::sim {
namespace {

constexpr std::string_view kCitedUrl = "https://example.com/simulated-result";
constexpr std::int64_t kPromptTicks = 12500;  // per token; 1 USD has 10^10
constexpr std::int64_t kOutputTicks = 25000;

std::size_t CountCharacters(std::string_view text) {
  const auto begins = [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
  };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

std::string_view StatusOf(Stage stage) {
  return stage == Stage::kDone ? "completed" : "in_progress";
}

}  // namespace

ResponsesWriter::ResponsesWriter(const ResponsesRequest& request, const Answer& answer)
    : request_(request),
      answer_(answer),
      created_(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())) {
  if (answer.reasoning_tokens > 0) AddItem(OutputItem::Kind::kReasoning, "rs_");
  if (request.encrypted_reasoning) encrypted_ = EncryptReasoning(*request.model);
  if (!answer.search_query.empty()) {
    AddItem(OutputItem::Kind::kSearch, "ws_");
    citation_begin_ = citation_end_ = CountCharacters(answer_.text);
    if (request.inline_citations) {
      answer_.text += "[[1]](" + std::string(kCitedUrl) + ")";
      citation_end_ = CountCharacters(answer_.text);
    }
  }
  if (answer.calls.empty()) AddItem(OutputItem::Kind::kMessage, "msg_");
  for (std::size_t i = 0; i < answer.calls.size(); ++i) {
    AddItem(OutputItem::Kind::kCall, "fc_", i);
  }
}

void ResponsesWriter::AddItem(OutputItem::Kind kind, std::string_view prefix,
                              std::size_t call) {
  items_.push_back({kind, std::string(prefix) + RandomUuid(), call});
}

std::string ResponsesWriter::Event(std::string_view type, const WriteMembers& write) {
  JsonWriter json;
  json.BeginObject().Member("sequence_number", sequence_++).Member("type", type);
  write(json);
  return "event: " + std::string(type) + "\ndata: " + json.EndObject().text() + "\n\n";
}

void ResponsesWriter::WriteReasoning(JsonWriter& json, Stage stage) const {
  json.Member("type", "reasoning").ArrayMember("summary");
  if (stage == Stage::kDone && !answer_.reasoning.empty()) {
    json.BeginObject().Member("type", "summary_text");
    json.Member("text", answer_.reasoning).EndObject();
  }
  json.EndArray();
  if (stage == Stage::kDone && !encrypted_.empty()) {
    json.Member("encrypted_content", encrypted_);
  }
  json.Member("status", StatusOf(stage));
}

std::string ResponsesWriter::Item(const OutputItem& item, Stage stage) const {
  const bool done = stage == Stage::kDone;
  JsonWriter json;
  json.BeginObject().Member("id", item.id);
  switch (item.kind) {
    case OutputItem::Kind::kReasoning:
      WriteReasoning(json, stage);
      break;
    case OutputItem::Kind::kSearch:
      json.Member("type", "web_search_call").ObjectMember("action");
      json.Member("type", "search").Member("query", answer_.search_query);
      json.ArrayMember("sources").EndArray().EndObject();
      json.Member("status", StatusOf(stage));
      break;
    case OutputItem::Kind::kMessage:
      json.Member("type", "message").Member("role", "assistant").ArrayMember("content");
      if (done) json.Raw(Part(stage));
      json.EndArray().Member("status", done ? FinalStatus() : StatusOf(stage));
      break;
    case OutputItem::Kind::kCall: {
      const FunctionCall& call = answer_.calls[item.call];
      json.Member("type", "function_call").Member("call_id", call.id);
      json.Member("name", call.name).Member("arguments", done ? call.arguments : "");
      json.Member("status", StatusOf(stage));
      break;
    }
  }
  return json.EndObject().text();
}

std::string ResponsesWriter::Part(Stage stage) const {
  const bool done = stage == Stage::kDone;
  JsonWriter json;
  json.BeginObject().Member("type", "output_text");
  json.Member("text", done ? answer_.text : "");
  json.ArrayMember("logprobs").EndArray().ArrayMember("annotations");
  if (done && !answer_.search_query.empty()) json.Raw(Annotation());
  return json.EndArray().EndObject().text();
}

std::string ResponsesWriter::Annotation() const {
  JsonWriter json;
  json.BeginObject().Member("type", "url_citation").Member("url", kCitedUrl);
  json.Member("start_index", citation_begin_).Member("end_index", citation_end_);
  return json.Member("title", "1").EndObject().text();
}

// On this lane the output tokens include the reasoning.
void ResponsesWriter::WriteUsage(JsonWriter& json) const {
  const std::int64_t input = request_.prompt.Tokens();
  const std::int64_t output = answer_.text_tokens + answer_.reasoning_tokens;
  const int searches = answer_.search_query.empty() ? 0 : 1;
  json.ObjectMember("usage").Member("input_tokens", input);
  json.ObjectMember("input_tokens_details").Member("cached_tokens", 0).EndObject();
  json.Member("output_tokens", output).ObjectMember("output_tokens_details");
  json.Member("reasoning_tokens", answer_.reasoning_tokens).EndObject();
  json.Member("total_tokens", input + output).Member("num_sources_used", searches);
  json.Member("num_server_side_tools_used", searches);
  json.Member("cost_in_usd_ticks", input * kPromptTicks + output * kOutputTicks);
  json.ObjectMember("server_side_tool_usage_details");
  json.Member("web_search_calls", searches).Member("x_search_calls", 0);
  json.Member("code_interpreter_calls", 0).Member("file_search_calls", 0);
  json.Member("mcp_calls", 0).Member("document_search_calls", 0).EndObject();
  json.ObjectMember("context_details").Member("input_tokens", input);
  json.Member("output_tokens", output).EndObject().EndObject();
}

std::string ResponsesWriter::Snapshot(std::string_view status) const {
  const bool running = status == "in_progress";
  JsonWriter json;
  json.BeginObject().Member("created_at", created_).Member("id", request_.id);
  json.Member("model", request_.model->id).Member("object", "response");
  json.ArrayMember("output");
  for (const OutputItem& item : items_) {
    if (!running) json.Raw(Item(item, Stage::kDone));
  }
  json.EndArray().Member("parallel_tool_calls", true);
  json.RawMember("previous_response_id", request_.previous_response_id);
  json.ObjectMember("reasoning").RawMember("effort", request_.effort);
  json.Member("summary", "detailed").EndObject();
  json.RawMember("text", request_.text).RawMember("tool_choice", request_.tool_choice);
  json.RawMember("tools", request_.tools).Member("store", request_.store);
  if (running) {
    json.NullMember("usage");
  } else {
    WriteUsage(json);
  }
  if (status == "incomplete") {
    json.ObjectMember("incomplete_details").Member("reason", "max_output_tokens");
    json.EndObject();
  } else {
    json.NullMember("incomplete_details");
  }
  return json.NullMember("error").Member("status", status).EndObject().text();
}

}  // namespace xai::sim
