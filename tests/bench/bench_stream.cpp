// What it costs to stream a long answer through the plugin, beside libcurl alone on the
// same bytes: CPU time of the whole process, in one run.  scripts/bench.sh serves the
// bytes as static files and calls this.
//
//     bench-stream --plugin DIR --config JSON --url URL --model ID --rounds N [--ca FILE]
//
// Prints one line of JSON, with the costs of each round: the two sides take turns.
#include <curl/curl.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "llm_provider.hpp"

namespace {

struct Cost {
  double cpu_ms = 0;
  double wall_ms = 0;
  size_t bytes = 0;   // of the answer's text, or of the body
  size_t events = 0;  // as the host got them
};

double CpuMs() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

template <typename Body>
Cost Measure(Body body) {
  Cost cost;
  const double cpu = CpuMs();
  const auto start = std::chrono::steady_clock::now();
  body(&cost);
  const std::chrono::duration<double, std::milli> wall =
      std::chrono::steady_clock::now() - start;
  cost.wall_ms = wall.count();
  cost.cpu_ms = CpuMs() - cpu;
  return cost;
}

size_t Count(char*, size_t size, size_t count, void* bytes) {
  *static_cast<size_t*>(bytes) += size * count;
  return size * count;
}

Cost RunCurl(CURL* easy, const std::string& url, const std::string& ca) {
  return Measure([&](Cost* cost) {
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    if (!ca.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, ca.c_str());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "{}");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Count);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &cost->bytes);
    if (curl_easy_perform(easy) != CURLE_OK) {
      std::fprintf(stderr, "bench-stream: libcurl could not fetch %s\n", url.c_str());
      std::exit(1);
    }
  });
}

Cost RunPlugin(llmp::Provider* provider, const std::string& model) {
  const std::string request =
      R"({"messages":[{"role":"user","content":"go"}],"model":")" + model + "\"}";
  return Measure([&](Cost* cost) {
    for (const llmp_event& event : provider->complete(request)) {
      ++cost->events;
      if (event.kind == LLMP_EV_TEXT) cost->bytes += event.size;
      if (event.kind == LLMP_EV_END && event.status != LLMP_OK) {
        std::fprintf(stderr, "bench-stream: %.*s\n", static_cast<int>(event.size),
                     event.data);
        std::exit(1);
      }
    }
  });
}

void PrintEach(const char* name, const std::vector<Cost>& costs, double Cost::*member) {
  const char* separator = "";
  std::printf("\"%s\":[", name);
  for (const Cost& cost : costs) {
    std::printf("%s%.2f", std::exchange(separator, ","), cost.*member);
  }
  std::printf("]");
}

void Print(const char* name, const std::vector<Cost>& costs) {
  std::printf("\"%s\":{", name);
  PrintEach("cpu_ms", costs, &Cost::cpu_ms);
  std::printf(",");
  PrintEach("wall_ms", costs, &Cost::wall_ms);
  std::printf(",\"bytes\":%zu,\"events\":%zu}", costs.back().bytes, costs.back().events);
}

}  // namespace

int main(int argc, char** argv) {
  std::string plugin;
  std::string config;
  std::string url;
  std::string model;
  std::string ca;
  int rounds = 5;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--plugin") == 0) plugin = argv[i + 1];
    if (std::strcmp(argv[i], "--config") == 0) config = argv[i + 1];
    if (std::strcmp(argv[i], "--url") == 0) url = argv[i + 1];
    if (std::strcmp(argv[i], "--model") == 0) model = argv[i + 1];
    if (std::strcmp(argv[i], "--ca") == 0) ca = argv[i + 1];
    if (std::strcmp(argv[i], "--rounds") == 0)
      rounds = std::max(1, std::atoi(argv[i + 1]));
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  CURL* easy = curl_easy_init();
  llmp::Provider provider = llmp::load(plugin, {"bench-stream", "1"}, config);
  // Warm: connections open, the token read, pages touched.
  RunCurl(easy, url, ca);
  RunPlugin(&provider, model);
  std::vector<Cost> curl;
  std::vector<Cost> ours;
  for (int i = 0; i < rounds; ++i) {
    curl.push_back(RunCurl(easy, url, ca));
    ours.push_back(RunPlugin(&provider, model));
  }
  std::printf("{\"rounds\":%d,", rounds);
  Print("libcurl", curl);
  std::printf(",");
  Print("plugin", ours);
  std::printf("}\n");
  curl_easy_cleanup(easy);
  return 0;
}
