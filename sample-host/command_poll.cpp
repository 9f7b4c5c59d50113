#include "commands.h"
#include "format.h"
#include "terminal.h"

namespace sample_host {

void PrintConnected(const llmp::Json& poll) {
  Write(stdout, Styled(stdout, Style::kBold, "Signed in.") + "\n");
  PrintRows({{"Account", poll["email"].str(poll["account_id"].str())},
             {"Tier", poll["tier_label"].str()},
             {"Unlocks", poll["tier_unlocks"].str()},
             {"Default model", poll["default_model_id"].str()},
             {"Models", Joined(poll["available_models"], "\n")},
             {"Next", poll["next_step"].str()}});
}

int PollCommand(const App& app, const std::string& pending_id) {
  llmp::Json action = llmp::Json::object().set("action", "poll");
  if (!pending_id.empty()) action.set("pending_id", pending_id);
  const Outcome outcome = Onboard(app.provider, action, "Asking whether it is approved");
  return Report(outcome, app.options.json, [&] {
    if (outcome.document["status"].str() == "connected")
      return PrintConnected(outcome.document);
    const auto wait = outcome.document["retry_after_seconds"].integer();
    Write(stdout, "Not approved yet." +
                      (wait ? " Ask again in " + Duration(*wait) + " or later." : "") +
                      "\n");
  });
}

}  // namespace sample_host
