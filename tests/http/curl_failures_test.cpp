// What a server, a proxy or a network can do wrong, in the words of ErrorCode.
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "http/recording_handler.h"
#include "support/loopback_server.h"

namespace xai {
namespace {

using Server = LoopbackServer;

class CurlFailuresTest : public testing::Test {
 protected:
  CurlFailuresTest() { Build({}); }

  void Build(HttpSettings settings) {
    settings.user_agent = "test-agent/1.0";
    transport_ = CurlTransport::Make(std::move(settings));
    ASSERT_NE(transport_, nullptr);
  }

  void Exchange(const HttpRequest& request, RecordingHandler* handler) {
    ASSERT_NE(transport_->Start(request, handler), 0u);
    ASSERT_TRUE(Drive(transport_.get(), [handler] { return handler->ends > 0; }));
    EXPECT_EQ(handler->ends, 1);
  }

  void Exchange(const std::string& url, RecordingHandler* handler) {
    HttpRequest request;
    request.url = url;
    Exchange(request, handler);
  }

  void Exchange(Server::Script script, RecordingHandler* handler) {
    server_.Expect(std::move(script));
    Exchange(server_.Url("/"), handler);
  }

  Server server_;
  std::unique_ptr<CurlTransport> transport_;
};

// Matrix C42.
TEST_F(CurlFailuresTest, InterimAnswersAreNotTheAnswer) {
  RecordingHandler handler;
  Exchange({Server::Send("HTTP/1.1 100 Continue\r\n\r\n"),
            Server::Send("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n"
                         "Content-Encoding: gzip\r\n\r\n"),
            Server::Answer("x", "HTTP/1.1 201 Created\r\nX-Late: 1")},
           &handler);
  EXPECT_TRUE(handler.ok());
  ASSERT_EQ(handler.status(), 201);
  EXPECT_EQ(handler.heads[0].Header("x-early"), "");
  EXPECT_EQ(handler.heads[0].Header("x-late"), "1");
}

// Matrix C42.
TEST_F(CurlFailuresTest, TrailersAreNotHeaders) {
  RecordingHandler handler;
  Exchange({Server::Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                         "Trailer: X-Late\r\n\r\n3\r\nabc\r\n0\r\nX-Late: 1\r\n\r\n")},
           &handler);
  EXPECT_TRUE(handler.ok());
  ASSERT_EQ(handler.status(), 200);
  EXPECT_EQ(handler.heads[0].Header("x-late"), "");
  EXPECT_EQ(handler.body, "abc");
}

// Matrix A35.
TEST_F(CurlFailuresTest, ARedirectIsAnAnswerLikeAnyOther) {
  for (const int status : {301, 302, 303, 307, 308}) {
    RecordingHandler handler;
    Exchange({Server::Answer("", "HTTP/1.1 " + std::to_string(status) +
                                     " Found\r\nLocation: " + server_.Url("/other"))},
             &handler);
    EXPECT_TRUE(handler.ok());
    EXPECT_EQ(handler.status(), status);
  }
  EXPECT_EQ(server_.requests().size(), 5u) << "nobody went there";
}

// Matrix C33.
TEST_F(CurlFailuresTest, AnEncodedAnswerIsRefused) {
  for (const std::string_view body : {"", "\x1f\x8b\x08"}) {
    for (const std::string_view encoding : {"gzip", "br", "x", "gzip, identity"}) {
      RecordingHandler handler;
      Exchange({Server::Answer(body, "HTTP/1.1 200 OK\r\ncontent-encoding: " +
                                         std::string(encoding))},
               &handler);
      EXPECT_EQ(handler.Outcome(), "protocol") << encoding;
      EXPECT_EQ(handler.result->error().http_status, 200);
      EXPECT_TRUE(handler.heads.empty());
      EXPECT_EQ(handler.body, "");
    }
  }
  RecordingHandler plain;
  Exchange({Server::Answer("x", "HTTP/1.1 200 OK\r\nContent-Encoding: identity")},
           &plain);
  EXPECT_TRUE(plain.ok());
}

// Matrix C33: libcurl unpacks this one whether it was asked for or not.
TEST_F(CurlFailuresTest, AnAnswerThatIsPackedForTheWayIsRefused) {
  using std::string_literals::operator""s;
  const std::string zipped =  // "x"
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab"
      "\x00\x00\x83\x16\xdc\x8c\x01\x00\x00\x00"s;
  for (const std::string_view packed :
       {"Transfer-Encoding: gzip, chunked", "transfer-encoding: deflate",
        "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked"}) {
    RecordingHandler handler;
    Exchange({Server::Send("HTTP/1.1 200 OK\r\n" + std::string(packed) + "\r\n\r\n"),
              Server::Send("15\r\n" + zipped + "\r\n0\r\n\r\n"), Server::Cut()},
             &handler);
    EXPECT_EQ(handler.Outcome(), "protocol") << packed;
    EXPECT_EQ(handler.body, "");
  }
  RecordingHandler plain;
  Exchange({Server::Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
                         "1\r\nx\r\n0\r\n\r\n")},
           &plain);
  EXPECT_EQ(plain.body, "x");
}

