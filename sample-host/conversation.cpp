#include "conversation.h"

#include "format.h"
#include "terminal.h"

namespace sample_host {
namespace {

llmp::Json Message(const char* role, const std::string& content) {
  return llmp::Json::object().set("role", role).set("content", content);
}

/// Writes an answer as it comes: reasoning dimmed and only for a person, then the text.
class AnswerPrinter {
 public:
  void On(const llmp_event& event) {
    if (event.kind == LLMP_EV_REASONING && HasColours(stdout)) {
      // Each piece has its own colours, so that nothing is left dimmed if we end in
      // between.
      Write(stdout, Styled(stdout, Style::kDim, Clean(llmp::text(event))));
      reasoned_ = true;
    } else if (event.kind == LLMP_EV_TEXT) {
      if (reasoned_ && answer_.empty()) Write(stdout, "\n\n");
      answer_ += llmp::text(event);
      Write(stdout, Clean(llmp::text(event)));
    }
  }

  const std::string& answer() const { return answer_; }

  /// Ends the line, and says in a few words what the answer cost, to a person only.
  void Finish(const Outcome& outcome) const {
    if (!answer_.empty() || reasoned_) Write(stdout, "\n");
    const llmp::Json& result = outcome.document;
    std::string note;
    for (const llmp::Json& url : result["citations"].items()) {
      note += "source: " + CleanLine(url.str()) + "\n";
    }
    if (result["finish_reason"].str() == "length") note += "cut off: the length limit\n";
    const llmp::Json& usage = result["usage"];
    const std::string output = Count(usage["output_tokens"]);
    if (outcome.ok() && !output.empty()) {
      note += CleanLine(result["model"].str()) + ", " + Count(usage["input_tokens"]) +
              " tokens in, " + output + " out\n";
    }
    if (IsTerminal(stdout)) Write(stderr, Styled(stderr, Style::kDim, note));
  }

 private:
  std::string answer_;
  bool reasoned_ = false;
};

}  // namespace

Conversation::Conversation(const App& app, const ChatOptions& options)
    : app_(app), model_(options.model), system_(options.system), effort_(options.effort) {
  Restart();
}

void Conversation::Restart() {
  messages_ = llmp::Json::array();
  if (!system_.empty()) messages_.push_back(Message("system", system_));
}

llmp::Json Conversation::Request(const std::string& text, bool stream) const {
  llmp::Json messages = messages_;
  messages.push_back(Message("user", text));
  llmp::Json request = llmp::Json::object().set("model", model_).set("stream", stream);
  if (!effort_.empty()) request.set("reasoning_effort", effort_);
  return request.set("messages", std::move(messages));
}

void Conversation::Remember(const std::string& text, const std::string& answer,
                            const llmp::Json& result) {
  messages_.push_back(Message("user", text));
  llmp::Json reply = Message("assistant", answer);
  // The model goes on from its own reasoning if it gets it back unread.
  const llmp::Json& reasoning = result["encrypted_reasoning"];
  if (reasoning.size() > 0) reply.set("encrypted_reasoning", reasoning);
  messages_.push_back(std::move(reply));
}

Outcome Conversation::Say(const std::string& text) {
  AnswerPrinter printer;
  llmp::Stream stream = app_.provider.complete(Request(text, true).dump());
  Outcome outcome = Run(stream, "Thinking", [&](const llmp_event& e) { printer.On(e); });
  printer.Finish(outcome);
  const bool cut = outcome.status == LLMP_E_CANCELLED && !printer.answer().empty();
  if (outcome.ok() || cut) Remember(text, printer.answer(), outcome.document);
  return outcome;
}

Outcome Conversation::SayQuietly(const std::string& text) {
  llmp::Stream stream = app_.provider.complete(Request(text, false).dump());
  return Run(stream);
}

}  // namespace sample_host
