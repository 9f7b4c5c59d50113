// conversation FOLDER CONFIG <SCRIPT: a host in C++.  conversation.c says what it does.
#include <cstdint>
#include <iostream>
#include <iterator>
#include <string>
#include <utility>

#include "llm_provider.hpp"

namespace {

const char* NameOf(std::uint32_t kind) {
  static constexpr const char* kNames[] = {nullptr,     "start",     "text",  "reasoning",
                                           "tool_call", "tool_args", "usage", "end"};
  return kind < std::size(kNames) ? kNames[kind] : nullptr;
}

bool Joins(std::uint32_t kind) {
  return kind == LLMP_EV_TEXT || kind == LLMP_EV_REASONING || kind == LLMP_EV_TOOL_ARGS;
}

void Print(llmp::Stream stream) {
  std::pair<std::uint32_t, std::uint32_t> last = {0, 0};
  for (const llmp_event& event : stream) {
    if (event.request == 0 || NameOf(event.kind) == nullptr) continue;
    const std::pair<std::uint32_t, std::uint32_t> part = {event.kind, event.index};
    if (!Joins(event.kind) || part != last) {
      if (last.first != 0) std::cout << '\n';
      std::cout << NameOf(event.kind) << ' ' << event.index << ' ';
    }
    last = part;
    const bool end = event.kind == LLMP_EV_END;
    if (end) std::cout << event.status << ' ';
    if (!end || event.status == LLMP_E_UNAVAILABLE) std::cout << llmp::text(event);
  }
  std::cout << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: conversation FOLDER CONFIG <SCRIPT\n";
    return 2;
  }
  const llmp::Provider provider = llmp::load(argv[1], {"conversation", "1.0"}, argv[2]);
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t space = line.find(' ');
    if (space == std::string::npos) continue;
    const std::string call = line.substr(0, space);
    const std::string json = line.substr(space + 1);
    if (call == "complete") Print(provider.complete(json));
    if (call == "list_models") Print(provider.list_models(json));
    if (call == "onboarding_action") Print(provider.onboarding_action(json));
  }
}
