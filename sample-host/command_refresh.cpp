#include "commands.h"
#include "format.h"
#include "terminal.h"

namespace sample_host {

int RefreshCommand(const App& app) {
  const Outcome outcome =
      Onboard(app.provider, llmp::Json::object().set("action", "refresh"),
              "Renewing the access token");
  return Report(outcome, app.options.json, [&] {
    const auto seconds = outcome.document["expires_in_seconds"].integer();
    Write(stdout,
          "Renewed." +
              (seconds ? " The new token expires in " + Duration(*seconds) + "." : "") +
              "\n");
  });
}

}  // namespace sample_host
