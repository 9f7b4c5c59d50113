#include "bench/plain_curl.h"

#include <cstdlib>
#include <iostream>

#include "bench/crowd_cost.h"

namespace xai {
namespace {

constexpr const char* kAfter =
    R"(,"stream":true,"stream_options":{"include_usage":true}})";

}  // namespace

PlainArguments ReadPlainArguments(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: " << argv[0]
              << " URL STREAMS BODY [TIMES [PROMPT_BYTES [CA]]]\n";
    std::exit(2);
  }
  const std::size_t prompt_bytes = argc > 5 ? std::strtoul(argv[5], nullptr, 10) : 2;
  return {{argv[1], ChatRequest(prompt_bytes, kAfter),
           curl_slist_append(nullptr, "Content-Type: application/json"),
           argc > 6 ? argv[6] : nullptr},
          std::strtoul(argv[2], nullptr, 10),
          ReadWholeFile(argv[3]),
          argc > 4 ? std::atoi(argv[4]) : 1};
}

void BeginPlain(CURLM* multi, const PlainRequest& request, curl_write_callback write,
                void* owner) {
  CURL* easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, request.url);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request.headers);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  // Without it libcurl guards each look at each transfer against SIGPIPE.
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  if (request.ca_file != nullptr) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, request.ca_file);
    // A folder to trust as well keeps libcurl from remembering the file.
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, write);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, owner);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, owner);
  curl_multi_add_handle(multi, easy);
}

void* EndPlain(CURLM* multi, const CURLMsg& message) {
  char* owner = nullptr;
  curl_easy_getinfo(message.easy_handle, CURLINFO_PRIVATE, &owner);
  if (message.data.result != CURLE_OK) {
    std::cerr << curl_easy_strerror(message.data.result) << '\n';
  }
  CURL* easy = message.easy_handle;
  curl_multi_remove_handle(multi, easy);
  curl_easy_cleanup(easy);
  return owner;
}

}  // namespace xai
