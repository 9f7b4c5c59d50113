#include "commands.h"
#include "terminal.h"

namespace sample_host {

int LogoutCommand(const App& app) {
  const Outcome outcome =
      Onboard(app.provider, llmp::Json::object().set("action", "logout"), "Signing out");
  return Report(outcome, app.options.json, [&] {
    if (outcome.document["status"].str() != "disconnected") {
      Write(stdout, "You were not signed in.\n");
    } else if (outcome.document["revoked"].is_true()) {
      Write(stdout, "Signed out; the vendor has revoked the tokens.\n");
    } else {
      Write(stdout,
            "Signed out here; the vendor did not confirm that the tokens are revoked.\n");
    }
  });
}

}  // namespace sample_host
