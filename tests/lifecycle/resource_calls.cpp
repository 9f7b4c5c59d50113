#include "lifecycle/resource_calls.h"

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <utility>

namespace xai {
namespace {

using Person = Subject::Person;
// Whatever asks a model by the other interface of the vendor.
constexpr const char* kAgents =
    R"({"model":"grok-4-multi-agent","max_retries":0,"messages":[{"role":"user","content":)"
    R"("fine"}]})";
constexpr const char* kForce = R"({"force":true})";
// Every request ends with that.
constexpr const char* kSpoiled = R"({"state_dir":7})";

std::string Action(const std::string& name) {
  return R"({"action":")" + name + "\"}";
}

// What was not to be read for a moment is looked at again by itself.
void AwaitStatus(Subject* s, const std::string& says) {
  std::string document;
  const bool said = Await([&] {
    document = s->Finish(s->Start(s->provider()->onboarding_action, kStatus)).document;
    return document.find(says) != std::string::npos;
  });
  s->Check(said, "with enough again: " + document);
}

void RequireSignedIn(Subject* s) {
  AwaitStatus(s, "\"connected\":true");
}

void Nothing(Subject*) {}

// Asked while it is scarce, and again.
ResourceCall Asked(const std::string& name, Call llmp_provider::*call,
                   const std::string& json, const std::string& says) {
  return {name, Nothing, [=](Subject* s) { s->Try(s->provider()->*call, json); },
          [=](Subject* s) {
            s->Ask(s->provider()->*call, json, says);
            RequireSignedIn(s);
          }};
}

ResourceCall Acted(const std::string& name, const std::string& says) {
  return Asked(name, &llmp_provider::onboarding_action, Action(name), says);
}

void CreateScarce(Subject* s) {
  s->TakeNew(nullptr);
  const Library again = s->library();
  llmp_provider* provider = again.TryCreate(s->config());
  if (provider == nullptr) s->errors.insert("null");
  s->TakeNew(provider);
  if (provider == nullptr || provider->state == LLMP_READY) return;
  const std::string info = provider->info;
  s->Check(info.find("\"reason\":\"platform_unsupported\"") != std::string::npos ||
               info.find("\"reason\":\"backend_not_loadable\"") != std::string::npos,
           info);
  s->errors.insert("backend_unavailable");
  // It works as one that cannot work.
  s->OpenQueue();
  s->Try(provider->complete, Prompt("fine"));
}

void CreateAfter(Subject* s) {
  s->TakeNew(nullptr);
  s->TakeNew(s->library().Create(s->config()));
  s->OpenQueue();
  s->Ask(s->provider()->complete, Prompt("fine"), "fine");
  RequireSignedIn(s);
}

void UseQueue(Subject* s, bool enough) {
  llmp_provider* p = s->provider();
  const uint64_t queue = p->queue_open(p, LLMP_QUEUE_NOTIFY);
  if (!enough && queue == 0) return;
  const int fd = p->queue_fd(p, queue);
  s->Check(fd >= 0 || !enough, "queue_fd() gave no descriptor");
  if (fd < 0) s->errors.insert("no descriptor");
  p->queue_wake(p, queue);
  llmp_event event = {};
  s->Check(p->queue_wait(p, queue, -1, &event, 1) == 0, "a wakeup was lost");
  s->Check(p->get_extension(p, "llm.nothing/1") == nullptr, "an extension nobody has");
  p->queue_close(p, queue);
  if (fd >= 0) close(fd);
}

void CancelHeld(Subject* s, uint64_t request) {
  s->provider()->cancel(s->provider(), request);
  const End& end = s->Finish(request);
  s->Check(end.status == LLMP_E_CANCELLED, end.document);
}

ResourceCall Cancelled() {
  const auto held = std::make_shared<uint64_t>(0);
  const auto hold = [held](Subject* s) {
    *held = s->Start(s->provider()->complete, Prompt("hold"));
    s->WaitForText(*held);
  };
  const auto cancel = [held](Subject* s) { CancelHeld(s, *held); };
  return {"cancel request", hold, cancel, [=](Subject* s) {
            hold(s);
            cancel(s);
            RequireSignedIn(s);
          }};
}

ResourceCall Destroyed() {
  const auto hold = [](Subject* s) {
    s->WaitForText(s->Start(s->provider()->complete, Prompt("hold")));
  };
  return {"destroy", hold, [](Subject* s) { s->Destroy(); }, CreateAfter};
}

// To a key beside the one that the config names, and back.
ResourceCall Rekeyed() {
  const auto other = [](Subject* s) {
    const std::string name = "\"key_file\": \"";
    const size_t begin = s->config().find(name) + name.size();
    const std::string key =
        s->config().substr(begin, s->config().find('"', begin) - begin);
    return std::pair(key, key + "-2");
  };
  const auto to = [](const std::string& key) {
    return R"({"action":"rekey","key_source":"key_file","key_file":")" + key + "\"}";
  };
  return {
      "rekey", [=](Subject* s) { std::filesystem::remove(other(s).second); },
      [=](Subject* s) { s->Try(s->provider()->onboarding_action, to(other(s).second)); },
      [=](Subject* s) {
        RequireSignedIn(s);
        // It is in use already if that was done.
        const auto [first, second] = other(s);
        const End& end =
            s->Finish(s->Start(s->provider()->onboarding_action, to(second)));
        s->Check(end.status == LLMP_OK || end.status == LLMP_E_INVALID, end.document);
        s->Act(to(first), "rekeyed");
        CreateAfter(s);
      }};
}

