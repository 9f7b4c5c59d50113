// LLMP-REQUEST: what list_models, complete and onboarding_action take.
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "validator/catalog.h"
#include "validator/check.h"
#include "validator/subject.h"

namespace validator {
namespace {

constexpr Call kAct = &llmp_provider::onboarding_action;
constexpr std::array<Call, 3> kCalls = {&llmp_provider::list_models,
                                        &llmp_provider::complete, kAct};

void FaultsOfTheHost(World& world) {
  const Subject subject(world);
  llmp_provider* p = subject.get();
  const std::uint64_t queue = subject.OpenQueue();
  for (const Call call : kCalls) {
    Require((p->*call)(p, queue, 0, "{}", 2) == LLMP_E_INVALID,
            "request number 0 is not LLMP_E_INVALID");
    Require((p->*call)(p, queue, 7, nullptr, 0) == LLMP_E_INVALID,
            "null JSON is not LLMP_E_INVALID");
    Require((p->*call)(p, queue + 1000, 7, "{}", 2) == LLMP_E_INVALID,
            "a queue that never was is not LLMP_E_INVALID");
  }
  Require(Take(p, queue, 100).empty(), "a request that was not taken sends an event");
}

// The last byte of the JSON is the last byte that may be read.
class Edge {
 public:
  explicit Edge(const std::string& text) : size_(text.size()) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    pages_ = (text.size() / page + 1) * page;
    memory_ = static_cast<char*>(mmap(nullptr, pages_ + page, PROT_READ | PROT_WRITE,
                                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(memory_ + pages_, page, PROT_NONE);
    std::memcpy(begin(), text.data(), size_);
    length_ = pages_ + page;
  }
  Edge(const Edge&) = delete;
  Edge& operator=(const Edge&) = delete;
  ~Edge() { munmap(memory_, length_); }
  char* begin() { return memory_ + pages_ - size_; }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_;
  std::size_t pages_ = 0;
  std::size_t length_ = 0;
  char* memory_ = nullptr;
};

void SizeIsTheSize(World& world) {
  Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  for (const Call call : kCalls) {
    Edge json(R"({"action":"status","model":"m","messages":[]})");
    const std::int32_t result = (subject.get()->*call)(
        subject.get(), queue, subject.NewNumber(), json.begin(), json.size());
    Require(result == LLMP_OK, "a request is not taken: " + std::to_string(result));
    TakeUntilEnds(subject.get(), queue, 1);
  }
}

void JsonIsCopied(World& world) {
  Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  for (int i = 0; i < 50; ++i) {
    std::string json = R"({"action":"status"})";
    subject.BeginText(kAct, json, queue);
    std::memset(json.data(), 'x', json.size());
  }
  for (const Event& event : TakeUntilEnds(subject.get(), queue, 50)) {
    Require(event.kind != LLMP_EV_END || event.status != LLMP_E_INVALID,
            "a request's JSON is read after the call has returned");
  }
}

void WrongJsonEndsAsInvalid(World& world) {
  Subject subject(world);
  if (subject->state == LLMP_UNAVAILABLE) return;  // it need not look
  const std::uint64_t queue = subject.OpenQueue();
  for (const Call call : kCalls) {
    for (const std::string_view json :
         {std::string_view("not JSON"), std::string_view("[]"), std::string_view("7"),
          std::string_view("{\"a\":1"), std::string_view("{} {}"),
          std::string_view("{\"model\":\"\xff\"}")}) {
      subject.BeginText(call, json, queue);
      const Events events = TakeUntilEnds(subject.get(), queue, 1);
      const llmp::Json document = DocumentOf(events.back());
      Require(
          events.back().status == LLMP_E_INVALID,
          "the request \"" + std::string(json) + "\" ends with " + events.back().data);
      Require(document["error"].str() == "invalid_request",
              "and not with error invalid_request");
    }
  }
}

void DocumentsSayWhatWentWrong(World& world) {
  Subject subject(world);
  const Events events = subject.Ask(kAct, Action("no such action"));
  const llmp::Json document = DocumentOf(events.back());
  Require(document["ok"].literal() == "false",
          "a failure's document does not say ok: false");
  for (const char* member : {"error", "detail", "hint"}) {
    Require(!document[member].str().empty(),
            std::string("a failure's document has no ") + member);
  }
  const std::string retry = document["retry"].literal();
  Require(retry == "true" || retry == "false", "a failure's document has no retry");
}

void CancelledOnesEnd(World& world) {
  Subject subject(world);
  const std::uint64_t queue = subject.OpenQueue();
  constexpr std::size_t kRequests = 100;
  for (std::size_t i = 0; i < kRequests; ++i) {
    const std::uint64_t number = subject.Begin(kAct, Action("status"), queue);
    subject->cancel(subject.get(), number);
    subject->cancel(subject.get(), number);
  }
  for (const Event& event : TakeUntilEnds(subject.get(), queue, kRequests)) {
    const bool fine = event.kind != LLMP_EV_END || event.status == LLMP_OK ||
                      event.status == LLMP_E_CANCELLED ||
                      event.status == LLMP_E_UNAVAILABLE;
    Require(fine, "a cancelled request ends with " + event.data);
  }
  Require(Take(subject.get(), queue, 100).empty(), "an event comes after the last END");
}

}  // namespace

std::vector<Test> RequestTests() {
  return {
      {"LLMP-REQUEST-001", "faults of the host are LLMP_E_INVALID, without an event",
       Needs::kNothing, FaultsOfTheHost},
      {"LLMP-REQUEST-002", "not a byte past size is read", Needs::kNothing,
       SizeIsTheSize},
      {"LLMP-REQUEST-003", "JSON is copied before the call returns", Needs::kNothing,
       JsonIsCopied},
      {"LLMP-REQUEST-004", "what is no JSON object ends as invalid_request",
       Needs::kNothing, WrongJsonEndsAsInvalid},
      {"LLMP-REQUEST-005", "a failure says error, detail, hint and retry",
       Needs::kNothing, DocumentsSayWhatWentWrong},
      {"LLMP-REQUEST-006", "a cancelled request has its END as well", Needs::kNothing,
       CancelledOnesEnd},
  };
}

}  // namespace validator
