// The HTTP/1.1 server: one thread, one io_context, 127.0.0.1 only.
#ifndef XAI_TESTS_SIM_HTTP_SERVER_H_
#define XAI_TESTS_SIM_HTTP_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "sim/http_types.h"

namespace xai::sim {

struct ServerOptions {
  std::uint16_t port = 0;        // 0: any free one
  std::string certificate_file;  // PEM; empty: plain HTTP
  std::string key_file;
};

class HttpServer {
 public:
  HttpServer();
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Binds and listens.  Returns what went wrong in words, or an empty string.
  std::string Listen(const ServerOptions& options);
  std::uint16_t port() const;

  // Serves until SIGTERM or SIGINT.  REQUIRES: Listen() succeeded; the handler outlives
  // the call.
  void Run(RequestHandler& handler);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_HTTP_SERVER_H_
