// A process that asks a provider for its status and leaves it again; or that only has the
// libraries that the plugin needs, to compare with.
//
//   bench-start plugin FOLDER CONFIG
//   bench-start libraries
//
// Prints a line of JSON before it loads anything, one when it has what it wants, with the
// time that this took, and one when the provider is gone.  After each it waits for a line
// of input, so that whoever runs it can look at the process.
#include <curl/curl.h>
#include <dlfcn.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <thread>

#include "llm_provider.hpp"

namespace {

using Clock = std::chrono::steady_clock;

void Say(const std::string& line) {
  std::cout << line << std::endl;
  std::string answer;
  std::getline(std::cin, answer);
}

std::string Ready(Clock::time_point begun, const std::string& document) {
  const std::chrono::duration<double, std::milli> wall = Clock::now() - begun;
  char ms[32];
  std::snprintf(ms, sizeof ms, "%.3f", wall.count());
  return std::string("{\"wall_ms\":") + ms + ",\"document\":" + document + "}";
}

void RunPlugin(const char* folder, const char* config) {
  Say("{}");
  const auto begun = Clock::now();
  std::optional<llmp::Provider> provider =
      llmp::load(folder, {"bench-start", "1"}, config);
  std::string ready;
  {
    llmp::Stream status = provider->onboarding_action(R"({"action":"status"})");
    ready = Ready(begun, status.finish().document());
  }
  Say(ready);
  provider.reset();
  Say("{}");
}

// As the plugin's loader does it.
void* Open(const char* name) {
  void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (library != nullptr) return library;
  std::cerr << "bench-start: " << dlerror() << '\n';
  std::exit(1);
}

template <typename Function>
Function Find(void* library, const char* name) {
  return reinterpret_cast<Function>(dlsym(library, name));
}

void RunLibraries() {
  Say("{}");
  const auto begun = Clock::now();
  void* curl = Open("libcurl.so.4");
  void* sodium = Open("libsodium.so.23");
  const bool good = Find<CURLcode (*)(long)>(
                        curl, "curl_global_init")(CURL_GLOBAL_DEFAULT) == CURLE_OK &&
                    Find<int (*)()>(sodium, "sodium_init")() >= 0;
  Say(Ready(begun, good ? R"({"ok":true})" : R"({"ok":false})"));
  Say("{}");
}

}  // namespace

int main(int argc, char** argv) {
#ifdef __SANITIZE_THREAD__
  // The sanitizer's own comes with the first: before the threads are counted.
  std::thread([] {}).join();
#endif
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "plugin" && argc > 3) {
    RunPlugin(argv[2], argv[3]);
  } else if (what == "libraries") {
    RunLibraries();
  } else {
    std::cerr << "usage: bench-start plugin FOLDER CONFIG | libraries\n";
    return 2;
  }
  return 0;
}
