#include "commands.h"
#include "terminal.h"

namespace sample_host {

int CancelCommand(const App& app) {
  const Outcome outcome =
      Onboard(app.provider, llmp::Json::object().set("action", "cancel"), "Cancelling");
  return Report(outcome, app.options.json, [&] {
    const bool cancelled = outcome.document["status"].str() == "cancelled";
    Write(stdout, cancelled ? "The sign-in was cancelled.\n"
                            : "There was no sign-in to cancel.\n");
  });
}

}  // namespace sample_host
