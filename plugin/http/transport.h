// HTTP as the rest of the plugin sees it: one request, a head, bytes, an end.
#ifndef XAI_PLUGIN_HTTP_TRANSPORT_H_
#define XAI_PLUGIN_HTTP_TRANSPORT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/wiped_string.h"

namespace xai {

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<HttpHeader> headers;
  // Becomes the Authorization header; null or empty: none.  Must live until the exchange
  // has begun.
  const SecretString* bearer = nullptr;
  std::string_view body;  // POST; must live until the exchange ends
  int64_t connect_ms = 10'000;
  int64_t total_ms = 0;  // 0: no bound
  // A connection of its own, never reused: for what must not be sent twice.
  bool fresh_connection = false;
};

// Settings that are the same for all requests of one provider.
struct HttpSettings {
  std::string user_agent;
  std::string ca_file;    // empty: the system's store
  std::string proxy_url;  // empty: none; loopback never goes through it
  std::string no_proxy;   // libcurl's list of hosts that do not either
  // Runs what it is given, and never two at once in this process: libcurl ignores
  // SIGPIPE, for the whole process, while it cleans up, and then puts back what it found.
  // Of two threads that do so at once the last may put back that it is ignored.  Empty:
  // no other thread does the same.
  std::function<void(const std::function<void()>&)> one_at_a_time;
  // Runs what it is given, which uses libcurl or frees what libcurl made; false if the
  // process is exiting, and then it has not run: what that needs is gone, and all that is
  // libcurl's must be left as it is.  exit() waits until it has run.  Empty: the process
  // outlives all requests.
  std::function<bool(const std::function<void()>&)> unless_exiting;
};

struct HttpHead {
  int status = 0;
  std::vector<HttpHeader> headers;  // names in lower case

  // The last value, or empty.
  std::string_view Header(std::string_view lower_case_name) const;
};

// Told about one exchange.  Every call comes on the thread that drives the transport.
class ExchangeHandler {
 public:
  ExchangeHandler() = default;
  ExchangeHandler(const ExchangeHandler&) = delete;
  ExchangeHandler& operator=(const ExchangeHandler&) = delete;
  virtual ~ExchangeHandler() = default;

  // A connection has a POST from here on: the server may take it.  Must not throw.
  virtual void OnSent() {}
  // The final head; before the first OnBody().
  virtual void OnHead(const HttpHead& head) = 0;
  // False: these bytes are taken, but no more until Resume().
  virtual bool OnBody(std::string_view bytes) = 0;
  // Once, unless the exchange was cancelled.  OK means only that the connection ended
  // properly, not that the content is complete.
  virtual void OnDone(Result<void> result) = 0;
};

class HttpTransport {
 public:
  using ExchangeId = uint64_t;

  HttpTransport() = default;
  HttpTransport(const HttpTransport&) = delete;
  HttpTransport& operator=(const HttpTransport&) = delete;
  virtual ~HttpTransport() = default;

  // `handler` must live until OnDone() or Cancel().  0 without memory.  Never calls the
  // handler before it returns.
  virtual ExchangeId Start(const HttpRequest& request, ExchangeHandler* handler) = 0;
  // The handler is not called again.  Not from within a call of the handler's but
  // OnDone().
  virtual void Cancel(ExchangeId id) = 0;
  virtual void Resume(ExchangeId id) = 0;
};

// A whole answer, for those who may block.
struct HttpResponse {
  HttpHead head;
  WipedString body;  // may hold tokens
};

class HttpClient {
 public:
  HttpClient() = default;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  virtual ~HttpClient() = default;

  enum class Interruptible { kYes, kNo };

  // Blocks.  Past `body_bytes_max` a 2xx fails with kTooLarge, and of any other answer
  // only the beginning is kept.  Fails with kCancelled if interrupted.
  // `*sent` tells whether any byte of the request may have reached the server.
  virtual Result<HttpResponse> Fetch(const HttpRequest& request, size_t body_bytes_max,
                                     Interruptible interruptible, bool* sent) = 0;
};

}  // namespace xai

#endif  // XAI_PLUGIN_HTTP_TRANSPORT_H_
