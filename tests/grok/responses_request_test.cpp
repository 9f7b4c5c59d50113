#include "grok/responses_request.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "support/json_text.h"

namespace xai {
namespace {

using Strings = std::vector<std::string>;

Result<WireRequest> Build(std::string_view json, const ModelInfo& model = {}) {
  const std::unique_ptr<JsonDocument> document = MustParse(json);
  const Result<RequestOptions> options = ReadRequestOptions(document->root());
  EXPECT_TRUE(options.ok()) << (options.ok() ? "" : options.error().detail);
  return BuildResponsesRequest(document->root(), options.value(), model);
}

struct Built {
  std::string members;  // beside model, input and stream
  Strings dropped;
};

Built BuildWith(std::string_view members, const ModelInfo& model = {}) {
  const Result<WireRequest> wire =
      Build(R"({"model":"xai/m","messages":[{"role":"user","content":"hi"}],)" +
                std::string(members) + "}",
            model);
  EXPECT_TRUE(wire.ok());
  const std::string head =
      R"({"model":"m","input":[{"role":"user","content":"hi"}],"stream":true,)";
  EXPECT_EQ(wire.value().body.substr(0, head.size()), head);
  return {"{" + wire.value().body.substr(head.size()), wire.value().dropped};
}

constexpr const char* kDefaults =
    R"("store":false,"include":["reasoning.encrypted_content"])";

struct Case {
  const char* given;
  const char* sent;  // beside the defaults
  Strings dropped;
};

TEST(ResponsesRequestTest, PutsMembersIntoItsWords) {
  const Case cases[] = {
      {R"("user":"u")", R"("user":"u")", {}},
      {R"("temperature":0.5,"top_p":1,"made_up":{"a":[1]})",
       R"("temperature":0.5,"top_p":1,"made_up":{"a":[1]})",
       {}},
      {R"("max_tokens":5)", R"("max_output_tokens":5)", {}},
      {R"("max_completion_tokens":6,"max_tokens":5)", R"("max_output_tokens":6)", {}},
      {R"("reasoning_effort":"low")", R"("reasoning":{"effort":"low"})", {}},
      {R"("thinking":{"effort":"high"})", R"("reasoning":{"effort":"high"})", {}},
      {R"("response_format":{"type":"json_object"})",
       R"("text":{"format":{"type":"json_object"}})",
       {}},
      {R"("response_format":{"type":"json_schema","json_schema":{"name":"n",)"
       R"("schema":{"type":"object"},"strict":true}})",
       R"("text":{"format":{"type":"json_schema","name":"n",)"
       R"("schema":{"type":"object"},"strict":true}})",
       {}},
      {R"("tools":[{"type":"function","function":{"name":"f","parameters":{}}},)"
       R"({"type":"web_search","filters":{}}],"tool_choice":"required")",
       R"("tools":[{"type":"function","name":"f","parameters":{}},)"
       R"({"type":"web_search","filters":{}}],"tool_choice":"required")",
       {}},
      {R"("tools":[{"type":"function","function":{"name":"f"}}],)"
       R"("tool_choice":{"type":"function","function":{"name":"f"}})",
       R"("tools":[{"type":"function","name":"f"}],)"
       R"("tool_choice":{"type":"function","name":"f"})",
       {}},
      {R"("tools":[],"tool_choice":"auto")", "", {"tool_choice"}},
      {R"("stop":["a"],"seed":1,"n":1,"presence_penalty":0,"frequency_penalty":0,)"
       R"("logit_bias":{})",
       "",
       {"stop", "seed", "n", "presence_penalty", "frequency_penalty", "logit_bias"}},
      {R"("conversation_id":"c-1")", R"("prompt_cache_key":"c-1")", {}},
      {R"("conversation_id":"c-1","prompt_cache_key":"k")",
       R"("prompt_cache_key":"k")",
       {}},
      {R"("timeout_ms":1,"max_retries":1,"drop_unsupported":true,)"
       R"("stream_tool_calls":true,"stream_options":{"include_usage":true})",
       "",
       {}},
      {R"("store":null,"include":null,"prompt_cache_key":null,"user":null)", "", {}},
  };
  for (const Case& one : cases) {
    const Built built = BuildWith(one.given);
    const std::string sent =
        std::string("{") + one.sent + (*one.sent == '\0' ? "" : ",") + kDefaults + "}";
    EXPECT_TRUE(SameJson(built.members, sent)) << one.given << "\n" << built.members;
    EXPECT_EQ(built.dropped, one.dropped) << one.given;
  }
}

TEST(ResponsesRequestTest, NoNameComesTwice) {
  const Case cases[] = {
      {R"("input":[])", "", {"input"}},
      {R"("text":{"verbosity":"low"})", R"("text":{"verbosity":"low"})", {}},
      {R"("text":{"verbosity":"low"},"response_format":{"type":"json_object"})",
       R"("text":{"format":{"type":"json_object"}})",
       {"text"}},
      {R"("max_output_tokens":4)", R"("max_output_tokens":4)", {}},
      {R"("max_output_tokens":4,"max_tokens":5)",
       R"("max_output_tokens":5)",
       {"max_output_tokens"}},
      {R"("response_format":{"type":"json_schema","json_schema":{"type":"t","name":"n"}})",
       R"("text":{"format":{"type":"json_schema","name":"n"}})",
       {}},
      {R"("response_format":{"type":"json_schema","json_schema":[1,2]})",
       R"("text":{"format":{"type":"json_schema","json_schema":[1,2]}})",
       {}},
      {R"("tools":[{"type":"function","name":"a","function":{"type":"t","name":"b"}}])",
       R"("tools":[{"type":"function","name":"a"}])",
       {}},
  };
  for (const Case& one : cases) {
    const Built built = BuildWith(one.given);
    const std::string sent =
        std::string("{") + one.sent + (*one.sent == '\0' ? "" : ",") + kDefaults + "}";
    EXPECT_TRUE(SameJson(built.members, sent)) << one.given << "\n" << built.members;
    EXPECT_EQ(built.dropped, one.dropped) << one.given;
  }
}

TEST(ResponsesRequestTest, TheHostDecidesWhatIsKept) {
  EXPECT_TRUE(SameJson(BuildWith(R"("store":true,"include":[])").members,
                       R"({"store":true,"include":[]})"));
}

TEST(ResponsesRequestTest, DropsWhatTheModelRejects) {
  ModelInfo model;
  model.rejects = {"max_tokens", "max_completion_tokens", "reasoning_effort", "user"};
  const Built built = BuildWith(
      R"("max_tokens":5,"max_completion_tokens":6,"reasoning_effort":"low","user":"u")",
      model);
  EXPECT_TRUE(SameJson(built.members, std::string("{") + kDefaults + "}"));
  EXPECT_EQ(built.dropped,
            (Strings{"max_completion_tokens", "max_tokens", "reasoning_effort", "user"}));
}

struct InputCase {
  const char* message;
  const char* items;
};

const InputCase kInputs[] = {
    {R"({"role":"system","content":"s"})", R"({"role":"system","content":"s"})"},
    {R"({"role":"developer","content":"s"})", R"({"role":"developer","content":"s"})"},
    {R"({"role":"user","content":""})", R"({"role":"user","content":""})"},
    {R"({"role":"user","content":[{"type":"text","text":"a"},)"
     R"({"type":"image_url","image_url":{"url":"https://e.org/i.png","detail":"low"}},)"
     R"({"type":"image_url","image_url":"data:image/png;base64,AA=="},)"
     R"({"type":"file","file":{"file_id":"f"}},{"type":"file","file":{"url":"https://e.org"}},)"
     R"({"type":"file","file":{"url":"u","file_url":"v","type":"t"}},)"
     R"({"type":"file","file":["a","b"]},)"
     R"({"type":"input_text","text":"as it is"}]})",
     R"({"role":"user","content":[{"type":"input_text","text":"a"},)"
     R"({"type":"input_image","image_url":"https://e.org/i.png","detail":"low"},)"
     R"({"type":"input_image","image_url":"data:image/png;base64,AA=="},)"
     R"({"type":"input_file","file_id":"f"},{"type":"input_file","file_url":"https://e.org"},)"
     R"({"type":"input_file","file_url":"u"},{"type":"input_file"},)"
     R"({"type":"input_text","text":"as it is"}]})"},
    {R"({"role":"assistant","content":"a"})", R"({"role":"assistant","content":"a"})"},
    {R"({"role":"assistant","content":[{"type":"text","text":"a"}]})",
     R"({"role":"assistant","content":[{"type":"output_text","text":"a"}]})"},
    {R"({"role":"assistant","content":null})", ""},
    {R"({"role":"assistant","content":""})", ""},
    {R"({"role":"assistant","content":[]})", ""},
    {R"({"role":"assistant","content":"a","tool_calls":[{"id":"c","type":"function",)"
     R"("function":{"name":"f","arguments":"{\"x\":1}"}},)"
     R"({"id":"d","type":"function","function":{"name":"g","arguments":"{\"x\":"}}]})",
     R"({"role":"assistant","content":"a"},)"
     R"({"type":"function_call","call_id":"c","name":"f","arguments":"{\"x\":1}"},)"
     R"({"type":"function_call","call_id":"d","name":"g","arguments":"{}"})"},
    {R"({"role":"assistant","content":"a","encrypted_reasoning":[)"
     R"({"type":"reasoning","id":"rs","summary":[],"encrypted_content":"A","status":"x"},)"
     R"({"encrypted_content":"B"},7]})",
     R"({"type":"reasoning","id":"rs","summary":[],"encrypted_content":"A"},)"
     R"({"type":"reasoning","summary":[],"encrypted_content":"B"},)"
     R"({"role":"assistant","content":"a"})"},
    {R"({"role":"tool","tool_call_id":"c","content":"done"})",
     R"({"type":"function_call_output","call_id":"c","output":"done"})"},
    {R"({"role":"tool","tool_call_id":"c","content":[{"type":"text","text":"t"},)"
     R"({"type":"image_url","image_url":{"url":"data:,"}}]})",
     R"({"type":"function_call_output","call_id":"c","output":[)"
     R"({"type":"input_text","text":"t"},{"type":"input_image","image_url":"data:,"}]})"},
};