ResourceCall Refused() {
  const auto ask = [](Subject* s) {
    s->TakeNew(s->library().Create(kSpoiled));
    s->OpenQueue();
  };
  return {
      "refused", ask,
      [](Subject* s) {
        llmp_provider* p = s->provider();
        const std::string json = Prompt("fine");
        if (p->complete(p, s->queue(), 1u << 30, json.data(), json.size()) == LLMP_OK) {
          s->Expect(1u << 30);
          const End& end = s->Finish(1u << 30);
          s->Check(end.status == LLMP_E_INVALID, end.document);
        } else {
          s->errors.insert("LLMP_E_NO_MEMORY");
        }
      },
      CreateAfter};
}

}  // namespace

const std::vector<ResourceCall>& ResourceCalls() {
  static const std::vector<ResourceCall> calls = {
      {"create", Nothing, CreateScarce, CreateAfter},
      {"queue", Nothing, [](Subject* s) { UseQueue(s, false); },
       [](Subject* s) {
         UseQueue(s, true);
         RequireSignedIn(s);
       }},
      {"status", Nothing,
       [](Subject* s) { s->Try(s->provider()->onboarding_action, kStatus); },
       RequireSignedIn},
      Asked("complete", &llmp_provider::complete, Prompt("fine"), "fine"),
      Asked("complete by responses", &llmp_provider::complete, kAgents, "fine"),
      Asked("list_models", &llmp_provider::list_models, kForce, "grok-4.3"),
      Asked("models", &llmp_provider::onboarding_action,
            R"({"action":"models","force":true})", "grok-4.3"),
      Acted("refresh", "refreshed"),
      Rekeyed(),
      {"start", Nothing,
       [](Subject* s) { s->Try(s->provider()->onboarding_action, Action("start")); },
       [](Subject* s) {
         s->Act(Action("start"), "pending");
         s->Act(Action("cancel"), "cancelled");
         RequireSignedIn(s);
       }},
      {"cancel", [](Subject* s) { s->Act(Action("start"), "pending"); },
       [](Subject* s) { s->Try(s->provider()->onboarding_action, Action("cancel")); },
       [](Subject* s) {
         s->Act(Action("cancel"), "\"ok\":true");
         RequireSignedIn(s);
       }},
      {"poll", Nothing,
       [](Subject* s) { s->Try(s->provider()->onboarding_action, Action("poll")); },
       // That it comes to its end is seen by those who sign out.
       [](Subject* s) { s->Act(kStatus, "\"ok\":true"); }, Person::kPolling},
      {"logout", Nothing,
       [](Subject* s) { s->Try(s->provider()->onboarding_action, Action("logout")); },
       [](Subject* s) {
         s->Act(Action("logout"), "\"ok\":true");
         AwaitStatus(s, "signed_out");
       },
       Person::kSignedIn},
      Cancelled(),
      Refused(),
      Destroyed(),
  };
  return calls;
}

}  // namespace xai