// Matrix C32.
TEST_F(CurlFailuresTest, TheHeadIsBounded) {
  const std::string line = "X-A: " + std::string(995, 'a') + "\r\n";
  const auto lines = [&line](size_t count) {
    std::string all;
    for (size_t i = 0; i < count; ++i) all += line;
    return all;
  };
  const std::string status = "HTTP/1.1 200 OK\r\n";
  RecordingHandler good;
  Exchange({Server::Answer("x", status + lines(60) + "X-B: b")}, &good);
  EXPECT_EQ(good.body, "x");
  for (const std::string& head :
       {status + lines(70), status + "X-A: " + std::string(1'000'000, 'a'),
        "HTTP/1.1 200 " + std::string(1'000'000, 'a'),
        "HTTP/1.1 103 Early Hints\r\n" + lines(40) + "\r\n" + status + lines(40)}) {
    RecordingHandler handler;
    Exchange({Server::Send(head + "\r\n\r\n"), Server::Hold()}, &handler);
    EXPECT_EQ(handler.Outcome(), "protocol") << head.substr(0, 40);
    EXPECT_TRUE(handler.heads.empty());
  }
}

TEST_F(CurlFailuresTest, ACutAnswerIsANetworkFailure) {
  for (const std::string_view answer : {
           "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nab",
       }) {
    RecordingHandler handler;
    Exchange({Server::Send(std::string(answer)), Server::Cut()}, &handler);
    EXPECT_EQ(handler.Outcome(), "network") << answer;
    EXPECT_EQ(handler.result->error().http_status, 200);
    EXPECT_EQ(handler.body, "ab");
  }
}

TEST_F(CurlFailuresTest, AnAnswerMayEndWithItsConnection) {
  RecordingHandler handler;
  Exchange({Server::Send("HTTP/1.1 200 OK\r\n\r\nab"), Server::Cut()}, &handler);
  EXPECT_TRUE(handler.ok());
  EXPECT_EQ(handler.body, "ab");
}

TEST_F(CurlFailuresTest, NoAnswerIsANetworkFailure) {
  RecordingHandler handler;
  Exchange({Server::Cut()}, &handler);
  EXPECT_EQ(handler.Outcome(), "network");
  EXPECT_EQ(handler.result->error().http_status, 0);
  EXPECT_TRUE(handler.heads.empty());
}

