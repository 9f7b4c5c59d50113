#include "commands.h"
#include "format.h"
#include "terminal.h"

namespace sample_host {

Outcome FetchModels(const App& app, bool force) {
  llmp::Json request = llmp::Json::object();
  if (force) request.set("force", true);
  llmp::Stream stream = app.provider.list_models(request.dump());
  return Run(stream, "Asking for the models");
}

void PrintModels(const llmp::Json& models) {
  std::vector<std::vector<std::string>> lines = {
      {"", "MODEL", "CONTEXT", "MAX OUTPUT", "EFFORTS", "DESCRIPTION"}};
  const std::string standard = models["default_model_id"].str();
  for (const llmp::Json& model : models["models"].items()) {
    const std::string id = model["id"].str();
    lines.push_back({id == standard ? "*" : "", id, Count(model["context_window"]),
                     Count(model["max_output_tokens"]),
                     Joined(model["reasoning_efforts"], " "),
                     model["description"].str()});
  }
  PrintTable(lines);
  std::string note = "* the default";
  if (models["source"].str() == "cache") {
    note += "; the list of " + LocalTime(models["fetched_at"]);
    if (models["stale"].is_true()) note += ", which may be out of date";
  }
  Write(stdout, Styled(stdout, Style::kDim, note) + "\n");
}

int ModelsCommand(const App& app, bool force) {
  const Outcome outcome = FetchModels(app, force);
  return Report(outcome, app.options.json, [&] { PrintModels(outcome.document); });
}

}  // namespace sample_host
