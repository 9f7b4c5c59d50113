#include "request.h"

#include <optional>

#include "format.h"
#include "interrupts.h"
#include "spinner.h"
#include "terminal.h"

namespace sample_host {

Outcome Run(llmp::Stream& stream, const std::string& waiting, const OnEvent& on_event) {
  // Short enough that Ctrl-C feels immediate and the spinner moves.
  constexpr std::int32_t kSliceMs = 100;
  const InterruptScope interrupts(InterruptScope::Kind::kRequest);
  std::optional<Spinner> spinner;
  if (!waiting.empty()) spinner.emplace(waiting);
  bool cancelled = false;
  while (!stream.ended()) {
    const llmp_event* event = stream.next(kSliceMs);
    if (interrupts.Interrupted() && !cancelled) {
      cancelled = true;
      stream.cancel();
    }
    if (event == nullptr) {
      if (spinner) spinner->Tick();
      continue;
    }
    if (event->kind != LLMP_EV_START) spinner.reset();
    if (on_event) on_event(*event);
  }
  llmp::Json document = llmp::Json::parse(stream.document()).value_or(llmp::Json());
  return {stream.status(), std::move(document)};
}

Outcome Onboard(const llmp::Provider& provider, const llmp::Json& action,
                const std::string& waiting) {
  llmp::Stream stream = provider.onboarding_action(action.dump());
  return Run(stream, waiting);
}

void PrintError(const Outcome& outcome) {
  const llmp::Json& document = outcome.document;
  const auto member = [&](const char* name) { return CleanLine(document[name].str()); };
  std::string name = member("error");
  if (name.empty()) name = "request failed with status " + std::to_string(outcome.status);
  const std::string reason = member("reason");
  if (!reason.empty()) name += " (" + reason + ")";
  std::string out = Styled(stderr, Style::kError, "error: " + name) + "\n";
  const auto add = [&](const std::string& line) {
    out += "  ";
    for (const char c : Wrapped(stderr, line, 2))
      out += c == '\n' ? "\n  " : std::string(1, c);
    out += "\n";
  };
  if (!member("detail").empty()) add(member("detail"));
  for (const llmp::Json& path : document["checked_paths"].items()) {
    add("looked at " + CleanLine(path.str()));
  }
  if (const auto wait = document["retry_after_ms"].integer()) {
    add("try again in " + Duration((*wait + 999) / 1000));
  }
  if (!member("hint").empty()) add("hint: " + member("hint"));
  Write(stderr, out);
}

int Report(const Outcome& outcome, bool json, const std::function<void()>& print) {
  if (json) {
    Write(stdout, outcome.document.dump() + "\n");
  } else if (outcome.ok()) {
    print();
  } else {
    PrintError(outcome);
  }
  return outcome.exit_code();
}

}  // namespace sample_host
