// Many streams at once through libcurl alone: one multi handle, one thread, and nothing
// is made of the bytes but that they are compared.
//
//   crowd-libcurl URL STREAMS BODY [TIMES [PROMPT_BYTES [CA]]]
//
// BODY is a file with the body of each answer.  TIMES: so many crowds, one after another.
// CA is a file with the authority to trust.
// Prints the line of crowd_cost.h.
#include <curl/curl.h>

#include <deque>
#include <iostream>

#include "bench/crowd_cost.h"
#include "bench/plain_curl.h"

namespace {

using xai::BenchClock;

struct Running {
  xai::Expected body;
  BenchClock::time_point begun;
};

std::size_t Take(char* data, std::size_t size, std::size_t count, void* running) {
  static_cast<Running*>(running)->body.Take({data, size * count});
  return size * count;
}

void Run(CURLM* multi, const xai::PlainArguments& arguments, xai::CrowdCost* cost) {
  std::deque<Running> all;
  for (std::size_t i = 0; i < arguments.streams; ++i) {
    all.push_back({xai::Expected(arguments.body), BenchClock::now()});
    xai::BeginPlain(multi, arguments.request, &Take, &all.back());
  }
  int running = 0;
  do {
    curl_multi_perform(multi, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      const auto* ended = static_cast<Running*>(xai::EndPlain(multi, *message));
      cost->Add(ended->body, ended->begun);
    }
    if (running != 0) curl_multi_poll(multi, nullptr, 0, 60'000, nullptr);
  } while (running != 0);
}

}  // namespace

int main(int argc, char** argv) {
  const xai::PlainArguments arguments = xai::ReadPlainArguments(argc, argv);
  xai::AllowConnections(arguments.streams);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  xai::CrowdCost cost;
  CURLM* multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
  for (int times = arguments.times; times > 0; --times) Run(multi, arguments, &cost);
  std::cout << cost.Tell() << '\n';
  curl_multi_cleanup(multi);
  curl_slist_free_all(arguments.request.headers);
  return 0;
}
