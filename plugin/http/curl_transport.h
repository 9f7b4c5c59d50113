// HttpTransport over one CURLM, driven by the loop's thread.
#ifndef XAI_PLUGIN_HTTP_CURL_TRANSPORT_H_
#define XAI_PLUGIN_HTTP_CURL_TRANSPORT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "base/clock.h"
#include "http/curl_easy.h"
#include "http/curl_sockets.h"

namespace xai {

// Loop thread only, but for Wakeup().
class CurlTransport : public HttpTransport {
 public:
  // Null without memory, or if the kernel refuses a descriptor.
  static std::unique_ptr<CurlTransport> Make(HttpSettings settings);
  ~CurlTransport() override;

  ExchangeId Start(const HttpRequest& request, ExchangeHandler* handler) override;
  void Cancel(ExchangeId id) override;
  void Resume(ExchangeId id) override;

  // Moves the bytes that are there and calls handlers; now and then, if that is much,
  // `after_some`.  Throws std::bad_alloc, and then
  // all exchanges must be cancelled: nothing more comes of them.
  void Perform(const std::function<void()>& after_some);
  // Waits for more to do: at most `timeout_ms`, or until Wakeup(), or until `fd` can be
  // read.  True if it can; -1 is no descriptor.
  bool Wait(int timeout_ms, int fd);
  // [any thread]
  void Wakeup();

 private:
  struct Exchange;

  CurlTransport(HttpSettings settings, std::unique_ptr<CurlSockets> sockets,
                CurlMulti multi);
  bool MakeMulti();
  void LeaveAll();
  void ReportFinished();
  void ReportUnresumed();
  const Exchange* FindUnresumed() const;  // null if there is none
  // Takes it out and tells its handler.
  void End(ExchangeId id, CURLcode code);
  // libcurl keeps the certificates that it has read, also those that it could only half
  // read for want of memory, and sessions that the server may refuse.  After a failure of
  // TLS the certificates are read again, and no session from before is used.
  void OnTlsFailure();
  void DistrustOldCertificates(CURL* easy) const;

  HttpSettings settings_;
  std::unique_ptr<CurlSockets> sockets_;
  std::shared_ptr<CURLSH> sessions_;  // of TLS; null without memory
  CurlMulti multi_;
  bool broken_ = false;  // what libcurl knows in `multi_` is not whole
  std::unordered_map<ExchangeId, std::unique_ptr<Exchange>> exchanges_;
  bool has_unresumed_ = false;  // exchanges that failed as they were resumed
  ExchangeId next_id_ = 1;
  // About how many there are: it matters whether there are any.
  size_t free_connections_ = 0;
  SystemClock clock_;
  std::optional<int64_t> tls_failed_ms_;  // when it did last
};

}  // namespace xai

#endif  // XAI_PLUGIN_HTTP_CURL_TRANSPORT_H_
