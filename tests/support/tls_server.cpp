#include "support/tls_server.h"

#include <csignal>
#include <cstdlib>

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace xai {
namespace {

using Key = std::shared_ptr<EVP_PKEY>;
using Certificate = std::shared_ptr<X509>;

constexpr long kDaySeconds = 86'400;
// A client that keeps silent does not hold the test up.
constexpr int kPatienceSeconds = 10;

// What only fails if the test is wrong.
void Must(bool done) {
  if (!done) std::abort();
}

Key MakeKey() {
  return Key(EVP_EC_gen("P-256"), EVP_PKEY_free);
}

void AddExtension(X509* certificate, X509V3_CTX* context, int id, const char* value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, context, id, value);
  Must(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// Signed by `issuer`, or by itself if that is null.
Certificate MakeCertificate(const char* name, const Key& key, const Certificate& issuer,
                            const Key& issuer_key, const TlsFaults* leaf) {
  const Certificate certificate(X509_new(), X509_free);
  X509* x509 = certificate.get();
  Must(X509_set_version(x509, X509_VERSION_3) == 1);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), leaf == nullptr ? 1 : 2);
  const bool expired = leaf != nullptr && leaf->expired;
  X509_gmtime_adj(X509_getm_notBefore(x509), -10 * kDaySeconds);
  X509_gmtime_adj(X509_getm_notAfter(x509), expired ? -kDaySeconds : kDaySeconds);
  Must(X509_set_pubkey(x509, key.get()) == 1);
  Must(X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                                  reinterpret_cast<const unsigned char*>(name), -1, -1,
                                  0) == 1);
  X509* signer = issuer == nullptr ? x509 : issuer.get();
  Must(X509_set_issuer_name(x509, X509_get_subject_name(signer)) == 1);
  X509V3_CTX context;
  X509V3_set_ctx(&context, signer, x509, nullptr, nullptr, 0);
  if (leaf == nullptr) {
    AddExtension(x509, &context, NID_basic_constraints, "critical,CA:TRUE");
  } else {
    AddExtension(x509, &context, NID_subject_alt_name, leaf->subject_alt_name.c_str());
  }
  Must(X509_sign(x509, issuer_key.get(), EVP_sha256()) != 0);
  return certificate;
}

std::string ToPem(X509* certificate) {
  BIO* memory = BIO_new(BIO_s_mem());
  Must(PEM_write_bio_X509(memory, certificate) == 1);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  std::string pem(bytes, static_cast<size_t>(size));
  BIO_free(memory);
  return pem;
}

int CutSession(SSL* ssl, int*, void*) {
  const unsigned char* data = nullptr;
  size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_psk, &data, &size) != 1) {
    return SSL_CLIENT_HELLO_SUCCESS;
  }
  shutdown(SSL_get_fd(ssl), SHUT_RDWR);  // before OpenSSL can say why
  return SSL_CLIENT_HELLO_ERROR;
}

}  // namespace

TlsServer::TlsServer(const TlsFaults& options, int protocol_max)
    : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
  const Key ca_key = MakeKey();
  const Certificate ca =
      MakeCertificate("xai-test authority", ca_key, nullptr, ca_key, nullptr);
  ca_pem_ = ToPem(ca.get());
  const Key key = MakeKey();
  const Certificate certificate =
      options.self_signed ? MakeCertificate("xai-test", key, nullptr, key, &options)
                          : MakeCertificate("xai-test", key, ca, ca_key, &options);
  SSL_CTX* context = context_.get();
  // Old versions are only spoken at level 0.
  if (protocol_max < TLS1_2_VERSION) SSL_CTX_set_security_level(context, 0);
  Must(SSL_CTX_set_min_proto_version(context, 0) == 1);
  Must(SSL_CTX_set_max_proto_version(context, protocol_max) == 1);
  if (options.cuts_sessions) SSL_CTX_set_client_hello_cb(context, &CutSession, nullptr);
  Must(SSL_CTX_use_certificate(context, certificate.get()) == 1);
  Must(SSL_CTX_use_PrivateKey(context, key.get()) == 1);

  listener_ = UniqueFd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* any = reinterpret_cast<sockaddr*>(&address);
  Must(bind(listener_.get(), any, size) == 0 && listen(listener_.get(), 8) == 0 &&
       getsockname(listener_.get(), any, &size) == 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

TlsServer::~TlsServer() {
  shutdown(listener_.get(), SHUT_RDWR);
  acceptor_.join();
}

void TlsServer::Accept() {
  // A client that leaves in the middle is what is tested.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  for (;;) {
    const UniqueFd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (fd.get() < 0) return;
    const timeval patience = {kPatienceSeconds, 0};
    setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    Serve(fd.get());
    ++connections_;
  }
}

void TlsServer::Serve(int fd) {
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context_.get()), SSL_free);
  SSL_set_fd(ssl.get(), fd);
  if (SSL_accept(ssl.get()) != 1) return;
  if (SSL_session_reused(ssl.get()) == 1) ++resumed_;
  char buffer[4096];
  for (bool answered = false;;) {
    const int read = SSL_read(ssl.get(), buffer, sizeof(buffer));
    if (read <= 0) break;
    application_bytes_ += static_cast<size_t>(read);
    if (answered) continue;  // the rest of the request: unread, it would cut the answer
    constexpr char kAnswer[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    answered = SSL_write(ssl.get(), kAnswer, sizeof(kAnswer) - 1) > 0;
  }
  SSL_shutdown(ssl.get());
}

}  // namespace xai