// Matrix C34.
TEST_F(CurlFailuresTest, WhatIsNotHttpIsAProtocolFailure) {
  for (const std::string_view answer :
       {"SSH-2.0-server\r\n\r\n", "<html>hello</html>", "HTTP/7.3 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    RecordingHandler handler;
    Exchange({Server::Send(std::string(answer)), Server::Cut()}, &handler);
    EXPECT_FALSE(handler.ok()) << answer;
    EXPECT_TRUE(handler.Outcome() == "protocol" || handler.Outcome() == "network")
        << answer << ": " << handler.Outcome();
  }
}

TEST_F(CurlFailuresTest, ARefusedConnectionIsANetworkFailure) {
  const RefusingPort port;
  HttpRequest request;
  request.method = "POST";
  request.url = port.Url("/");
  request.body = "{}";
  RecordingHandler handler;
  Exchange(request, &handler);
  EXPECT_EQ(handler.Outcome(), "network");
  EXPECT_EQ(handler.sent, 0);
  EXPECT_NE(handler.result->error().detail, "");
}

TEST_F(CurlFailuresTest, TheTotalTimeIsBounded) {
  HttpRequest request;
  request.url = server_.Url("/");
  request.total_ms = 50;
  server_.Expect({Server::Hold()});
  RecordingHandler silent;
  Exchange(request, &silent);
  EXPECT_EQ(silent.Outcome(), "timeout");

  server_.Expect(
      {Server::Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na"), Server::Hold()});
  RecordingHandler started;
  Exchange(request, &started);
  EXPECT_EQ(started.Outcome(), "timeout");
  EXPECT_EQ(started.result->error().http_status, 200);
}

TEST_F(CurlFailuresTest, PlainHttpIsForThisMachineAlone) {
  for (const std::string_view url :
       {"http://xai-test.invalid/", "http://192.0.2.1/", "file:///etc/passwd",
        "ftp://127.0.0.1/", "http://127.1/", "http://localhost.evil.invalid/"}) {
    RecordingHandler handler;
    Exchange(std::string(url), &handler);
    EXPECT_EQ(handler.Outcome(), "protocol") << url;
  }
}

TEST_F(CurlFailuresTest, LoopbackNeverGoesThroughAProxy) {
  const RefusingPort proxy;
  HttpSettings settings;
  settings.proxy_url = proxy.Url("");
  Build(settings);
  RecordingHandler handler;
  Exchange({Server::Answer("direct")}, &handler);
  EXPECT_EQ(handler.body, "direct");
}

TEST_F(CurlFailuresTest, AProxyThatRefusesIsNamed) {
  HttpSettings settings;
  settings.proxy_url = server_.Origin();
  for (const int status : {407, 403, 502}) {
    Build(settings);
    server_.Expect({Server::Answer("", "HTTP/1.1 " + std::to_string(status) + " No")});
    RecordingHandler handler;
    Exchange("https://api.xai-test.invalid/", &handler);
    ASSERT_EQ(handler.Outcome(), "proxy") << status;
    EXPECT_EQ(handler.result->error().reason, status == 407 ? "proxy_auth" : "");
    EXPECT_EQ(server_.requests().back().Line(),
              "CONNECT api.xai-test.invalid:443 HTTP/1.1");
  }
}

// Matrix C36.
TEST_F(CurlFailuresTest, AProxyThatIsNotThereIsNamed) {
  const RefusingPort port;
  HttpSettings settings;
  settings.proxy_url = port.Url("");
  // This machine, by a name that is no loopback's.
  const std::string url =
      "https://0.0.0.0" + port.Url("/").substr(port.Url("/").rfind(':'));
  for (const std::string_view no_proxy : {"", "0.0.0.0"}) {
    settings.no_proxy = no_proxy;
    Build(settings);
    RecordingHandler handler;
    Exchange(url, &handler);
    EXPECT_EQ(handler.Outcome(), no_proxy.empty() ? "proxy" : "network");
    EXPECT_EQ(handler.result->error().reason, "");
    EXPECT_EQ(handler.result->error().http_status, 0);
  }
}

TEST_F(CurlFailuresTest, AProxyThatAnswersInPlainTextBreaksTls) {
  HttpSettings settings;
  settings.proxy_url = server_.Origin();
  Build(settings);
  server_.Expect({Server::Send("HTTP/1.1 200 OK\r\n\r\n"),
                  Server::Send("this is no server hello"), Server::Cut()});
  RecordingHandler handler;
  Exchange("https://api.xai-test.invalid/", &handler);
  EXPECT_EQ(handler.Outcome(), "tls");
}

TEST_F(CurlFailuresTest, ConnectionsAreReusedUnlessARequestWantsItsOwn) {
  HttpRequest request;
  request.url = server_.Url("/");
  const auto exchange = [this, &request](bool fresh) {
    server_.Expect({Server::Answer("x")});
    request.fresh_connection = fresh;
    RecordingHandler handler;
    Exchange(request, &handler);
    EXPECT_TRUE(handler.ok());
    return server_.requests().back().connection;
  };
  EXPECT_EQ(exchange(false), 0);
  EXPECT_EQ(exchange(false), 0);
  EXPECT_EQ(exchange(true), 1);
  EXPECT_EQ(exchange(true), 2) << "and nobody reuses it, not even its like";
  EXPECT_EQ(exchange(false), 0);
  EXPECT_TRUE(Drive(transport_.get(), [this] { return server_.closed() == 2; }));
}

// Matrix A31.
// libcurl repeats a request by itself when a reused connection turns out to be dead.
TEST_F(CurlFailuresTest, WhatHasAConnectionOfItsOwnIsSentOnce) {
  RecordingHandler first;
  Exchange({Server::Answer("x")}, &first);
  server_.Expect({Server::Cut()});
  server_.Expect({Server::Answer("sent twice")});
  HttpRequest request;
  request.method = "POST";
  request.url = server_.Url("/token");
  request.body = "refresh_token=r";
  request.fresh_connection = true;
  RecordingHandler handler;
  Exchange(request, &handler);
  EXPECT_EQ(handler.Outcome(), "network");
  ASSERT_EQ(server_.requests().size(), 2u);
  EXPECT_EQ(server_.requests()[1].connection, 1);
}

// Matrix C13.
TEST_F(CurlFailuresTest, WhatMayHaveBeenTakenIsSentOnce) {
  RecordingHandler first;
  Exchange({Server::Answer("x")}, &first);
  server_.Expect({Server::Cut()});
  server_.Expect({Server::Answer("sent twice")});
  HttpRequest request;
  request.method = "POST";
  request.url = server_.Url("/chat/completions");
  request.body = "{}";
  RecordingHandler handler;
  Exchange(request, &handler);
  EXPECT_EQ(handler.Outcome(), "network");
  EXPECT_EQ(handler.sent, 1);
  ASSERT_EQ(server_.requests().size(), 2u);
  EXPECT_EQ(server_.requests()[1].connection, 0) << "a used one";
}

// Matrix C13.
TEST_F(CurlFailuresTest, AConnectionThatEndedMeanwhileIsNotUsed) {
  HttpRequest request;
  request.method = "POST";
  request.url = server_.Url("/chat/completions");
  request.body = "{}";
  for (int i = 1; i <= 5; ++i) {
    server_.Expect({Server::Answer("x"), Server::Cut()});
    RecordingHandler handler;
    Exchange(request, &handler);
    EXPECT_EQ(handler.body, "x");
    EXPECT_EQ(server_.accepted(), i);
  }
}

}  // namespace
}  // namespace xai
