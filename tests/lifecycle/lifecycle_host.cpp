// lifecycle-host SCENARIO LIBRARY CONFIG [MORE...]: one life of a host, from its start to
// whatever end the scenario gives it.
#include <cstdio>
#include <map>
#include <string>

#include "lifecycle/scenarios.h"

int main(int argc, char** argv) {
  using Scenario = int (*)(const xai::Arguments&);
  static const std::map<std::string, Scenario> kScenarios = {
      {"call-back", xai::CallBack},
      {"cancel-all", xai::CancelAll},
      {"cancel-threads", xai::CancelThreads},
      {"cycles", xai::Cycles},
      {"destroy-at-once", xai::DestroyAtOnce},
      {"destroy-in-callback", xai::DestroyInCallback},
      {"destroy-live", xai::DestroyLive},
      {"dlclose-in-lookup", xai::DlcloseInLookup},
      {"dlclose-live", xai::DlcloseLive},
      {"forget", xai::Forget},
      {"fork-live", xai::ForkLive},
      {"inherited", xai::Inherited},
      {"leave-live", xai::LeaveLive},
      {"leave-soon", xai::LeaveSoon},
      {"leave-joined", xai::LeaveJoined},
      {"leave-late", xai::LeaveLate},
      {"misuse", xai::Misuse},
      {"no-memory", xai::NoMemory},
      {"no-resource", xai::NoResource},
      {"odd-text", xai::OddText},
      {"random-destroy", xai::RandomDestroy},
      {"residue", xai::Residue},
      {"signals", xai::Signals},
      {"close-while-it-begins", xai::CloseWhileItBegins},
      {"small-stacks", xai::SmallStacks},
      {"surroundings", xai::Surroundings},
      {"twice", xai::Twice},
  };
  const auto found = argc < 4 ? kScenarios.end() : kScenarios.find(argv[1]);
  if (found == kScenarios.end()) {
    (void)std::fprintf(stderr, "usage: lifecycle-host SCENARIO LIBRARY CONFIG [MORE]\n");
    return 2;
  }
  return found->second({argv[2], argv[3], {argv + 4, argv + argc}});
}
