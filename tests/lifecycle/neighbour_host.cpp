// neighbour-host LIBRARY CONFIG NEIGHBOUR... URL CA_FILE: a host that has its own
// libcurl, OpenSSL, RapidJSON and Boost, all in its global scope, and gives libcurl back
// before the provider is gone.
#include <curl/curl.h>
#include <dlfcn.h>
#include <openssl/evp.h>

#include <cstdio>

#include "lifecycle/plugin_host.h"

namespace xai {
namespace {

constexpr int kStreams = 8;

size_t Append(char* bytes, size_t size, size_t count, void* text) {
  static_cast<std::string*>(text)->append(bytes, size * count);
  return size * count;
}

// The same server, by the host's own means.
void Fetch(const std::string& url, const std::string& ca_file) {
  Require(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK,
          "its libcurl does not start");
  const std::string body = Prompt("fine");
  std::string text;
  CURL* easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file.c_str());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, Append);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &text);
  const CURLcode code = curl_easy_perform(easy);
  curl_easy_cleanup(easy);
  Require(code == CURLE_OK && text.find("fine") != std::string::npos,
          curl_easy_strerror(code));
}

void Digest() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  Require(EVP_Digest("abc", 3, digest, &size, EVP_sha256(), nullptr) == 1 && size == 32 &&
              digest[0] == 0xBA,
          "its OpenSSL is not well");
}

using Parse = int32_t (*)();

Parse LoadNeighbour(const std::string& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (handle == nullptr) Require(false, dlerror());
  return reinterpret_cast<Parse>(dlsym(handle, "neighbour_parse"));
}

void Live(const Arguments& arguments) {
  const std::string& url = arguments.more.at(2);
  const std::string& ca_file = arguments.more.at(3);
  const Parse parse[] = {LoadNeighbour(arguments.more.at(0)),
                         LoadNeighbour(arguments.more.at(1))};
  const auto others_work = [&parse] {
    Digest();
    for (const Parse one : parse) Require(one() == 2, "its RapidJSON is not well");
  };
  others_work();
  Fetch(url, ca_file);
  Library library(arguments.library);
  Client client(library.Create(arguments.config));
  HoldStreams(&client, kStreams);
  client.RequireFine();
  others_work();
  curl_global_cleanup();
  client.RequireFine();
  Require(client.Ask(client.provider()->onboarding_action, kRefresh).status == LLMP_OK,
          "no renewal");
  client.provider()->destroy(client.provider());
  library.Close();
  others_work();
  Fetch(url, ca_file);
  curl_global_cleanup();
}

}  // namespace
}  // namespace xai

int main(int argc, char** argv) {
  if (argc != 7) {
    (void)std::fprintf(stderr,
                       "usage: neighbour-host LIBRARY CONFIG NEIGHBOUR "
                       "NEIGHBOUR URL CA_FILE\n");
    return 2;
  }
  xai::Live({argv[1], argv[2], {argv + 3, argv + argc}});
  return 0;
}
