// Many streams at once through libcurl alone: one multi handle, one thread, and nothing
// is made of the bytes but that they are compared.
//
//   crowd-libcurl URL STREAMS BODY [TIMES [PROMPT_BYTES]]
//
// BODY is a file with the body of each answer.  TIMES: so many crowds, one after another.
// Prints the line of crowd_cost.h.
#include <curl/curl.h>

#include <cstdlib>
#include <deque>
#include <iostream>
#include <string>

#include "bench/crowd_cost.h"

namespace {

using xai::BenchClock;

constexpr const char* kAfter =
    R"(,"stream":true,"stream_options":{"include_usage":true}})";

struct Request {
  const char* url;
  std::string body;
  curl_slist* headers;
};

struct Running {
  xai::Expected body;
  BenchClock::time_point begun;
};

std::size_t Take(char* data, std::size_t size, std::size_t count, void* running) {
  static_cast<Running*>(running)->body.Take({data, size * count});
  return size * count;
}

void Begin(CURLM* multi, const Request& request, Running* running) {
  CURL* easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, request.url);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request.headers);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Take);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, running);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, running);
  curl_multi_add_handle(multi, easy);
}

void End(CURLM* multi, const CURLMsg& message, xai::CrowdCost* cost) {
  Running* running = nullptr;
  curl_easy_getinfo(message.easy_handle, CURLINFO_PRIVATE, &running);
  if (message.data.result != CURLE_OK) {
    std::cerr << curl_easy_strerror(message.data.result) << '\n';
  }
  cost->Add(running->body, running->begun);
  CURL* easy = message.easy_handle;
  curl_multi_remove_handle(multi, easy);
  curl_easy_cleanup(easy);
}

void Run(CURLM* multi, const Request& request, std::size_t streams,
         const std::string& body, xai::CrowdCost* cost) {
  std::deque<Running> all;
  for (std::size_t i = 0; i < streams; ++i) {
    all.push_back({xai::Expected(body), BenchClock::now()});
    Begin(multi, request, &all.back());
  }
  int running = 0;
  do {
    curl_multi_perform(multi, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      End(multi, *message, cost);
    }
    if (running != 0) curl_multi_poll(multi, nullptr, 0, 60'000, nullptr);
  } while (running != 0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: crowd-libcurl URL STREAMS BODY [TIMES [PROMPT_BYTES]]\n";
    return 2;
  }
  const std::size_t streams = std::strtoul(argv[2], nullptr, 10);
  const std::string body = xai::ReadWholeFile(argv[3]);
  xai::AllowConnections(streams);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::size_t prompt_bytes = argc > 5 ? std::strtoul(argv[5], nullptr, 10) : 2;
  const Request request = {argv[1], xai::ChatRequest(prompt_bytes, kAfter),
                           curl_slist_append(nullptr, "Content-Type: application/json")};
  xai::CrowdCost cost;
  CURLM* multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
  for (int times = argc > 4 ? std::atoi(argv[4]) : 1; times > 0; --times) {
    Run(multi, request, streams, body, &cost);
  }
  std::cout << cost.Tell() << '\n';
  curl_multi_cleanup(multi);
  curl_slist_free_all(request.headers);
  return 0;
}
