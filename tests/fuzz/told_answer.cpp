#include "fuzz/told_answer.h"

#include <algorithm>

#include "fuzz/json_tree.h"
#include "fuzz/shown.h"

namespace xai {
namespace {

void RequireJson(const std::string& text) {
  JsonFacts facts;
  Require(ParseTree(text, &facts).has_value(), "what is kept as JSON is JSON");
}

void RequireKnown(const std::string& finish_reason) {
  for (const char* known : {"", "stop", "length", "tool_calls", "content_filter"}) {
    if (finish_reason == known) return;
  }
  Require(false, "a finish reason is one of ours");
}

}  // namespace

bool ToldAnswer::OnText(std::string_view piece) {
  Require(!piece.empty() && IsUtf8(piece), "a piece of text is some UTF-8");
  text.append(piece);
  return true;
}

bool ToldAnswer::OnReasoning(std::string_view piece) {
  Require(!piece.empty() && IsUtf8(piece), "a piece of reasoning is some UTF-8");
  reasoning.append(piece);
  return true;
}

bool ToldAnswer::OnToolCall(uint32_t index, const ToolCall& call) {
  Require(IsUtf8(call.id) && IsUtf8(call.name), "a call's names are UTF-8");
  Require(arguments.emplace(index, "").second, "a call is told once");
  return true;
}

bool ToldAnswer::OnToolArguments(uint32_t index, std::string_view piece) {
  const auto found = arguments.find(index);
  Require(found != arguments.end(), "arguments are of a call that was told");
  Require(IsUtf8(piece), "arguments are UTF-8");
  found->second.append(piece);
  return true;
}

bool ToldAnswer::OnUsage(const Usage&) {
  Require(false, "a decoder tells no usage");
  return true;
}

std::string Describe(const ToldAnswer& told, const Answer& answer) {
  RequireKnown(answer.finish_reason);
  JsonWriter json;
  json.BeginObject().Key("text").String(told.text);
  json.Key("reasoning").String(told.reasoning);
  json.Key("id").String(answer.id).Key("model").String(answer.model);
  json.Key("finish").String(answer.finish_reason).Key("refusal").String(answer.refusal);
  json.Key("calls").BeginArray();
  for (const ToolCall& call : answer.tool_calls) {
    json.BeginArray().String(call.id).String(call.name).String(call.arguments).EndArray();
  }
  json.EndArray();
  if (answer.usage) {
    json.Key("usage");
    answer.usage->WriteTo(&json);
  }
  json.Key("citations").BeginArray();
  for (const std::string& url : answer.citations) json.String(url);
  json.EndArray();
  for (const auto* documents :
       {&answer.annotations, &answer.server_tool_calls, &answer.encrypted_reasoning}) {
    json.Key("documents").BeginArray();
    for (const std::string& document : *documents) {
      RequireJson(document);
      json.Raw(document);
    }
    json.EndArray();
  }
  std::string text = json.EndObject().Take();
  RequireJson(text);
  return text;
}

void CheckCalls(const ToldAnswer& told, const Answer& answer, bool late) {
  for (const auto& [index, arguments] : told.arguments) {
    const auto call = std::find_if(answer.tool_calls.begin(), answer.tool_calls.end(),
                                   [index = index](const ToolCall& one) {
                                     return one.announced && one.index == index;
                                   });
    Require(call != answer.tool_calls.end(), "a call that is told is of the answer");
    const std::string& whole = call->arguments;
    const bool begins = whole.compare(0, arguments.size(), arguments) == 0;
    Require(late ? begins : whole == arguments,
            "a call's arguments are told as they are");
  }
}

void CheckReadings(
    const std::function<Reading(bool stream_tool_calls, bool apart)>& read) {
  const Reading whole = read(false, false);
  Require(read(true, false).answer == whole.answer,
          "an answer does not depend on how its calls are told");
  Require(read(false, true) == whole, "an event means the same whatever it comes after");
}

std::vector<std::string_view> EventsOf(FuzzInput* input) {
  std::vector<std::string_view> events;
  while (!input->empty()) events.push_back(input->Until('\n'));
  return events;
}

}  // namespace xai