TEST(ResponsesInputTest, PutsMessagesIntoItems) {
  for (const InputCase& one : kInputs) {
    const Result<WireRequest> wire =
        Build(R"({"model":"m","messages":[)" + std::string(one.message) + "]}");
    ASSERT_TRUE(wire.ok()) << one.message;
    const std::unique_ptr<JsonDocument> body = MustParse(wire.value().body);
    const std::string input = JsonOf(body->root()["input"]);
    EXPECT_TRUE(SameJson(input, "[" + std::string(one.items) + "]")) << input;
  }
}

TEST(ResponsesInputTest, APartWithoutACounterpartIsUnsupported) {
  for (const char* part :
       {R"({"type":"input"})", R"({"type":"audio","x":1})", R"({"text":"a"})", "7"}) {
    for (const char* role : {"user", R"(tool","tool_call_id":"c)", "assistant"}) {
      const Result<WireRequest> wire =
          Build(R"({"model":"m","messages":[{"role":")" + std::string(role) +
                R"(","content":[)" + part + "]}]}");
      ASSERT_FALSE(wire.ok()) << part << role;
      EXPECT_EQ(wire.error().code, ErrorCode::kUnsupported);
      EXPECT_EQ(wire.error().reason, "messages");
    }
  }
}

}  // namespace
}  // namespace xai
