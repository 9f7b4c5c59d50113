// LLMP-ONBOARDING: signing in and out.
#include <array>

#include "validator/catalog.h"
#include "validator/check.h"
#include "validator/files.h"
#include "validator/upstream.h"

namespace validator {
namespace {

constexpr Call kAct = &llmp_provider::onboarding_action;

void NeedDeviceFlow(const Subject& subject) {
  if (!HasDeviceFlow(subject)) Skip("info.features has no device_code");
}

void NobodyIsSignedIn(World& world) {
  Subject subject(world);
  NeedDeviceFlow(subject);
  if (subject->state == LLMP_UNAVAILABLE) return;
  const llmp::Json status = subject.AskWell(kAct, Action("status"));
  Require(
      status["state"].str() == "signed_out" && status["connected"].literal() == "false",
      "with an empty state_dir status says " + status.dump());
  Require(status["next_action"].str() == "start", "and its next_action is not start");
}

void WhatNeedsASignInSaysSo(World& world) {
  Subject subject(world);
  NeedDeviceFlow(subject);
  if (subject->state == LLMP_UNAVAILABLE) return;
  const Event completed = subject.Ask(&llmp_provider::complete, Chat("m", "Hi")).back();
  Require(completed.status == LLMP_E_NO_AUTH,
          "complete without a sign-in ends with " + completed.data);
  const Event refreshed = subject.Ask(kAct, Action("refresh")).back();
  Require(refreshed.status == LLMP_E_NO_AUTH,
          "refresh without a sign-in ends with " + refreshed.data);
  const Event polled = subject.Ask(kAct, Action("poll")).back();
  Require(DocumentOf(polled)["error"].str() == "no_pending_flow",
          "poll without a sign-in under way ends with " + polled.data);
  Require(subject.AskWell(kAct, Action("cancel"))["status"].str() == "no_pending_flow",
          "cancel without a sign-in under way does not say no_pending_flow");
  Require(subject.AskWell(kAct, Action("logout"))["status"].str() == "not_connected",
          "logout without a sign-in does not say not_connected");
}

void UnknownActionsAreRefused(World& world) {
  Subject subject(world);
  if (subject->state == LLMP_UNAVAILABLE) return;
  for (const llmp::Json& request :
       {Action("dance"), llmp::Json::object(), llmp::Json::object().set("action", 7)}) {
    const Event end = subject.Ask(kAct, request).back();
    Require(end.status == LLMP_E_INVALID &&
                DocumentOf(end)["error"].str() == "invalid_request",
            request.dump() + " ends with " + end.data);
  }
}

llmp::Json Started(Subject* subject) {
  NeedDeviceFlow(*subject);
  llmp::Json started = subject->AskWell(kAct, Action("start"));
  for (const char* member :
       {"pending_id", "user_code", "verification_url", "instructions"}) {
    Require(!started[member].str().empty(), std::string("start says no ") + member);
  }
  Require(started["status"].str() == "pending", "start does not say pending");
  return started;
}

void ASignInInThreeSteps(World& world) {
  Subject subject(world);
  const llmp::Json started = Started(&subject);
  const llmp::Json again = subject.AskWell(kAct, Action("start"));
  Require(again["user_code"].str() == started["user_code"].str(),
          "a second start does not give the sign-in that is under way");
  Require(subject.AskWell(kAct, Action("status"))["state"].str() == "pending",
          "status does not say that a sign-in is under way");
  Decide(world, started["user_code"].str(), "approved");
  const Event end = PollToTheEnd(&subject);
  const llmp::Json connected = DocumentOf(end);
  Require(end.status == LLMP_OK && connected["status"].str() == "connected",
          "an approved sign-in ends with " + end.data);
  Require(!connected["next_step"].str().empty(), "connected comes without next_step");
  Require(subject.AskWell(kAct, Action("status"))["connected"].is_true(),
          "after connected status does not say so");
  Subject other(world);
  Require(other.AskWell(kAct, Action("status"))["connected"].is_true(),
          "another provider on the same state_dir does not know of the sign-in");
}

void ItIsPendingUntilThen(World& world) {
  Subject subject(world);
  Started(&subject);
  const llmp::Json polled = subject.AskWell(kAct, Action("poll"));
  Require(polled["status"].str() == "pending",
          "poll of an undecided sign-in says " + polled.dump());
  Require(polled["retry_after_seconds"].integer().value_or(0) > 0,
          "pending comes without retry_after_seconds");
}

void ADenialIsFinal(World& world) {
  Subject subject(world);
  Decide(world, Started(&subject)["user_code"].str(), "denied");
  const Event end = PollToTheEnd(&subject);
  const llmp::Json document = DocumentOf(end);
  Require(end.status == LLMP_E_DENIED && document["error"].str() == "access_denied",
          "a denied sign-in ends with " + end.data);
  Require(document["retry"].literal() == "false", "a denial says that one may retry");
  const Event again = subject.Ask(kAct, Action("poll")).back();
  Require(DocumentOf(again)["error"].str() == "no_pending_flow",
          "a denied sign-in is asked about again");
}

void ACodeRunsOut(World& world) {
  Subject subject(world);
  Decide(world, Started(&subject)["user_code"].str(), "expired");
  const Event end = PollToTheEnd(&subject);
  Require(end.status == LLMP_E_NO_AUTH && DocumentOf(end)["error"].str() == "expired",
          "a sign-in that ran out ends with " + end.data);
}

void ACancelledSignInIsOver(World& world) {
  Subject subject(world);
  Started(&subject);
  Require(subject.AskWell(kAct, Action("cancel"))["status"].str() == "cancelled",
          "cancel does not say cancelled");
  Require(subject.AskWell(kAct, Action("status"))["state"].str() == "signed_out",
          "a cancelled sign-in stays");
}

void LogoutLeavesNothing(World& world) {
  Subject subject(world);
  NeedDeviceFlow(subject);
  SignIn(world, &subject);
  const llmp::Json out = subject.AskWell(kAct, Action("logout"));
  Require(out["status"].str() == "disconnected" && out["removed"].is_true(),
          "logout says " + out.dump());
  Require(subject.AskWell(kAct, Action("status"))["state"].str() == "signed_out",
          "after logout somebody is signed in");
  const Event end = subject.Ask(&llmp_provider::complete, Chat("m", "Hi")).back();
  Require(end.status == LLMP_E_NO_AUTH, "after logout complete ends with " + end.data);
}

void ARefreshIsOne(World& world) {
  Subject subject(world);
  NeedDeviceFlow(subject);
  SignIn(world, &subject);
  const llmp::Json refreshed = subject.AskWell(kAct, Action("refresh"));
  Require(refreshed["status"].str() == "refreshed" &&
              refreshed["expires_in_seconds"].integer().value_or(0) > 0,
          "refresh says " + refreshed.dump());
}

void ChangesAreTold(World& world) {
  Subject subject(world);
  const std::uint64_t notices = subject.OpenQueue(LLMP_QUEUE_NOTIFY);
  const llmp::Json started = Started(&subject);
  Decide(world, started["user_code"].str(), "approved");
  PollToTheEnd(&subject);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  bool auth = false;
  bool models = false;
  while (!auth || !models) {
    Require(std::chrono::steady_clock::now() < deadline,
            std::string("signing in sends no LLMP_EV_") +
                (auth ? "MODELS_CHANGED" : "AUTH_CHANGED"));
    for (const Event& event : Take(subject.get(), notices, 1000)) {
      Require(event.request == 0, "a notice has a request number");
      auth |= event.kind == LLMP_EV_AUTH_CHANGED;
      models |= event.kind == LLMP_EV_MODELS_CHANGED;
    }
  }
}

void ModelsAreListedTheSameTwice(World& world) {
  Subject subject(world);
  SignIn(world, &subject);
  const llmp::Json list =
      subject.AskWell(&llmp_provider::list_models, llmp::Json::object());
  const llmp::Json models = subject.AskWell(kAct, Action("models"));
  Require(list["available_models"].size() > 0, "list_models lists none");
  Require(list["count"].integer() ==
              static_cast<std::int64_t>(list["available_models"].size()),
          "count is not the number of available_models");
  Require(list["available_models"].dump() == models["available_models"].dump(),
          "list_models and the action models list different ones");
}

std::string Hex(const std::string& text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char letter : text) {
    hex += kDigits[static_cast<unsigned char>(letter) >> 4];
    hex += kDigits[static_cast<unsigned char>(letter) & 15];
  }
  return hex;
}

// Everything below $HOME, where a provider keeps what it keeps.
std::string AllFiles() {
  std::string bytes;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(getenv("HOME"))) {
    if (entry.is_regular_file()) bytes += ReadFile(entry.path());
  }
  return bytes;
}

