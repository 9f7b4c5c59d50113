// xai-sim: says on stdout where it listens, and serves until it is told to end.
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <string>

#include "sim/http_server.h"
#include "sim/json.h"
#include "sim/options.h"
#include "sim/simulator.h"

namespace {

// Thousands of streams at once need as many descriptors as the system grants.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void Announce(const std::string& origin) {
  xai::sim::JsonWriter json;
  json.BeginObject().Member("auth", origin).Member("api", origin + "/v1");
  json.Member("control", origin + "/control").EndObject();
  std::printf("%s\n", json.text().c_str());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  xai::sim::Options options;
  if (const auto code = xai::sim::ParseCommandLine(argc, argv, options)) return *code;
  std::signal(SIGPIPE, SIG_IGN);
  RaiseDescriptorLimit();
  xai::sim::HttpServer server;
  const std::string trouble = server.Listen(options.server);
  if (!trouble.empty()) {
    std::fprintf(stderr, "xai-sim: %s\n", trouble.c_str());
    return 2;
  }
  const bool tls = !options.server.certificate_file.empty();
  const std::string origin = std::string(tls ? "https" : "http") +
                             "://127.0.0.1:" + std::to_string(server.port());
  xai::sim::Simulator simulator(options.settings, origin);
  Announce(origin);
  server.Run(simulator);
  return 0;
}
