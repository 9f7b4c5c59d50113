#include "commands.h"
#include "format.h"
#include "qr_code.h"
#include "terminal.h"

namespace sample_host {

void PrintSignInPage(const llmp::Json& start) {
  const std::string plain = CleanLine(start["verification_url"].str());
  std::string address = CleanLine(start["verification_url_with_code"].str());
  if (address.empty()) address = plain;
  std::string out =
      "Open this page in your browser, sign in if asked, and approve:\n\n  " +
      Styled(stdout, Style::kBold, address) + "\n\n";
  if (HasColours(stdout)) {
    const std::string code = QrCode(address, Columns());
    if (!code.empty()) out += code + "\n";
  }
  Write(stdout, out);
  const auto seconds = start["expires_in_seconds"].integer();
  PrintRows({{"Code shown there", start["user_code"].str()},
             {"Valid for", seconds ? Duration(*seconds) : ""}});
}

int StartCommand(const App& app, bool force) {
  llmp::Json action = llmp::Json::object().set("action", "start");
  if (force) action.set("force", true);
  const Outcome outcome = Onboard(app.provider, action, "Asking for a sign-in code");
  return Report(outcome, app.options.json, [&] {
    PrintSignInPage(outcome.document);
    Write(stdout, "\nWhen you have approved: sample-host poll\n");
  });
}

}  // namespace sample_host
