// destroy() at any moment of whatever is under way.
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <map>
#include <random>

#include "lifecycle/scenarios.h"

namespace xai {
namespace {

constexpr int kRequestsMax = 8;
constexpr int kMomentMaxMs = 24;  // a handshake, a renewal and an answer fit into it

enum class Kind { kStatus, kRefresh, kModels, kCompletion };
using Started = std::map<uint64_t, Kind>;

void StartAny(Client* client, std::mt19937* random, Started* started) {
  llmp_provider* p = client->provider();
  const char* const prompts[] = {"fine", "hold", "flood", "reset"};
  switch ((*random)() % 8) {
    case 0:
      (*started)[client->Start(p->onboarding_action, kStatus)] = Kind::kStatus;
      return;
    case 1:
      (*started)[client->Start(p->onboarding_action, kRefresh)] = Kind::kRefresh;
      return;
    case 2:
      (*started)[client->Start(p->list_models, R"({"force":true})")] = Kind::kModels;
      return;
    default:
      (*started)[client->Complete(prompts[(*random)() % std::size(prompts)])] =
          Kind::kCompletion;
  }
}

// How many providers were destroyed with such a thing under way.
struct UnderWay {
  int renewal = 0;
  int models = 0;
  int lookup_or_handshake = 0;  // or a wait for the first byte
  int stream = 0;

  void Count(const Started& started, const std::map<uint64_t, End>& ends) {
    UnderWay now;
    for (const auto& [request, kind] : started) {
      const auto end = ends.find(request);
      if (end != ends.end() && end->second.times > 0) continue;
      const bool answered = end != ends.end() && !end->second.text.empty();
      if (kind == Kind::kRefresh) now.renewal = 1;
      if (kind == Kind::kModels) now.models = 1;
      if (kind == Kind::kCompletion) {
        (answered ? now.stream : now.lookup_or_handshake) = 1;
      }
    }
    renewal += now.renewal;
    models += now.models;
    lookup_or_handshake += now.lookup_or_handshake;
    stream += now.stream;
  }
};

}  // namespace

// MORE: how often, a seed, and a second config.  One provider after the other, now and
// then with its library; in the end somebody is still signed in.
int RandomDestroy(const Arguments& arguments) {
  std::mt19937 random(static_cast<unsigned>(arguments.Number(1)));
  const std::string& other = arguments.more.at(2);
  long longest_ms = 0;
  UnderWay under_way;
  for (int round = 0; round < arguments.Number(0); ++round) {
    Library library(arguments.library);
    Client client(library.Create(random() % 4 == 0 ? other : arguments.config));
    Started started;
    for (auto left = 1 + random() % kRequestsMax; left > 0; --left) {
      StartAny(&client, &random, &started);
    }
    const auto moment =
        SteadyClock::now() + std::chrono::milliseconds(random() % (kMomentMaxMs + 1));
    while (SteadyClock::now() < moment) client.Take(1);
    under_way.Count(started, client.ends());
    const auto begun = SteadyClock::now();
    client.provider()->destroy(client.provider());
    longest_ms = std::max(longest_ms, MsSince(begun));
    library.Close();
  }
  const Library library(arguments.library);
  Client client(library.Create(arguments.config));
  client.RequireFine();
  client.provider()->destroy(client.provider());
  std::printf(
      "{\"longest_ms\":%ld,\"threads\":%zu,\"descriptors\":%zu,\"renewal\":%d,"
      "\"models\":%d,\"lookup_or_handshake\":%d,\"stream\":%d}\n",
      longest_ms, CountThreads(), CountDescriptors(), under_way.renewal, under_way.models,
      under_way.lookup_or_handshake, under_way.stream);
  return 0;
}

}  // namespace xai
