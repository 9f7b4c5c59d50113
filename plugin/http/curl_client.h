// HttpClient over a CURLM of its own, for the store thread.
#ifndef XAI_PLUGIN_HTTP_CURL_CLIENT_H_
#define XAI_PLUGIN_HTTP_CURL_CLIENT_H_

#include <functional>
#include <memory>
#include <optional>

#include "http/curl_easy.h"

namespace xai {

// One Fetch() at a time.
class CurlClient : public HttpClient {
 public:
  // `interrupted` is asked before each wait and must be thread-safe.  Null without
  // memory.
  static std::unique_ptr<CurlClient> Make(HttpSettings settings,
                                          std::function<bool()> interrupted);

  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;
  ~CurlClient() override;

  Result<HttpResponse> Fetch(const HttpRequest& request, size_t body_bytes_max,
                             Interruptible interruptible, bool* sent) override;

  // Makes the running Fetch() ask `interrupted` at once.  [any thread]
  void Wakeup();

 private:
  CurlClient(HttpSettings settings, std::function<bool()> interrupted, CurlMulti multi)
      : settings_(std::move(settings)),
        interrupted_(std::move(interrupted)),
        multi_(std::move(multi)) {}

  // libcurl's code when it is done; nothing if it was interrupted, or at exit().
  std::optional<CURLcode> Run(CURL* easy, bool may_stop);

  HttpSettings settings_;
  std::function<bool()> interrupted_;
  CurlMulti multi_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_HTTP_CURL_CLIENT_H_
