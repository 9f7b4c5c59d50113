#include "grok/shapes.h"

namespace xai {
namespace {

using std::string_literals::operator""s;

// Stand where text and number come.
constexpr char kText = '@';
constexpr char kNumber = '#';

std::string Choices(const std::string& choices) {
  return R"({"id":"c-1","object":"chat.completion.chunk","created":7,"model":"m",)"
         R"("choices":[)" +
         choices + R"(],"system_fingerprint":"fp"})";
}

std::string Delta(const std::string& members, const std::string& more = "") {
  return Choices(R"({"index":0,"delta":{)" + members + "}" + more + "}");
}

std::vector<std::string> ChatShapes() {
  return {
      R"({"choices":[{"delta":{"content":"@"}}]})",
      Delta(R"("content":"@")"),
      Delta(R"("reasoning_content":"@")"),
      Delta(R"("reasoning_content":"@","role":"assistant")"),
      Delta(R"("content":"@","role":"assistant")"),
      Delta(R"("role":"assistant","content":"","reasoning_content":"@")"),
      Delta(R"("content":"x","content":"@")"),
      Delta(R"("content":"@","content":null)"),
      Delta(R"("content":"@","reasoning_content":"@")"),
      Delta(R"("content":"same","x":"@")"),
      Delta(R"("refusal":"@")"),
      Delta(R"("content":"@","refusal":"no ")"),
      Delta(R"("content":["@"])"),
      Delta(R"("content":{"content":"@"})"),
      Delta(""),
      Delta(R"("content":null)"),
      Delta(R"("content":"@")", R"(,"finish_reason":null)"),
      Delta(R"("content":"@")", R"(,"finish_reason":"stop")"),
      Delta("", R"(,"finish_reason":"length")"),
      Delta(R"("content":"@")", R"(,"logprobs":{"content":[{"token":"@"}]})"),
      Delta(R"("content":"@","tool_calls":[])"),
      Delta(
          R"("tool_calls":[{"index":#,"id":"i","function":{"name":"f","arguments":"@"}}])"),
      Delta(R"("tool_calls":[{"index":0,"function":{"arguments":"@"}}],"content":"x")"),
      Choices(R"({"index":#,"delta":{"content":"@"}})"),
      Choices(R"({"delta":{"content":"@"}},{"delta":{"content":"@"}})"),
      Choices(R"({"delta":{"content":"x"}},{"delta":{"reasoning_content":"@"}})"),
      Choices(R"({"message":{"content":"@"}})"),
      Choices(R"({"delta":{"content":"x"}}],"choices":[{"delta":{"content":"@"}})"),
      R"({"id":"c-2","choices":[{"delta":{"content":"@"}}]})",
      R"({"id":"c-3","model":"n","choices":[{"delta":{"content":"@"}}],"model":"o"})",
      R"({"id":"@","choices":[{"delta":{"content":"x"}}]})",
      R"({"choices":[{"delta":{"content":"@"}}],"created":#})",
      R"({"choices":[{"delta":{"content":"@"}}],"usage":null})",
      R"({"choices":[{"delta":{"content":"@"}}],"usage":{"total_tokens":#}})",
      R"({"choices":[{"delta":{"content":"@"}}],"citations":["u","v"]})",
      R"({"choices":[],"citations":["@"]})",
      R"({"choices":[{"delta":{"content":"@"}}],"error":null})",
      R"({"choices":[{"delta":{"content":"@"}}],"error":"e"})",
      R"({"other":{"choices":[{"delta":{"content":"@"}}]},"choices":[]})",
      " {\t\"choices\" : [ { \"delta\" : { \"content\" : \"@\" } } ] }\r\n",
      "{\"choices\":[{\"delta\":{\"x\":\"\\n\",\"content\":\"@\"}}]}",
      R"({"x":"\ud83d","choices":[{"delta":{"content":"@"}}]})",
      R"({"choices":[{"delta":{"content":"@"}}]} x)",
      R"({"choices":[{"delta":{"content":"@"}})",
      "[DONE]",
  };
}

std::string Event(const std::string& type, const std::string& members) {
  return R"({"sequence_number":#,"type":"response.)" + type + R"(","item_id":"i",)" +
         members + "}";
}

std::vector<std::string> ResponsesShapes() {
  const std::string text = "output_text.delta";
  return {
      R"({"sequence_number":#,"type":"response.output_text.delta","delta":"@"})",
      Event(text, R"("output_index":1,"content_index":0,"delta":"@","logprobs":[])"),
      Event(text, R"("output_index":#,"content_index":0,"delta":"@")"),
      Event(text, R"("delta":"@","sequence_number":#)"),
      Event(text, R"("delta":"x","delta":"@")"),
      Event(text, R"("delta":"@","delta":"x")"),
      Event(text, R"("delta":"@","delta":null)"),
      Event(text, R"("delta":["@"])"),
      Event(text, R"("delta":{"delta":"@"})"),
      Event(text, R"("delta":"x","more":"@")"),
      Event(text, R"("delta":"@","item":{"delta":"y","sequence_number":3})"),
      Event(text, R"("delta":"@","response":{"type":"response.completed"})"),
      Event(text, R"("delta":"@","type":"response.reasoning_text.delta")"),
      Event(text, R"("delta":"@","obfuscation":"\n")"),
      Event("reasoning_summary_text.delta", R"("output_index":0,"delta":"@")"),
      Event("reasoning_text.delta", R"("output_index":0,"delta":"@")"),
      Event("refusal.delta", R"("output_index":0,"delta":"@")"),
      Event("function_call_arguments.delta", R"("output_index":2,"delta":"@")"),
      Event(
          "output_item.added",
          R"("output_index":2,"item":{"type":"function_call","call_id":"c","name":"f"})"),
      Event("output_item.done",
            R"("output_index":1,"item":{"type":"message","content":[{"text":"@"}]})"),
      Event("output_text.done", R"("output_index":1,"text":"@")"),
      Event("output_text.annotation.added",
            R"("output_index":1,"annotation":{"type":"url_citation","url":"@"})"),
      Event("created", R"("response":{"id":"r","model":"@"})"),
      Event("completed", R"("response":{"id":"r","status":"completed","output":[]})"),
      Event("failed", R"("response":{"error":{"code":"@"}})"),
      Event("nothing", R"("delta":"@")"),
      R"({"type":"response.output_text.delta","delta":"@","sequence_number":#})",
      R"({"type":"response.output_text.delta","output_index":0,"delta":"@"})",
      R"({"type":"response.output_text.delta","delta":"@"} x)",
      R"({"type":"response.output_text.delta","delta":"@")",
      R"({"type":"error","message":"@","sequence_number":#})",
      R"({"delta":"@","sequence_number":#,"status":"x"})",
      R"([{"type":"response.output_text.delta","delta":"@"}])",
      R"({"sequence_number":"#","type":"response.output_text.delta","delta":"@"})",
      R"({"sequence_number":[#],"type":"response.output_text.delta","delta":"@"})",
      " {\"type\" : \"response.output_text.delta\" , \"delta\" : \"@\" }",
      "[DONE]",
  };
}

}  // namespace

std::vector<std::string> Shapes(Lane lane) {
  return lane == Lane::kChatCompletions ? ChatShapes() : ResponsesShapes();
}

std::string Filled(std::string shape, std::string_view number, std::string_view text) {
  std::string filled;
  for (const char c : shape) {
    if (c == kText) {
      filled.append(text);
    } else if (c == kNumber) {
      filled.append(number);
    } else {
      filled.push_back(c);
    }
  }
  return filled;
}

std::string FirstShape(Lane lane, std::string_view number, std::string_view text) {
  return Filled(Shapes(lane).front(), number, text);
}

std::vector<std::string> Texts() {
  return {
      "a"s,
      " word"s,
      ""s,
      "Grüße"s,
      "\xF0\x9F\x98\x80"s,
      R"(\n)"s,
      R"(a\n\nb)"s,
      R"(\")"s,
      R"(\\)"s,
      R"(\\\")"s,
      R"(\/\b\f\t)"s,
      R"(\u00e9)"s,
      R"(\u0000)"s,
      R"(a\u0022)"s,
      R"(\\ud83d)"s,
      R"(\ud83d)"s,
      R"(\ude00b)"s,
      R"(\ud83d\ude00)"s,
      R"(\n\ud83d)"s,
      R"(\u12)"s,
      R"(\x)"s,
      R"(\)"s,
      R"(a\)"s,
      R"(\\\)"s,
      "\xFF"s,
      "a\xC3"s,
      "\xED\xA0\x80"s,
      "\xC3\\n"s,
      "\x01"s,
      "\x7F"s,
      "a\0b"s,
      "\n"s,
      "\\\n"s,
      "\""s,
      "a\"b"s,
      R"(","content":")"s,
      R"(","delta":"y)"s,
      "}"s,
      "]}"s,
      std::string(2'000, 'x'),
      R"(\\u0041)"s,
  };
}

std::vector<std::string> Numbers() {
  return {"0", "7",  "12", "007", "-1",   "1.5",   "1e3",
          "",  " 1", "1 ", "1,2", "null", "\"1\"", "99999999999999999999"};
}

}  // namespace xai
