// The plugin twice in one process: two files, or two namespaces.
#include <cstdio>
#include <thread>

#include "lifecycle/scenarios.h"

namespace xai {
namespace {

int g_refreshed[2];

// Renews as often as it is told, whatever the other does.
void Renew(Client* client, int rounds, int* refreshed) {
  for (int i = 0; i < rounds; ++i) {
    const End& end = client->Ask(client->provider()->onboarding_action, kRefresh);
    Require(end.status == LLMP_OK, end.document);
    if (end.document.find("\"refreshed\"") != std::string::npos) ++*refreshed;
  }
}

}  // namespace

// MORE: how many renewals of each, `namespace` or the path of another copy.
int Twice(const Arguments& arguments) {
  const Library first(arguments.library);
  const std::string& other = arguments.more.at(1);
  const Library second =
      other == "namespace" ? Library::InNewNamespace(arguments.library) : Library(other);
  Client one(first.Create(arguments.config));
  Client two(second.Create(arguments.config));
  const int rounds = arguments.Number(0);
  std::thread elsewhere([&two, rounds] { Renew(&two, rounds, &g_refreshed[1]); });
  Renew(&one, rounds, &g_refreshed[0]);
  elsewhere.join();
  one.RequireFine();
  two.RequireFine();
  one.provider()->destroy(one.provider());
  two.RequireFine();
  two.provider()->destroy(two.provider());
  std::printf("{\"refreshed\":[%d,%d]}\n", g_refreshed[0], g_refreshed[1]);
  return 0;
}

}  // namespace xai
