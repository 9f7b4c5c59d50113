// One completion in an ApiWorld, from its start to its end.
#ifndef XAI_TESTS_GROK_COMPLETION_COURSE_H_
#define XAI_TESTS_GROK_COMPLETION_COURSE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "grok/api_world.h"
#include "grok/completion.h"
#include "support/collecting_sink.h"
#include "support/json_text.h"

namespace xai {

class CompletionCourse {
 public:
  static constexpr const char* kStaleBody =
      R"({"error":"The OAuth2 access token could not be validated."})";

  // Starts a request with these members more, for this model.
  void Start(std::string_view members = "", std::string_view model = "grok-4.3") {
    StartWithMessages(R"([{"role":"user","content":"hi"}])", members, model);
  }
  void StartWithMessages(std::string_view messages, std::string_view members,
                         std::string_view model) {
    std::unique_ptr<JsonDocument> document =
        MustParse("{\"model\":\"" + std::string(model) +
                  "\",\"messages\":" + std::string(messages) +
                  (members.empty() ? "" : ",") + std::string(members) + "}");
    Result<RequestOptions> options = ReadRequestOptions(document->root());
    ASSERT_TRUE(options.ok());
    finished = 0;
    completion = std::make_unique<Completion>(world.services, std::move(document),
                                              std::move(options).value(), &sink, [this] {
                                                ++finished;
                                                completion.reset();
                                              });
    completion->Start();
  }
  // The same, with its token.
  void Send(std::string_view members = "", std::string_view model = "grok-4.3") {
    Start(members, model);
    world.GiveToken();
  }

  void Accept(std::string_view type = "text/event-stream") {
    world.transport.Head(
        200, {{"content-type", std::string(type)}, {"xai-request-id", "req-1"}});
  }
  // False: the completion asks for a pause.
  bool Event(std::string_view json) {
    return world.transport.Body("data: " + std::string(json) + "\n\n");
  }
  bool Text(std::string_view text) {
    return Event(R"({"id":"c","model":"grok-4.3","choices":[{"delta":{"content":")" +
                 std::string(text) + "\"}}]}");
  }
  void Finish() {
    (void)Event(R"({"choices":[{"delta":{},"finish_reason":"stop"}]})");
    (void)Event("[DONE]");
  }
  void Refuse(int status, std::string_view body, std::vector<HttpHeader> headers = {}) {
    world.transport.Answer(status, body, std::move(headers));
  }
  void LoseConnection() {
    world.transport.Done(Error::Make(ErrorCode::kNetwork, "connection reset"));
  }

  // The document of the one END that there must be.
  JsonValue End() {
    EXPECT_EQ(sink.starts.size(), 1u);
    EXPECT_EQ(sink.ends.size(), 1u);
    EXPECT_EQ(sink.log.front(), 'S');
    EXPECT_EQ(sink.log.back(), 'E');
    end_ = MustParse(sink.ends.empty() ? "{}" : sink.ends.back());
    return end_->root();
  }
  // Whether it ended well, and that it let go of everything.
  void ExpectSuccess() {
    EXPECT_EQ(End()["ok"].Bool(), true) << JsonOf(End());
    EXPECT_FALSE(sink.error.has_value());
    ExpectGone();
  }
  void ExpectFailure(std::string_view error, std::string_view reason = "") {
    const JsonValue end = End();
    EXPECT_EQ(end["ok"].Bool(), false);
    EXPECT_EQ(end["error"].String(), error) << JsonOf(end);
    EXPECT_EQ(end["reason"].String().value_or(""), reason) << JsonOf(end);
    EXPECT_TRUE(sink.error.has_value());
    ExpectGone();
  }
  void ExpectGone() {
    world.scheduler.Pass(1'000);  // the last bytes of a connection may take so long
    EXPECT_EQ(finished, 1);
    EXPECT_EQ(completion, nullptr);
    EXPECT_EQ(world.scheduler.waiting(), 0u);
    if (!world.transport.requests.empty()) {
      EXPECT_FALSE(world.transport.open());
    }
    EXPECT_EQ(sink.ends.size(), 1u);
  }

  ScriptedTransport::Request& Sent() { return world.transport.requests.back(); }
  size_t sent() const { return world.transport.requests.size(); }

  ApiWorld world;
  CollectingSink sink;
  int finished = 0;
  std::unique_ptr<Completion> completion;

 private:
  std::unique_ptr<JsonDocument> end_;
};

}  // namespace xai

#endif  // XAI_TESTS_GROK_COMPLETION_COURSE_H_
