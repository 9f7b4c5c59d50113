#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "commands.h"
#include "format.h"
#include "interrupts.h"
#include "line_reader.h"
#include "spinner.h"
#include "terminal.h"

namespace sample_host {
namespace {

using Clock = std::chrono::steady_clock;

/// One sign-in, from the address to the account.
class Login {
 public:
  Login(const App& app, llmp::Json start)
      : app_(app),
        start_(std::move(start)),
        deadline_(Clock::now() +
                  Seconds(start_["expires_in_seconds"].integer().value_or(900))) {}

  int WaitForServer();
  int WaitForPerson();

 private:
  static std::chrono::seconds Seconds(std::int64_t count) {
    return std::chrono::seconds(count);
  }

  /// Asks once; nothing if the sign-in is still pending.
  std::optional<int> Poll();
  /// False if interrupted.
  bool Pause(std::int64_t seconds);
  int Interrupted() const;

  const App& app_;
  const llmp::Json start_;
  const Clock::time_point deadline_;
  std::int64_t retry_after_ = 0;  // What the last poll asked for, in seconds.
};

std::optional<int> Login::Poll() {
  llmp::Json action = llmp::Json::object().set("action", "poll");
  const std::string id = start_["pending_id"].str();
  if (!id.empty()) action.set("pending_id", id);
  const Outcome outcome = Onboard(app_.provider, action, "Asking whether it is approved");
  const bool pending = outcome.ok() && outcome.document["status"].str() == "pending";
  const bool temporary = outcome.exit_code() == kTemporary && Clock::now() < deadline_;
  const std::int64_t interval = start_["interval_seconds"].integer().value_or(5);
  retry_after_ = outcome.document["retry_after_seconds"].integer().value_or(interval);
  if (const auto ms = outcome.document["retry_after_ms"].integer()) {
    retry_after_ = std::max(retry_after_, *ms / 1000 + 1);
  }
  if (temporary && !app_.options.json) PrintError(outcome);
  if ((pending || temporary) && !app_.options.json) return std::nullopt;
  const int code =
      Report(outcome, app_.options.json, [&] { PrintConnected(outcome.document); });
  return pending || temporary ? std::nullopt : std::optional<int>(code);
}

bool Login::Pause(std::int64_t seconds) {
  const InterruptScope interrupts(InterruptScope::Kind::kRequest);
  Spinner spinner("");
  const Clock::time_point until = Clock::now() + Seconds(seconds);
  while (!interrupts.Interrupted()) {
    const auto now = Clock::now();
    if (now >= until) return true;
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(deadline_ - now);
    spinner.SetMessage("Waiting for you to approve in the browser, " +
                       Duration(left.count()) + " left");
    spinner.Tick();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

int Login::Interrupted() const {
  Write(stderr,
        "\nThe sign-in stays open: `sample-host poll` goes on with it, "
        "`sample-host cancel` ends it.\n");
  return kCancelled;
}

int Login::WaitForServer() {
  std::int64_t seconds = start_["interval_seconds"].integer().value_or(5);
  for (;;) {
    if (!Pause(std::max<std::int64_t>(seconds, 1))) return Interrupted();
    if (const std::optional<int> code = Poll()) return *code;
    seconds = retry_after_;
  }
}

int Login::WaitForPerson() {
  LineReader reader(false);
  for (;;) {
    Write(stderr,
          "\nType \"done\", or press Enter, when you have approved; \"cancel\" stops: ");
    std::string line;
    switch (reader.Read("", &line)) {
      case LineReader::Result::kInterrupted:
      case LineReader::Result::kEnd:
        return Interrupted();
      case LineReader::Result::kLine:
        break;
    }
    if (line == "cancel" || line == "quit") {
      const int code = CancelCommand(app_);
      return code == kOk ? kCancelled : code;
    }
    if (!line.empty() && line != "done") continue;
    // Whoever answers before the server's interval has passed is not told to try again.
    for (int attempt = 0; attempt < 2; ++attempt) {
      if (const std::optional<int> code = Poll()) return *code;
      if (attempt == 0 && !Pause(std::max<std::int64_t>(retry_after_, 1)))
        return Interrupted();
    }
    Write(stderr, "Not approved yet.\n");
  }
}

}  // namespace

int LoginCommand(const App& app, const LoginOptions& options) {
  llmp::Json action = llmp::Json::object().set("action", "start");
  if (options.force) action.set("force", true);
  const Outcome outcome = Onboard(app.provider, action, "Asking for a sign-in code");
  const int code =
      Report(outcome, app.options.json, [&] { PrintSignInPage(outcome.document); });
  if (code != kOk) return code;
  Login login(app, outcome.document);
  return options.automatic ? login.WaitForServer() : login.WaitForPerson();
}

}  // namespace sample_host
