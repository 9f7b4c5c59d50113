// Many streams at once through the plugin, on one queue.
//
//   crowd-plugin FOLDER CONFIG STREAMS TEXT [TIMES [PROMPT_BYTES]]
//
// TEXT is a file with the text of each answer.  TIMES: so many crowds, one after another.
// Prints the line of crowd_cost.h.
#include <cstdlib>
#include <iostream>
#include <string>
#include <unordered_map>

#include "bench/crowd_cost.h"
#include "llm_provider.hpp"

namespace {

using xai::BenchClock;

struct Running {
  xai::Expected text;
  BenchClock::time_point begun;
};

void Begin(const llmp::Provider& provider, const llmp::Queue& queue, std::uint64_t id,
           const std::string& request) {
  llmp_provider* raw = provider.get();
  if (raw->complete(raw, queue.id(), id, request.data(), request.size()) == LLMP_OK)
    return;
  std::cerr << "crowd-plugin: not taken\n";
  std::exit(1);
}

void Run(const llmp::Provider& provider, llmp::Queue& queue, const std::string& request,
         std::size_t streams, const std::string& text, xai::CrowdCost* cost) {
  std::unordered_map<std::uint64_t, Running> running;
  for (std::size_t i = 0; i < streams; ++i) {
    const std::uint64_t id = provider.next_request();
    running.emplace(id, Running{xai::Expected(text), BenchClock::now()});
    Begin(provider, queue, id, request);
  }
  while (!running.empty()) {
    for (const llmp_event& event : queue.wait(-1)) {
      const auto found = running.find(event.request);
      if (found == running.end()) continue;
      if (event.kind == LLMP_EV_TEXT) found->second.text.Take(llmp::text(event));
      if (event.kind != LLMP_EV_END) continue;
      if (event.status != LLMP_OK) std::cerr << llmp::text(event) << '\n';
      cost->Add(found->second.text, found->second.begun);
      running.erase(found);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr
        << "usage: crowd-plugin FOLDER CONFIG STREAMS TEXT [TIMES [PROMPT_BYTES]]\n";
    return 2;
  }
  const std::size_t streams = std::strtoul(argv[3], nullptr, 10);
  const std::string text = xai::ReadWholeFile(argv[4]);
  xai::AllowConnections(streams);
  const llmp::Provider provider = llmp::load(argv[1], {"crowd-plugin", "1.0"}, argv[2]);
  // What is needed once: threads, the token.
  provider.onboarding_action(R"({"action":"status"})").finish();
  const std::string request =
      xai::ChatRequest(argc > 6 ? std::strtoul(argv[6], nullptr, 10) : 2, "}");
  xai::CrowdCost cost;
  llmp::Queue queue = provider.open_queue();
  for (int times = argc > 5 ? std::atoi(argv[5]) : 1; times > 0; --times) {
    Run(provider, queue, request, streams, text, &cost);
  }
  std::cout << cost.Tell() << '\n';
  return 0;
}
