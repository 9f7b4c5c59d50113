// A host that breaks one rule, the one named in $CARELESS: provider-validator
// --check-host has to find it.
#include <dlfcn.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

#include "llm_provider.h"

namespace {

constexpr const char* kRequest = R"({"model":"m","messages":[]})";

bool Careless(const char* about) {
  const char* chosen = getenv("CARELESS");
  return chosen != nullptr && std::strcmp(chosen, about) == 0;
}

void Converse(llmp_provider* p) {
  const std::uint64_t queue = p->queue_open(p, 0);
  const std::uint64_t number = Careless("numbers") ? 0 : 1;
  if (Careless("waiters")) {
    // Without an end in sight both wait.
    std::thread([p, queue] {
      llmp_event event;
      p->queue_wait(p, queue, 1000, &event, 1);
    }).detach();
    llmp_event event;
    p->queue_wait(p, queue, 1000, &event, 1);
    return;
  }
  p->complete(p, queue, number, kRequest, std::strlen(kRequest));
  std::string kept;
  const char* pointers[16] = {};
  std::size_t texts = 0;
  for (bool ended = false; !ended;) {
    llmp_event event;
    const std::int32_t count = p->queue_wait(p, queue, -1, &event, 1);
    if (count < 0 || (count == 0 && Careless("idle"))) break;
    if (count == 0) continue;
    if (event.kind == LLMP_EV_TEXT && texts < 16) pointers[texts++] = event.data;
    if (event.kind == LLMP_EV_TEXT) kept.append(event.data, event.size);
    if (event.kind > LLMP_EV_LOG && Careless("kinds")) abort();
    ended = event.kind == LLMP_EV_END;
  }
  if (Careless("bytes")) {
    for (std::size_t i = 0; i < texts; ++i) fputs(pointers[i], stdout);
  } else {
    fputs(kept.c_str(), stdout);
  }
  p->queue_close(p, queue);
}

}  // namespace

int main(int, char** argv) {
  const std::string path = std::string(argv[1]) + "/misbehaving.so";
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return 1;
  const auto entry_point =
      reinterpret_cast<const llmp_entry* (*)()>(dlsym(library, "llmp_entry_point"));
  const llmp_entry* entry = entry_point();
  if (entry->magic != LLMP_MAGIC && !Careless("magic")) return 1;
  llmp_host host = {};
  host.struct_size = sizeof host;
  host.abi_major = LLMP_ABI_MAJOR;
  host.abi_minor = LLMP_ABI_MINOR;
  host.name = "careless-host";
  host.version = "1";
  llmp_provider* p = entry->create(LLMP_ABI_MAJOR, &host, "{}", 2);
  if (p == nullptr && !Careless("null")) return 1;
  if (p->abi_major == LLMP_ABI_MAJOR || Careless("major")) Converse(p);
  p->destroy(p);
  if (Careless("afterwards")) p->cancel(p, 1);
  return 0;
}
