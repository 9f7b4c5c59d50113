// LLMP-INPUT: requests that nobody should send.
#include <array>
#include <random>

#include "validator/catalog.h"
#include "validator/check.h"
#include "validator/subject.h"

namespace validator {
namespace {

constexpr Call kAct = &llmp_provider::onboarding_action;
constexpr Call kComplete = &llmp_provider::complete;
constexpr std::size_t kBatch = 50;

// Takes as many ENDs as requests were begun; what they say does not matter.
void MustEnd(Subject* subject,
             const std::vector<std::pair<Call, std::string>>& requests) {
  const std::uint64_t queue = subject->OpenQueue();
  for (const auto& [call, json] : requests) subject->BeginText(call, json, queue);
  for (const Event& event : TakeUntilEnds(subject->get(), queue, requests.size())) {
    if (event.kind == LLMP_EV_END) DocumentOf(event);
  }
  (*subject)->queue_close(subject->get(), queue);
}

// None of these starts a sign-in, whichever byte of it is changed.
const std::array<std::pair<Call, std::string>, 6>& Seeds() {
  static const std::array<std::pair<Call, std::string>, 6> seeds = {{
      {kAct, R"({"action":"status"})"},
      {kAct, R"({"action":"poll","pending_id":"ABCD-EFGH"})"},
      {kAct, R"({"action":"models","force":true,"extra":[1,2.5e3,null,"\ud83d\ude00"]})"},
      {&llmp_provider::list_models, R"({"force":false})"},
      {kComplete, R"({"model":"m","messages":[{"role":"user","content":"Hi"}]})"},
      {kComplete,
       R"({"model":"m","messages":[{"role":"system","content":[{"type":"text","text":"a"}]},)"
       R"({"role":"user","content":"\u00e9"}],"temperature":0.5,"stop":["x"],"tools":[)"
       R"({"type":"function","function":{"name":"f","parameters":{"type":"object"}}}]})"},
  }};
  return seeds;
}

std::string Changed(std::string json, std::mt19937* random) {
  const auto at = [&] { return (*random)() % json.size(); };
  for (auto changes = 1 + (*random)() % 3; changes > 0 && !json.empty(); --changes) {
    switch ((*random)() % 4) {
      case 0:
        json[at()] = static_cast<char>((*random)());
        break;
      case 1:
        json.erase(at(), 1 + (*random)() % 4);
        break;
      case 2:
        json.insert(at(), json.substr(at(), 1 + (*random)() % 8));
        break;
      default:
        json.insert(at(), std::array{"\"", "{", "]", "\\u0000", "1e999",
                                     "\xc3"}[(*random)() % 6]);
    }
  }
  return json;
}

void AnyByteMayBeWrong(World& world) {
  Subject subject(world);
  std::mt19937 random(20260801);
  for (int batch = 0; batch < 40; ++batch) {
    std::vector<std::pair<Call, std::string>> requests;
    for (std::size_t i = 0; i < kBatch; ++i) {
      const auto& [call, json] = Seeds()[random() % Seeds().size()];
      requests.emplace_back(call, Changed(json, &random));
    }
    MustEnd(&subject, requests);
  }
}

void TenMebibytes(World& world) {
  Subject subject(world);
  const std::string prompt(10U << 20, 'a');
  MustEnd(&subject,
          {{kComplete, Chat("m", prompt).dump()}, {kAct, Action(prompt).dump()}});
}

void AMillionLevels(World& world) {
  Subject subject(world);
  const std::size_t deep = 1000000;
  for (const auto& [open, close] :
       {std::pair<std::string, std::string>{"[", "]"}, {"{\"a\":", "}"}}) {
    std::string json = "{\"action\":\"status\",\"x\":";
    for (std::size_t i = 0; i < deep; ++i) json += open;
    json += "1";
    for (std::size_t i = 0; i < deep; ++i) json += close;
    json += "}";
    MustEnd(&subject, {{kAct, json}, {kComplete, json}});
  }
}

void TextThatIsNoUtf8(World& world) {
  Subject subject(world);
  if (subject->state == LLMP_UNAVAILABLE) return;  // it need not look
  for (const std::string bytes :
       {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80"}) {
    const std::string json = "{\"action\":\"status\",\"x\":\"" + bytes + "\"}";
    const std::uint64_t queue = subject.OpenQueue();
    subject.BeginText(kAct, json, queue);
    const Events events = TakeUntilEnds(subject.get(), queue, 1);
    Require(events.back().status == LLMP_E_INVALID,
            "a request that is no UTF-8 is not LLMP_E_INVALID");
  }
}

void NulAndControlCharacters(World& world) {
  Subject subject(world);
  const std::string nul("{\"action\":\"sta\0tus\"}", 20);
  MustEnd(&subject, {{kAct, nul},
                     {kAct, R"({"action":"\u0000\u001b[31m"})"},
                     {kComplete, Chat(std::string("m\0\r\nX: y", 8), "Hi").dump()}});
}

void AMemberTwice(World& world) {
  Subject subject(world);
  if (subject->state == LLMP_UNAVAILABLE) return;  // it need not look
  const std::uint64_t queue = subject.OpenQueue();
  subject.BeginText(kAct, R"({"action":"status","action":"no such action"})", queue);
  const Events events = TakeUntilEnds(subject.get(), queue, 1);
  Require(events.back().status == LLMP_E_INVALID,
          "a request that names a member twice is not LLMP_E_INVALID");
}

}  // namespace

std::vector<Test> InputTests() {
  return {
      {"LLMP-INPUT-001", "two thousand damaged requests each end", Needs::kNothing,
       AnyByteMayBeWrong},
      {"LLMP-INPUT-002", "a request of 10 MiB ends", Needs::kNothing, TenMebibytes},
      {"LLMP-INPUT-003", "a million levels do not exhaust the stack", Needs::kNothing,
       AMillionLevels},
      {"LLMP-INPUT-004", "text that is no UTF-8 is refused", Needs::kNothing,
       TextThatIsNoUtf8},
      {"LLMP-INPUT-005", "NUL and control characters do no harm", Needs::kNothing,
       NulAndControlCharacters},
      {"LLMP-INPUT-006", "a member named twice is refused", Needs::kNothing,
       AMemberTwice},
  };
}

}  // namespace validator
