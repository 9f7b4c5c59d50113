// A host with a store of its own, for tests.
//
//   host-store-driver FOLDER CONFIG DATABASE [KEY_FILE]
//
// FOLDER holds the plugin, CONFIG is the JSON for create(), DATABASE is made if there is
// none.  With a KEY_FILE of 32 bytes the host offers the sealing key too.  Requests come
// line by line on stdin, and for each there is a line with its result: the JSON of an
// onboarding action, of a completion if it has "messages", or a question to the host:
//
//   {"notices":true}           {"auth_changed":N,"models_changed":N} since the beginning
//   {"faults":["get","lock"]}  what its store does wrong from now on: StoreFaults
#include <cstdint>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host_store/host_extensions.h"
#include "host_store/sqlite_store.h"
#include "llm_provider.hpp"

namespace xai {
namespace {

constexpr int kUsage = 2;

std::optional<HostKeyBytes> ReadKey(const std::string& path) {
  HostKeyBytes key = {};
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(key.data()), key.size());
  if (file.gcount() != static_cast<std::streamsize>(key.size())) return std::nullopt;
  return key;
}

// What came without being asked, counted.
class NoticeCounter {
 public:
  explicit NoticeCounter(const llmp::Provider& provider)
      : queue_(provider.open_queue(LLMP_QUEUE_NOTIFY)) {}

  std::string Text() {
    for (const llmp_event& event : queue_.wait(0)) {
      if (event.kind == LLMP_EV_AUTH_CHANGED) ++auth_changed_;
      if (event.kind == LLMP_EV_MODELS_CHANGED) ++models_changed_;
    }
    return llmp::Json::object()
        .set("auth_changed", auth_changed_)
        .set("models_changed", models_changed_)
        .dump();
  }

 private:
  llmp::Queue queue_;
  int64_t auth_changed_ = 0;
  int64_t models_changed_ = 0;
};

std::string SetFaults(const llmp::Json& names, StoreFaults* faults) {
  const auto named = [&names](const char* name) {
    for (const llmp::Json& item : names.items()) {
      if (item.str() == name) return true;
    }
    return false;
  };
  faults->get = named("get");
  faults->put = named("put");
  faults->lock = named("lock");
  return llmp::Json::object().set("faults", names).dump();
}

void Serve(const llmp::Provider& provider, StoreFaults* faults) {
  NoticeCounter notices(provider);
  for (std::string line; std::getline(std::cin, line);) {
    const llmp::Json request = llmp::Json::parse(line).value_or(llmp::Json());
    if (request.has("notices")) {
      std::cout << notices.Text() << std::endl;
    } else if (request.has("faults")) {
      std::cout << SetFaults(request["faults"], faults) << std::endl;
    } else {
      llmp::Stream stream = request.has("messages") ? provider.complete(line)
                                                    : provider.onboarding_action(line);
      std::cout << stream.finish().document() << std::endl;
    }
  }
}

int Main(const std::vector<std::string>& words) {
  if (words.size() != 3 && words.size() != 4) {
    std::cerr << "usage: host-store-driver FOLDER CONFIG DATABASE [KEY_FILE]\n";
    return kUsage;
  }
  const std::unique_ptr<SqliteStore> store = SqliteStore::Open(words[2]);
  if (store == nullptr) {
    std::cerr << words[2] << ": not a database\n";
    return kUsage;
  }
  std::optional<HostKeyBytes> key;
  if (words.size() == 4 && !(key = ReadKey(words[3]))) {
    std::cerr << words[3] << ": not a key of 32 bytes\n";
    return kUsage;
  }
  HostExtensions extensions(store.get(), key);
  llmp::Host host{"host-store-driver", "1.0"};
  host.get_extension = [&extensions](const char* id) { return extensions.Find(id); };
  Serve(llmp::load(words[0], std::move(host), words[1]), &extensions.faults());
  return 0;
}

}  // namespace
}  // namespace xai

int main(int argc, char** argv) {
  return xai::Main({argv + 1, argv + argc});
}
