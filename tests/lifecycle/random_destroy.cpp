// destroy() at any moment of whatever is under way.
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <random>

#include "lifecycle/scenarios.h"

namespace xai {
namespace {

constexpr int kRequestsMax = 8;
constexpr int kMomentMaxMs = 24;  // a handshake, a renewal and an answer fit into it

void StartAny(Client* client, std::mt19937* random) {
  llmp_provider* p = client->provider();
  const char* const prompts[] = {"fine", "hold", "flood", "reset"};
  switch ((*random)() % 8) {
    case 0:
      client->Start(p->onboarding_action, kStatus);
      return;
    case 1:
      client->Start(p->onboarding_action, kRefresh);
      return;
    case 2:
      client->Start(p->list_models, R"({"force":true})");
      return;
    default:
      client->Complete(prompts[(*random)() % std::size(prompts)]);
  }
}

}  // namespace

// MORE: how often, a seed, and a second config.  One provider after the other, now and
// then with its library; in the end somebody is still signed in.
int RandomDestroy(const Arguments& arguments) {
  std::mt19937 random(static_cast<unsigned>(arguments.Number(1)));
  const std::string& other = arguments.more.at(2);
  long longest_ms = 0;
  for (int round = 0; round < arguments.Number(0); ++round) {
    Library library(arguments.library);
    Client client(library.Create(random() % 4 == 0 ? other : arguments.config));
    for (auto left = 1 + random() % kRequestsMax; left > 0; --left) {
      StartAny(&client, &random);
    }
    const auto moment =
        SteadyClock::now() + std::chrono::milliseconds(random() % (kMomentMaxMs + 1));
    while (SteadyClock::now() < moment) client.Take(1);
    const auto begun = SteadyClock::now();
    client.provider()->destroy(client.provider());
    longest_ms = std::max(longest_ms, MsSince(begun));
    library.Close();
  }
  const Library library(arguments.library);
  Client client(library.Create(arguments.config));
  client.RequireFine();
  client.provider()->destroy(client.provider());
  std::printf("{\"longest_ms\":%ld,\"threads\":%zu,\"descriptors\":%zu}\n", longest_ms,
              CountThreads(), CountDescriptors());
  return 0;
}

}  // namespace xai
