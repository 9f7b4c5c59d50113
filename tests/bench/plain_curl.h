// A request as libcurl sends it that has nothing to do but count: what the plugin is
// measured beside.
#ifndef XAI_TESTS_BENCH_PLAIN_CURL_H_
#define XAI_TESTS_BENCH_PLAIN_CURL_H_

#include <curl/curl.h>

#include <string>

namespace xai {

struct PlainRequest {
  const char* url;
  std::string body;
  curl_slist* headers;
  const char* ca_file;  // null: http
};

// What the programs are called with: URL STREAMS BODY [TIMES [PROMPT_BYTES [CA]]].
struct PlainArguments {
  PlainRequest request;
  std::size_t streams;
  std::string body;  // of each answer
  int times;
};

// Ends the process if they are too few.
PlainArguments ReadPlainArguments(int argc, char** argv);

// Begins it: `write` gets its bytes, with `owner`, which is its CURLOPT_PRIVATE as well.
void BeginPlain(CURLM* multi, const PlainRequest& request, curl_write_callback write,
                void* owner);
// Takes the handle of one that has ended away, says if it failed, and returns its owner.
void* EndPlain(CURLM* multi, const CURLMsg& message);

}  // namespace xai

#endif  // XAI_TESTS_BENCH_PLAIN_CURL_H_
