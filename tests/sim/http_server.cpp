#include "sim/http_server.h"

#include <csignal>
#include <fstream>

#include "sim/http_session.h"

namespace xai::sim {
namespace {

constexpr std::chrono::milliseconds kAcceptPause{50};

}  // namespace

class HttpServer::Impl {
 public:
  std::string Listen(const ServerOptions& options) {
    if (!options.certificate_file.empty()) {
      std::string trouble = PrepareTls(options);
      if (!trouble.empty()) return trouble;
    }
    error_code error;
    const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), options.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) {
      // From now on a signal ends the server cleanly, even before it runs.
      signals_.async_wait([this](error_code, int) { context_.stop(); });
      return {};
    }
    return "cannot listen on 127.0.0.1:" + std::to_string(options.port) + ": " +
           error.message();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  void Run(RequestHandler& handler) {
    Accept(handler);
    context_.run();
  }

 private:
  std::string PrepareTls(const ServerOptions& options) {
    for (const auto& file : {options.certificate_file, options.key_file}) {
      if (!std::ifstream(file)) return "cannot read " + file;
    }
    error_code error;
    tls_.emplace(asio::ssl::context::tls_server);
    tls_->use_certificate_chain_file(options.certificate_file, error);
    if (error) return "certificate " + options.certificate_file + ": " + error.message();
    tls_->use_private_key_file(options.key_file, asio::ssl::context::pem, error);
    return error ? "key " + options.key_file + ": " + error.message() : std::string();
  }

  void Accept(RequestHandler& handler) {
    acceptor_.async_accept([this, &handler](error_code error, tcp::socket socket) {
      if (!error) {
        StartSession(std::move(socket), handler);
        return Accept(handler);
      }
      // Most likely no descriptor is free; the next try would fail at once as well.
      pause_.expires_after(kAcceptPause);
      pause_.async_wait([this, &handler](error_code) { Accept(handler); });
    });
  }

  void StartSession(tcp::socket socket, RequestHandler& handler) {
    error_code ignored;  // Only latency would suffer.
    socket.set_option(tcp::no_delay(true), ignored);
    if (!tls_) {
      std::make_shared<Session<tcp::socket>>(std::move(socket), handler)->Start();
      return;
    }
    using TlsStream = asio::ssl::stream<tcp::socket>;
    TlsStream stream(std::move(socket), *tls_);
    std::make_shared<Session<TlsStream>>(std::move(stream), handler)->Start();
  }

  // Sessions refer to the TLS context, so it has to outlive the io_context.
  std::optional<asio::ssl::context> tls_;
  asio::io_context context_{1};
  asio::signal_set signals_{context_, SIGTERM, SIGINT};
  tcp::acceptor acceptor_{context_};
  asio::steady_timer pause_{context_};
};

HttpServer::HttpServer() : impl_(std::make_unique<Impl>()) {}
HttpServer::~HttpServer() = default;

std::string HttpServer::Listen(const ServerOptions& options) {
  return impl_->Listen(options);
}

std::uint16_t HttpServer::port() const {
  return impl_->port();
}

void HttpServer::Run(RequestHandler& handler) {
  impl_->Run(handler);
}

}  // namespace xai::sim
