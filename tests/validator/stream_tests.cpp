// LLMP-STREAM: an answer, as it comes.
#include <map>

#include "validator/catalog.h"
#include "validator/check.h"
#include "validator/process_snapshot.h"
#include "validator/upstream.h"

namespace validator {
namespace {

constexpr Call kComplete = &llmp_provider::complete;

// Letters of one, two, three and four bytes.
const std::vector<std::string>& Pieces() {
  static const std::vector<std::string> pieces = {"plain ", "\xc3\xa9t\xc3\xa9 ",
                                                  "\xe6\xbc\xa2\xe5\xad\x97 ",
                                                  "\xf0\x9f\x98\x80", " \"quoted\"\n"};
  return pieces;
}

std::string All() {
  std::string all;
  for (const std::string& piece : Pieces()) all += piece;
  return all;
}

Events Completed(const World& world, Subject* subject, const llmp::Json& scene) {
  SignIn(world, subject);
  const std::string model = SomeModel(subject);
  Play(world, scene);
  return subject->Ask(kComplete, Chat(model, "Hi"));
}

// Whether it neither begins nor ends within a code point.
bool IsWhole(const std::string& text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC0 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                                             : 4;
    if (length == 0 || length > text.size() - at) return false;
    at += length;
  }
  return true;
}

void TextIsWhatWasSent(World& world) {
  Subject subject(world);
  const Events events = Completed(world, &subject, Says(Pieces()));
  Require(events.back().status == LLMP_OK, "the answer ends with " + events.back().data);
  Require(Joined(events, LLMP_EV_TEXT) == All(),
          "the text is not what the vendor sent: " + Joined(events, LLMP_EV_TEXT));
  for (const Event& event : events) {
    Require(event.kind != LLMP_EV_TEXT || IsWhole(event.data),
            "an event ends within a code point");
  }
}

void StartComesFirst(World& world) {
  Subject subject(world);
  const Events events = Completed(world, &subject, Says({"a", "b"}));
  Require(events.front().kind == LLMP_EV_START, "the first event is not START");
  const llmp::Json start = llmp::Json::parse(events.front().data).value_or(llmp::Json());
  Require(!start["model"].str().empty(), "START names no model");
  std::size_t starts = 0;
  for (const Event& event : events) starts += event.kind == LLMP_EV_START ? 1 : 0;
  Require(starts == 1, "START comes more than once");
}

void EndSumsUp(World& world) {
  Subject subject(world);
  const Events events = Completed(world, &subject, Says({"a"}));
  const llmp::Json result = DocumentOf(events.back());
  Require(result["ok"].is_true(), "an answer's document does not say ok");
  Require(!result["model"].str().empty(), "an answer's document names no model");
  Require(result["finish_reason"].str() == "stop", "finish_reason is not stop");
}

void TakenOneByOneItIsTheSame(World& world) {
  Subject subject(world);
  SignIn(world, &subject);
  const std::string model = SomeModel(&subject);
  Play(world, Says(Pieces()));
  const std::uint64_t queue = subject.OpenQueue();
  subject.Begin(kComplete, Chat(model, "Hi"), queue);
  std::string text;
  const auto patience =
      static_cast<std::int32_t>(std::chrono::milliseconds(kPatience).count());
  for (bool ended = false; !ended;) {
    const Events one = Take(subject.get(), queue, patience, 1);
    Require(!one.empty(), "an answer stops before its END");
    if (one[0].kind == LLMP_EV_TEXT) text += one[0].data;
    ended = one[0].kind == LLMP_EV_END;
  }
  Require(text == All(), "taken with cap 1 the text is another");
}

void WithoutAStream(World& world) {
  Subject subject(world);
  SignIn(world, &subject);
  const llmp::Json request = Chat(SomeModel(&subject), "Hi").set("stream", false);
  const Events events = subject.Ask(kComplete, request);
  Require(events.back().status == LLMP_OK, "the answer ends with " + events.back().data);
  Require(Joined(events, LLMP_EV_TEXT).empty(),
          "with stream false there is a TEXT event");
  const llmp::Json result = DocumentOf(events.back());
  Require(!result["message"]["content"].str().empty(),
          "with stream false the result has no message.content");
}

llmp::Json ToolCall(const std::string& id, const std::string& name) {
  return llmp::Json::object()
      .set("id", id)
      .set("name", name)
      .set("arguments",
           llmp::Json::array().push_back("{\"city\":").push_back("\"Paris\"}"));
}

void ToolCallsAreInOrder(World& world) {
  Subject subject(world);
  llmp::Json calls = llmp::Json::array();
  calls.push_back(ToolCall("call-a", "first")).push_back(ToolCall("call-b", "second"));
  const llmp::Json scene =
      llmp::Json::object().set("scene", "answer").set("tool_calls", std::move(calls));
  const Events events = Completed(world, &subject, scene);
  std::map<std::uint32_t, std::string> names;
  std::map<std::uint32_t, std::string> arguments;
  for (const Event& event : events) {
    if (event.kind == LLMP_EV_TOOL_CALL) {
      const llmp::Json call = llmp::Json::parse(event.data).value_or(llmp::Json());
      Require(event.index == names.size(), "the calls are not numbered from 0 in order");
      names[event.index] = call["name"].str();
    }
    if (event.kind == LLMP_EV_TOOL_ARGS) {
      Require(names.count(event.index) == 1, "TOOL_ARGS come before their TOOL_CALL");
      arguments[event.index] += event.data;
    }
  }
  Require(names.size() == 2 && names[0] == "first" && names[1] == "second",
          "two tool calls come as others");
  for (const auto& [index, json] : arguments) {
    Require(json == R"({"city":"Paris"})", "the arguments of a call come as " + json);
  }
  Require(arguments.size() == 2, "a call has no TOOL_ARGS");
  Require(DocumentOf(events.back())["finish_reason"].str() == "tool_calls",
          "finish_reason is not tool_calls");
}

void ReasoningIsApart(World& world) {
  Subject subject(world);
  const llmp::Json scene =
      Says({"answer"}).set("reasoning", llmp::Json::array().push_back("thought"));
  const Events events = Completed(world, &subject, scene);
  Require(Joined(events, LLMP_EV_REASONING) == "thought" &&
              Joined(events, LLMP_EV_TEXT) == "answer",
          "reasoning and text are mixed up");
}

void AHostThatDoesNotReadHoldsItUp(World& world) {
  constexpr std::size_t kPiece = 16384;
  constexpr std::size_t kPieces = 4096;  // 64 MiB in all
  constexpr std::size_t kSlack = 24U << 20;
  Subject subject(world);
  SignIn(world, &subject);
  const std::string model = SomeModel(&subject);
  Play(world, Says({std::string(kPiece, 'a')}).set("repeat", std::int64_t{kPieces}));
  const std::uint64_t queue = subject.OpenQueue();
  const std::size_t before = ResidentBytes();
  subject.Begin(kComplete, Chat(model, "Hi"), queue);
  AwaitReadable(subject.get(), queue);
  // Meanwhile the provider is used for something else; it has the time to read on.
  for (int i = 0; i < 200; ++i) {
    subject.Ask(&llmp_provider::onboarding_action, Action("status"));
  }
  const std::uint64_t idle = subject.OpenQueue();
  Take(subject.get(), idle, 1000);
  const std::size_t after = ResidentBytes();
  Require(after < before + kSlack, "an answer that nobody reads takes " +
                                       std::to_string((after - before) >> 20) +
                                       " MiB of memory");
  std::size_t bytes = 0;
  for (bool ended = false; !ended;) {
    for (const Event& event : Take(subject.get(), queue, 20000)) {
      if (event.kind == LLMP_EV_TEXT) bytes += event.data.size();
      if (event.kind != LLMP_EV_END) continue;
      ended = true;
      Require(event.status == LLMP_OK, "read at last, it ends with " + event.data);
    }
  }
  Require(bytes == kPiece * kPieces, "read at last, some of it is missing");
}

}  // namespace

std::vector<Test> StreamTests() {
  return {
      {"LLMP-STREAM-001", "the text is what was sent, in whole code points",
       Needs::kAccount, TextIsWhatWasSent},
      {"LLMP-STREAM-002", "START comes first and once", Needs::kAccount, StartComesFirst},
      {"LLMP-STREAM-003", "END has ok, model and finish_reason", Needs::kAccount,
       EndSumsUp},
      {"LLMP-STREAM-004", "taken one event at a time it is the same", Needs::kAccount,
       TakenOneByOneItIsTheSame},
      {"LLMP-STREAM-005", "with stream false the answer is in END", Needs::kAccount,
       WithoutAStream},
      {"LLMP-STREAM-006", "tool calls are numbered, and their arguments whole",
       Needs::kAccount, ToolCallsAreInOrder},
      {"LLMP-STREAM-007", "reasoning is apart from text", Needs::kAccount,
       ReasoningIsApart},
      {"LLMP-STREAM-008", "a host that does not read bounds the memory", Needs::kAccount,
       AHostThatDoesNotReadHoldsItUp},
  };
}

}  // namespace validator
