#include "commands.h"
#include "format.h"
#include "terminal.h"

namespace sample_host {
namespace {

std::string Tier(const llmp::Json& status) {
  const auto number = status["tier"].integer();
  std::string label = status["tier_label"].str();
  if (!number) return label;
  return label.empty() ? std::to_string(*number)
                       : label + " (" + std::to_string(*number) + ")";
}

std::string Expiry(const llmp::Json& status) {
  const auto seconds = status["expires_in_seconds"].integer();
  if (!seconds) return LocalTime(status["expires_at"]);
  std::string out = *seconds > 0 ? "in " + Duration(*seconds) : "now";
  if (status["refreshable"].is_true()) out += ", then renewed by itself";
  return out;
}

std::string Models(const llmp::Json& status) {
  const std::string count = Count(status["models_count"]);
  const std::string standard = status["default_model_id"].str();
  return standard.empty() || count.empty() ? count : count + ", by default " + standard;
}

std::string Because(const llmp::Json& status) {
  const std::string reason = status["reason"].str();
  const std::string detail = status["detail"].str();
  return detail.empty() ? reason : reason + ": " + detail;
}

}  // namespace

Outcome FetchStatus(const App& app) {
  return Onboard(app.provider, llmp::Json::object().set("action", "status"), "");
}

void PrintStatus(const llmp::Json& status) {
  PrintRows({{"State", status["state"].str()},
             {"Because", Because(status)},
             {"Account", status["email"].str(status["account_id"].str())},
             {"Tier", Tier(status)},
             {"Unlocks", status["tier_unlocks"].str()},
             {"Token expires", Expiry(status)},
             {"Models", Models(status)},
             {"Model list of", LocalTime(status["models_fetched_at"])},
             {"Warnings", Joined(status["warnings"], "\n")},
             {"Next", status["next_action"].str()},
             {"Hint", status["hint"].str()}});
}

int StatusCommand(const App& app) {
  const Outcome outcome = FetchStatus(app);
  return Report(outcome, app.options.json, [&] { PrintStatus(outcome.document); });
}

}  // namespace sample_host