void NoTokenIsShown(World& world) {
  std::string shown;  // what a host could see
  llmp_host host = PlainHost();
  host.ctx = &shown;
  host.log = [](const llmp_host* self, std::int32_t, const char* message) {
    *static_cast<std::string*>(self->ctx) += message;
  };
  {
    Subject subject(world, &host);
    NeedDeviceFlow(subject);
    shown += subject->info;
    const auto act = [&](const char* action) {
      for (const Event& event : subject.Ask(kAct, Action(action))) shown += event.data;
      shown += AllFiles();  // what a copy of the folders would hold now
    };
    act("start");
    SignIn(world, &subject);
    for (const char* action :
         {"status", "models", "refresh", "start", "poll", "logout"}) {
      act(action);
    }
  }
  const auto secrets = Secrets(world);
  Require(!secrets.empty(), "the simulated vendor has handed out no secret");
  for (const std::string& secret : secrets) {
    for (const std::string& form : {secret, Hex(secret)}) {
      Require(shown.find(form) == std::string::npos,
              "a token or device code is in an event, in info, in a log or in a file");
    }
  }
}

}  // namespace

std::vector<Test> OnboardingTests() {
  return {
      {"LLMP-ONBOARDING-001", "with an empty state_dir nobody is signed in",
       Needs::kNothing, NobodyIsSignedIn},
      {"LLMP-ONBOARDING-002", "what needs a sign-in says so", Needs::kNothing,
       WhatNeedsASignInSaysSo},
      {"LLMP-ONBOARDING-003", "an unknown action is invalid_request", Needs::kNothing,
       UnknownActionsAreRefused},
      {"LLMP-ONBOARDING-004", "start, approve, poll: connected", Needs::kUpstream,
       ASignInInThreeSteps},
      {"LLMP-ONBOARDING-005", "an undecided sign-in is pending", Needs::kUpstream,
       ItIsPendingUntilThen},
      {"LLMP-ONBOARDING-006", "a denial is access_denied, and final", Needs::kUpstream,
       ADenialIsFinal},
      {"LLMP-ONBOARDING-007", "a code that ran out is expired", Needs::kUpstream,
       ACodeRunsOut},
      {"LLMP-ONBOARDING-008", "a sign-in can be cancelled", Needs::kUpstream,
       ACancelledSignInIsOver},
      {"LLMP-ONBOARDING-009", "logout leaves nothing", Needs::kUpstream,
       LogoutLeavesNothing},
      {"LLMP-ONBOARDING-010", "refresh says how long the new token lives",
       Needs::kAccount, ARefreshIsOne},
      {"LLMP-ONBOARDING-011", "signing in is told to the queues that want notices",
       Needs::kUpstream, ChangesAreTold},
      {"LLMP-ONBOARDING-012", "list_models and the action models say the same",
       Needs::kAccount, ModelsAreListedTheSameTwice},
      {"LLMP-ONBOARDING-013", "no token and no device code is shown or lies in a file",
       Needs::kUpstream, NoTokenIsShown},
  };
}

}  // namespace validator
