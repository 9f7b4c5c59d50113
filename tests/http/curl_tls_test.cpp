// Whom we talk to: a server that cannot show a good certificate gets nothing from us.
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "http/recording_handler.h"
#include "support/temp_dir.h"
#include "support/tls_server.h"

namespace xai {
namespace {

class CurlTlsTest : public testing::Test {
 protected:
  enum class Trust { kItsAuthority, kSystem };

  std::unique_ptr<CurlTransport> Transport(const TlsServer& server, Trust trust) {
    HttpSettings settings;
    settings.user_agent = "test-agent/1.0";
    if (trust == Trust::kItsAuthority) {
      settings.ca_file = folder_.Write("ca.pem", server.ca_pem()).string();
    }
    return CurlTransport::Make(std::move(settings));
  }

  // "ok" or the error; afterwards the server has seen what it will see.
  std::string Exchange(const TlsServer& server, Trust trust = Trust::kItsAuthority) {
    return Exchange(server, Transport(server, trust).get());
  }
  std::string Exchange(const TlsServer& server, CurlTransport* transport) {
    const SecretString bearer("at-sEcReT");
    HttpRequest request;
    request.method = "POST";
    request.url = server.Url();
    request.bearer = &bearer;
    request.body = "refresh_token=rt-sEcReT";
    RecordingHandler handler;
    EXPECT_NE(transport->Start(request, &handler), 0u);
    EXPECT_TRUE(Drive(transport, [&handler] { return handler.ends > 0; }));
    EXPECT_TRUE(WaitFor([&server] { return server.connections() > 0; }));
    return std::string(handler.Outcome());
  }

  TempDir folder_;
};

TEST_F(CurlTlsTest, AGoodCertificateIsTrusted) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const TlsServer server({}, version);
    EXPECT_EQ(Exchange(server), "ok") << version;
    EXPECT_GT(server.application_bytes(), 0u);
  }
}

TEST_F(CurlTlsTest, ANewConnectionResumesTheSession) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const TlsServer server({}, version);
    const auto transport = Transport(server, Trust::kItsAuthority);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(Exchange(server, transport.get()), "ok");
    EXPECT_TRUE(WaitFor([&server] { return server.connections() == 3; }));
    EXPECT_EQ(server.resumed(), 2) << version;
    EXPECT_EQ(Exchange(server), "ok");
    EXPECT_EQ(server.resumed(), 2) << "another provider knows nothing of it";
  }
}

TEST_F(CurlTlsTest, ASessionThatFailsIsNotUsedAgain) {
  TlsFaults faults;
  faults.cuts_sessions = true;
  const TlsServer server(faults, TLS1_3_VERSION);
  const auto transport = Transport(server, Trust::kItsAuthority);
  EXPECT_EQ(Exchange(server, transport.get()), "ok");
  EXPECT_EQ(Exchange(server, transport.get()), "tls");
  EXPECT_EQ(Exchange(server, transport.get()), "ok");
}

// Matrix A36.
TEST_F(CurlTlsTest, AFaultyCertificateGetsNothing) {
  TlsFaults expired;
  expired.expired = true;
  TlsFaults self_signed;
  self_signed.self_signed = true;
  TlsFaults wrong_host;
  wrong_host.subject_alt_name = "DNS:auth.x.ai,IP:127.0.0.2";
  for (const TlsFaults& options : {expired, self_signed, wrong_host}) {
    const TlsServer server(options, TLS1_3_VERSION);
    EXPECT_EQ(Exchange(server), "tls") << options.subject_alt_name << options.expired;
    EXPECT_EQ(server.application_bytes(), 0u);
  }
}

// Matrix A36: what inspects traffic is trusted only if its authority is.
TEST_F(CurlTlsTest, AnUnknownAuthorityGetsNothing) {
  const TlsServer server({}, TLS1_3_VERSION);
  EXPECT_EQ(Exchange(server, Trust::kSystem), "tls");
  EXPECT_EQ(server.application_bytes(), 0u);
}

// Matrix A36.
TEST_F(CurlTlsTest, AnOldProtocolGetsNothing) {
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    const TlsServer server({}, version);
    EXPECT_EQ(Exchange(server), "tls") << version;
    EXPECT_EQ(server.application_bytes(), 0u);
  }
}

}  // namespace
}  // namespace xai
