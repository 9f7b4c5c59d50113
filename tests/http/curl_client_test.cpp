#include "http/curl_client.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "support/loopback_server.h"
#include "support/wait_for.h"

namespace xai {
namespace {

using Server = LoopbackServer;
using Interruptible = HttpClient::Interruptible;

class CurlClientTest : public testing::Test {
 protected:
  CurlClientTest() {
    HttpSettings settings;
    settings.user_agent = "test-agent/1.0";
    client_ = CurlClient::Make(settings, [this] { return interrupted_.load(); });
  }

  HttpRequest Post() const {
    HttpRequest request;
    request.method = "POST";
    request.url = server_.Url("/token");
    request.body = "a=b";
    request.fresh_connection = true;
    return request;
  }

  Result<HttpResponse> Fetch(const HttpRequest& request, size_t bound = 1'000,
                             Interruptible interruptible = Interruptible::kYes) {
    return client_->Fetch(request, bound, interruptible, &sent_);
  }

  Server server_;
  std::atomic<bool> interrupted_{false};
  std::unique_ptr<CurlClient> client_;
  bool sent_ = false;
};

TEST_F(CurlClientTest, FetchesAWholeAnswer) {
  server_.Expect({Server::Send("HTTP/1.1 400 Bad Request\r\nRetry-After: 7\r\n"
                               "Content-Length: 6\r\n\r\nabc"),
                  Server::Send("def")});
  const Result<HttpResponse> response = Fetch(Post());
  ASSERT_TRUE(response.ok());
  EXPECT_TRUE(sent_);
  EXPECT_EQ(response.value().head.status, 400);
  EXPECT_EQ(response.value().head.Header("retry-after"), "7");
  EXPECT_EQ(response.value().body, "abcdef");
  EXPECT_EQ(server_.requests()[0].body, "a=b");
}

TEST_F(CurlClientTest, TheBodyIsBounded) {
  for (const std::string_view head :
       {"HTTP/1.1 200 OK", "HTTP/1.1 206 Oh", "HTTP/1.1 200 OK\r\nX-A: b"}) {
    server_.Expect({Server::Answer(std::string(1'000, 'x'), head)});
    const Result<HttpResponse> at = Fetch(Post());
    ASSERT_TRUE(at.ok());
    EXPECT_EQ(at.value().body.size(), 1'000u);

    server_.Expect({Server::Answer(std::string(1'001, 'x'), head)});
    const Result<HttpResponse> past = Fetch(Post());
    ASSERT_FALSE(past.ok());
    EXPECT_EQ(past.error().code, ErrorCode::kTooLarge);
    EXPECT_TRUE(sent_);
  }
}

// Matrix A14.
TEST_F(CurlClientTest, OfALongRefusalTheBeginningIsKept) {
  for (const int status : {302, 400, 503}) {
    server_.Expect({Server::Send("HTTP/1.1 " + std::to_string(status) +
                                 " No\r\nRetry-After: 7\r\n\r\n"),
                    Server::Send(std::string(100'000, 'x')), Server::Hold()});
    const Result<HttpResponse> response = Fetch(Post(), 65'536);
    ASSERT_TRUE(response.ok()) << status;
    EXPECT_EQ(response.value().head.status, status);
    EXPECT_EQ(response.value().head.Header("retry-after"), "7");
    EXPECT_LE(response.value().body.size(), 65'536u);
    EXPECT_TRUE(sent_);
  }
}

TEST_F(CurlClientTest, AnEndlessBodyEndsAtTheBound) {
  server_.Expect({Server::Send("HTTP/1.1 200 OK\r\n\r\n" + std::string(1'000, 'x')),
                  Server::Send("x"), Server::Hold()});
  const Result<HttpResponse> response = Fetch(Post());
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, ErrorCode::kTooLarge);
}

TEST_F(CurlClientTest, TellsWhetherTheServerMayHaveSeenIt) {
  server_.Expect({Server::Cut()});
  EXPECT_FALSE(Fetch(Post()).ok());
  EXPECT_TRUE(sent_);

  const RefusingPort port;
  HttpRequest refused = Post();
  refused.url = port.Url("/");
  EXPECT_FALSE(Fetch(refused).ok());
  EXPECT_FALSE(sent_);

  HttpRequest slow = Post();
  slow.total_ms = 50;
  server_.Expect({Server::Hold()});
  const Result<HttpResponse> late = Fetch(slow);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, ErrorCode::kTimeout);
  EXPECT_TRUE(sent_);
}

TEST_F(CurlClientTest, AnInterruptionEndsItAtOnce) {
  server_.Expect({Server::Hold()});
  std::thread closer([this] {
    EXPECT_TRUE(WaitFor([this] { return server_.requests().size() == 1; }));
    interrupted_ = true;
    client_->Wakeup();
  });
  const Result<HttpResponse> response = Fetch(Post());
  closer.join();
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(sent_);
}

TEST_F(CurlClientTest, WhenInterruptedAlreadyNothingIsSent) {
  interrupted_ = true;
  const Result<HttpResponse> response = Fetch(Post());
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.error().code, ErrorCode::kCancelled);
  EXPECT_FALSE(sent_);
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(CurlClientTest, WhatMustNotBeInterruptedGoesOn) {
  server_.Expect({Server::Hold(), Server::Answer("tokens")});
  std::thread closer([this] {
    EXPECT_TRUE(WaitFor([this] { return server_.requests().size() == 1; }));
    interrupted_ = true;
    client_->Wakeup();
    server_.Release();
  });
  const Result<HttpResponse> response = Fetch(Post(), 1'000, Interruptible::kNo);
  closer.join();
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response.value().body, "tokens");
}

TEST_F(CurlClientTest, OneFailureIsNotTheNext) {
  server_.Expect({Server::Cut()});
  EXPECT_FALSE(Fetch(Post()).ok());
  interrupted_ = true;
  EXPECT_FALSE(Fetch(Post()).ok());
  interrupted_ = false;
  server_.Expect({Server::Answer("fine")});
  const Result<HttpResponse> response = Fetch(Post());
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response.value().body, "fine");
}

}  // namespace
}  // namespace xai
