// What a whole life with the plugin leaves in the memory of its host.
#include <cstdio>
#include <iostream>

#include "lifecycle/memory_search.h"
#include "lifecycle/scenarios.h"

namespace xai {
namespace {

const End& Act(Client* client, const char* json, const char* status) {
  const End& end = client->Ask(client->provider()->onboarding_action, json);
  Require(end.document.find(std::string("\"status\":\"") + status) != std::string::npos,
          end.document);
  return end;
}

void SignIn(Client* client) {
  Act(client, R"({"action":"start"})", "pending");
  const auto polled = [client] {
    return client->Ask(client->provider()->onboarding_action, R"({"action":"poll"})")
        .document;
  };
  const bool connected = Await(
      [&] { return polled().find("\"status\":\"connected\"") != std::string::npos; });
  Require(connected, "nobody signs in");
}

}  // namespace

// MORE: `live`: it ends neither the sign-in nor the provider.  Signs in, asks, renews,
// asks, signs out, and destroys; says so with an empty line.  Then stdin tells line by
// line what to look for; how often each was found it prints in the same order.
int Residue(const Arguments& arguments) {
  const Library library(arguments.library);
  Client client(library.Create(arguments.config));
  SignIn(&client);
  client.RequireFine();
  Act(&client, kRefresh, "refreshed");
  client.RequireFine();
  if (arguments.more.empty()) {
    Act(&client, R"({"action":"logout"})", "disconnected");
    client.provider()->destroy(client.provider());
  }
  std::puts("");
  (void)std::fflush(stdout);
  MemorySearch search;
  std::string hidden;
  while (std::getline(std::cin, hidden)) search.Add(hidden);
  const char* separator = "[";
  for (const int count : search.Run()) {
    std::printf("%s%d", separator, count);
    separator = ",";
  }
  std::puts("]");
  return 0;
}

}  // namespace xai
