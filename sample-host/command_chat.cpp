#include <optional>

#include "commands.h"
#include "conversation.h"
#include "line_reader.h"
#include "terminal.h"

namespace sample_host {
namespace {

constexpr const char* kHelp =
    "/model ID   talk to another model from now on\n"
    "/models     list the models\n"
    "/status     show who is signed in\n"
    "/new        forget this conversation and start another\n"
    "/quit       leave; Ctrl-D does the same\n"
    "/help       show this\n"
    "Ctrl-C stops an answer; here, or twice, it ends the program.\n";

/// Carries out a line that begins with a slash.  False: leave.
bool Obey(const App& app, const std::string& line, Conversation* conversation) {
  const std::size_t space = line.find(' ');
  const std::string name = line.substr(0, space);
  const std::size_t start = line.find_first_not_of(' ', space);
  const std::string argument =
      space == std::string::npos || start == std::string::npos ? "" : line.substr(start);
  if (name == "/quit" || name == "/exit") return false;
  if (name == "/new") {
    conversation->Restart();
    Write(stderr, "A new conversation.\n");
  } else if (name == "/model") {
    if (!argument.empty()) conversation->set_model(argument);
    Write(stderr, "The model is " + CleanLine(conversation->model()) + ".\n");
  } else if (name == "/models") {
    const Outcome outcome = FetchModels(app, false);
    Report(outcome, false, [&] { PrintModels(outcome.document); });
  } else if (name == "/status") {
    StatusCommand(app);
  } else {
    if (name != "/help") Write(stderr, "There is no " + CleanLine(name) + ".\n");
    Write(stderr, kHelp);
  }
  return true;
}

int Converse(const App& app, const ChatOptions& options) {
  LineReader reader(true);
  Conversation conversation(app, options);
  if (reader.interactive()) {
    Write(stderr, Styled(stderr, Style::kDim,
                         CleanLine(options.model) + "; /help lists the commands") +
                      "\n");
  }
  int last = kOk;  // Of the last turn: what a script wants to know.
  std::string line;
  for (;;) {
    switch (reader.Read("> ", &line)) {
      case LineReader::Result::kInterrupted:
        return kCancelled;
      case LineReader::Result::kEnd:
        if (reader.interactive()) Write(stderr, "\n");
        return reader.interactive() ? kOk : last;
      case LineReader::Result::kLine:
        break;
    }
    if (line.find_first_not_of(" \t") == std::string::npos) continue;
    if (line[0] == '/') {
      if (!Obey(app, line, &conversation)) return reader.interactive() ? kOk : last;
      continue;
    }
    const Outcome outcome = conversation.Say(line);
    if (!outcome.ok()) PrintError(outcome);
    last = outcome.exit_code();
  }
}

/// The provider's own choice; nothing, and the outcome that says why, if it has none.
std::optional<std::string> DefaultModel(const App& app, Outcome* outcome) {
  *outcome = FetchModels(app, false);
  const std::string model = outcome->document["default_model_id"].str();
  if (!outcome->ok() || !model.empty()) {
    return outcome->ok() ? std::optional<std::string>(model) : std::nullopt;
  }
  outcome->status = LLMP_E_UPSTREAM;
  outcome->document = llmp::Json::object()
                          .set("ok", false)
                          .set("error", "model_unavailable")
                          .set("detail", "the provider names no default model")
                          .set("hint", "Choose one with -m.")
                          .set("retry", false);
  return std::nullopt;
}

}  // namespace

int ChatCommand(const App& app, const ChatOptions& given) {
  if (app.options.json && given.prompt.empty()) {
    Write(stderr, "sample-host: chat --json needs a PROMPT\n");
    return kUsage;
  }
  ChatOptions options = given;
  if (options.model.empty()) {
    Outcome outcome;
    const std::optional<std::string> model = DefaultModel(app, &outcome);
    if (!model) return Report(outcome, app.options.json, [] {});
    options.model = *model;
  }
  if (options.prompt.empty()) return Converse(app, options);
  Conversation conversation(app, options);
  if (app.options.json)
    return Report(conversation.SayQuietly(options.prompt), true, [] {});
  return Report(conversation.Say(options.prompt), false, [] {});
}

}  // namespace sample_host
