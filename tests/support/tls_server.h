// A TLS server on 127.0.0.1 that has the fault that a test wants, mostly of its
// certificate.
#ifndef XAI_TESTS_SUPPORT_TLS_SERVER_H_
#define XAI_TESTS_SUPPORT_TLS_SERVER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include <openssl/ssl.h>

#include "base/unique_fd.h"

namespace xai {

struct TlsFaults {
  std::string subject_alt_name = "IP:127.0.0.1";
  bool expired = false;
  bool self_signed = false;    // not by the authority that ca_pem() shows
  bool cuts_sessions = false;  // whoever would go on with one is cut off; TLS 1.3
};

// Answers each request with an empty 200.  One connection at a time.
class TlsServer {
 public:
  // `protocol_max` is TLS1_3_VERSION, TLS1_1_VERSION, ...
  TlsServer(const TlsFaults& options, int protocol_max);
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer();

  std::string Url() const { return "https://127.0.0.1:" + std::to_string(port_) + "/"; }
  // The authority to trust.
  const std::string& ca_pem() const { return ca_pem_; }
  // What came through after the handshake.
  size_t application_bytes() const { return application_bytes_; }
  int connections() const { return connections_; }
  // Of these, such as went on with the session of one before.
  int resumed() const { return resumed_; }

 private:
  void Accept();
  void Serve(int fd);

  std::shared_ptr<SSL_CTX> context_;
  std::string ca_pem_;
  uint16_t port_ = 0;
  UniqueFd listener_;
  std::atomic<size_t> application_bytes_{0};
  std::atomic<int> connections_{0};
  std::atomic<int> resumed_{0};
  std::thread acceptor_;  // last: starts when all else is there
};

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_TLS_SERVER_H_
