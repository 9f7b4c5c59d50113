// Load, ask, unload, again and again: nothing may grow.
#include <malloc.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "lifecycle/scenarios.h"

namespace xai {
namespace {

// Until then caches fill: of libcurl, of OpenSSL, of the C library.
constexpr int kWarmUp = 100;

struct Held {
  size_t heap;
  size_t resident;
  size_t descriptors;
  size_t threads;
};

Held Measure() {
  (void)malloc_trim(0);
  size_t size = 0;
  size_t pages = 0;
  std::ifstream("/proc/self/statm") >> size >> pages;
  return {mallinfo2().uordblks, pages * static_cast<size_t>(sysconf(_SC_PAGESIZE)),
          CountDescriptors(), CountThreads()};
}

void Cycle(const Arguments& arguments) {
  Library library(arguments.library);
  llmp_provider* provider = library.Create(arguments.config);
  {
    Client client(provider);
    const End& status = client.Ask(provider->onboarding_action, kStatus);
    Require(status.document.find("\"connected\":true") != std::string::npos,
            status.document);
    client.RequireFine();
    client.Close();
  }
  provider->destroy(provider);
  library.Close();
}

void Print(const char* name, const Held& held, const char* end) {
  std::printf(
      "\"%s\":{\"heap\":%zu,\"resident\":%zu,\"descriptors\":%zu,\"threads\":%zu}%s",
      name, held.heap, held.resident, held.descriptors, held.threads, end);
}

}  // namespace

// MORE: how many cycles.
int Cycles(const Arguments& arguments) {
  const int count = arguments.Number(0);
  Held before = {};
  for (int i = 0; i < count; ++i) {
    if (i == kWarmUp) before = Measure();
    Cycle(arguments);
  }
  const Held after = Measure();
  std::printf("{");
  Print("before", before, ",");
  Print("after", after, "}\n");
  return 0;
}

// One provider is never destroyed: it has no thread that would still know of it.
int Forget(const Arguments& arguments) {
  Library library(arguments.library);
  llmp_host host = MakeHost();
  host.struct_size = sizeof host.struct_size;  // too small: it becomes unavailable
  const llmp_provider* provider = library.TryCreate(arguments.config, &host);
  Require(provider != nullptr && provider->state == LLMP_UNAVAILABLE, "it is available");
  library.Close();
  return 0;
}

}  // namespace xai
