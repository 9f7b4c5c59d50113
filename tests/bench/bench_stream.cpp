// What it costs to stream a long answer through the plugin, beside libcurl alone on the
// same bytes: CPU time of the whole process, in one run.  scripts/bench.sh serves the
// bytes as static files and calls this.
//
//     bench-stream --plugin DIR --config JSON --url URL --model ID --rounds N [--ca FILE]
//                  [--only libcurl|plugin]
//
// Prints one line of JSON, with the costs of each round: the two sides take turns.  With
// --only one side gets one answer, and the line says its bytes, when the first came, and
// the most memory that the process had: what runs this knows its CPU time.
#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "bench/process_cost.h"
#include "llm_provider.hpp"

namespace {

using xai::CpuMs;

struct Options {
  std::string plugin;
  std::string config;
  std::string url;
  std::string model;
  std::string ca;
  std::string only;
  int rounds = 5;
};

struct Cost {
  double cpu_ms = 0;
  double wall_ms = 0;
  double first_ms = 0;  // from the call until the first of the bytes
  size_t bytes = 0;     // of the answer's text, or of the body
  size_t events = 0;    // as the host got them
  std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();

  double SinceBegunMs() const {
    const std::chrono::duration<double, std::milli> time =
        std::chrono::steady_clock::now() - begun;
    return time.count();
  }
  void Add(size_t size) {
    if (bytes == 0) first_ms = SinceBegunMs();
    bytes += size;
  }
};

template <typename Body>
Cost Measure(Body body) {
  Cost cost;
  const double cpu = CpuMs();
  body(&cost);
  cost.wall_ms = cost.SinceBegunMs();
  cost.cpu_ms = CpuMs() - cpu;
  return cost;
}

size_t Count(char*, size_t size, size_t count, void* cost) {
  static_cast<Cost*>(cost)->Add(size * count);
  return size * count;
}

Cost RunCurl(CURL* easy, const Options& options) {
  return Measure([&](Cost* cost) {
    curl_easy_setopt(easy, CURLOPT_URL, options.url.c_str());
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    if (!options.ca.empty()) {
      curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca.c_str());
      curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
    }
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "{}");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Count);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, cost);
    if (curl_easy_perform(easy) != CURLE_OK) {
      std::fprintf(stderr, "bench-stream: libcurl could not fetch %s\n",
                   options.url.c_str());
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
      if (event.kind == LLMP_EV_TEXT) cost->Add(event.size);
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

Options Read(int argc, char** argv) {
  Options options;
  const auto text = [&](const char* name) -> std::string* {
    if (std::strcmp(name, "--plugin") == 0) return &options.plugin;
    if (std::strcmp(name, "--config") == 0) return &options.config;
    if (std::strcmp(name, "--url") == 0) return &options.url;
    if (std::strcmp(name, "--model") == 0) return &options.model;
    if (std::strcmp(name, "--ca") == 0) return &options.ca;
    return std::strcmp(name, "--only") == 0 ? &options.only : nullptr;
  };
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::string* value = text(argv[i])) *value = argv[i + 1];
    if (std::strcmp(argv[i], "--rounds") == 0) {
      options.rounds = std::max(1, std::atoi(argv[i + 1]));
    }
  }
  return options;
}

llmp::Provider Load(const Options& options) {
  return llmp::load(options.plugin, {"bench-stream", "1"}, options.config);
}

void RunOnce(CURL* easy, const Options& options) {
  Cost cost;
  if (options.only == "libcurl") {
    cost = RunCurl(easy, options);
  } else {
    llmp::Provider provider = Load(options);
    cost = RunPlugin(&provider, options.model);
  }
  std::printf("{\"bytes\":%zu,\"first_ms\":%.3f,\"peak_kb\":%ld}\n", cost.bytes,
              cost.first_ms, xai::StatusKb("VmHWM"));
}

void TakeTurns(CURL* easy, const Options& options) {
  llmp::Provider provider = Load(options);
  // Warm: connections open, the token read, pages touched.
  RunCurl(easy, options);
  RunPlugin(&provider, options.model);
  std::vector<Cost> curl;
  std::vector<Cost> ours;
  for (int i = 0; i < options.rounds; ++i) {
    curl.push_back(RunCurl(easy, options));
    ours.push_back(RunPlugin(&provider, options.model));
  }
  std::printf("{\"rounds\":%d,", options.rounds);
  Print("libcurl", curl);
  std::printf(",");
  Print("plugin", ours);
  std::printf("}\n");
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = Read(argc, argv);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  CURL* easy = curl_easy_init();
  if (options.only.empty()) {
    TakeTurns(easy, options);
  } else {
    RunOnce(easy, options);
  }
  curl_easy_cleanup(easy);
  return 0;
}
