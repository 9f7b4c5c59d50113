#include "entry/front_driver.h"

#include <cstdio>

#include <dlfcn.h>

#include "base/json_writer.h"
#include "support/wait_for.h"

namespace xai {

TestHost::TestHost() : llmp_host() {
  struct_size = sizeof(llmp_host);
  abi_major = LLMP_ABI_MAJOR;
  abi_minor = LLMP_ABI_MINOR;
  name = "front-test";
  version = "1.0";
  log = [](const llmp_host* host, int32_t, const char* message) {
    const_cast<TestHost*>(static_cast<const TestHost*>(host))->logged.push_back(message);
  };
}

const llmp_entry* LoadFront(const std::filesystem::path& library) {
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* symbol = handle == nullptr ? nullptr : dlsym(handle, "llmp_entry_point");
  if (symbol == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    return nullptr;
  }
  return reinterpret_cast<const llmp_entry* (*)()>(symbol)();
}

std::string ConfigFor(const std::filesystem::path& backend) {
  JsonWriter json;
  return json.BeginObject().Key("backend").String(backend.string()).EndObject().Take();
}

Ended Ask(llmp_provider* provider,
          int32_t (*llmp_provider::*function)(llmp_provider*, uint64_t, uint64_t,
                                              const char*, size_t),
          uint64_t request) {
  Ended ended;
  const uint64_t queue = provider->queue_open(provider, 0);
  ended.accepted = (provider->*function)(provider, queue, request, "{}", 2);
  const auto deadline =
      std::chrono::duration_cast<std::chrono::milliseconds>(kTestDeadline).count();
  llmp_event event = {};
  while (ended.accepted == LLMP_OK &&
         provider->queue_wait(provider, queue, static_cast<int32_t>(deadline), &event,
                              1) == 1) {
    if (event.kind != LLMP_EV_END) continue;
    ended.status = event.status;
    ended.document.assign(event.data, event.size);
    break;
  }
  provider->queue_close(provider, queue);
  return ended;
}

}  // namespace xai
