#include "http/curl_transport.h"

#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include "http/recording_handler.h"
#include "support/loopback_server.h"

namespace xai {
namespace {

using Server = LoopbackServer;

class CurlTransportTest : public testing::Test {
 protected:
  CurlTransportTest() { Build({}); }

  void Build(HttpSettings settings) {
    settings.user_agent = "test-agent/1.0";
    transport_ = CurlTransport::Make(std::move(settings));
    ASSERT_NE(transport_, nullptr);
  }

  HttpRequest Get(std::string_view path) const {
    HttpRequest request;
    request.url = server_.Url(path);
    return request;
  }

  // One exchange to its end.
  void Exchange(const HttpRequest& request, RecordingHandler* handler) {
    ASSERT_NE(transport_->Start(request, handler), 0u);
    EXPECT_EQ(handler->Outcome(), "running") << "nothing before Start() returns";
    ASSERT_TRUE(Drive(transport_.get(), [handler] { return handler->ends > 0; }));
    EXPECT_EQ(handler->ends, 1);
  }

  // The same with an answer that is scripted whole.
  void Exchange(Server::Script script, RecordingHandler* handler) {
    server_.Expect(std::move(script));
    Exchange(Get("/"), handler);
  }

  Server server_;
  std::unique_ptr<CurlTransport> transport_;
};

TEST_F(CurlTransportTest, TellsHeadThenBodyThenEnd) {
  RecordingHandler handler;
  Exchange(
      {Server::Send("HTTP/1.1 200 OK\r\nContent-Type: a\r\nX-One:  b \r\n"
                    "CONTENT-TYPE: \tc\r\nX-Bad: \xFF\r\nContent-Length: 11\r\n\r\n"),
       Server::Send("hello "), Server::Send("world")},
      &handler);
  EXPECT_TRUE(handler.ok());
  ASSERT_EQ(handler.status(), 200);
  EXPECT_TRUE(handler.head_came_first);
  EXPECT_EQ(handler.body, "hello world");
  const HttpHead& head = handler.heads[0];
  EXPECT_EQ(head.Header("content-type"), "c") << "the last one, without white space";
  EXPECT_EQ(head.Header("x-one"), "b");
  EXPECT_EQ(head.Header("x-bad"), "\xEF\xBF\xBD");
  EXPECT_EQ(head.Header("X-One"), "") << "names are told in lower case";
  EXPECT_EQ(head.Header("absent"), "");
}

// Nothing may be thrown through libcurl, which would take no call any more.
TEST_F(CurlTransportTest, AHandlerWithoutMemoryEndsItsOwnExchangeAlone) {
  class NoMemoryHandler : public RecordingHandler {
   public:
    explicit NoMemoryHandler(bool at_head) : at_head_(at_head) {}
    void OnHead(const HttpHead& head) override {
      if (at_head_) throw std::bad_alloc();
      RecordingHandler::OnHead(head);
    }
    bool OnBody(std::string_view) override { throw std::bad_alloc(); }

   private:
    bool at_head_;
  };
  for (const bool at_head : {true, false}) {
    NoMemoryHandler handler(at_head);
    Exchange({Server::Answer("some bytes")}, &handler);
    EXPECT_EQ(handler.Outcome(), "no_memory");
    RecordingHandler next;
    Exchange({Server::Answer("hello")}, &next);
    EXPECT_EQ(next.body, "hello");
  }
}

TEST_F(CurlTransportTest, AnEmptyAnswerHasAHeadAllTheSame) {
  RecordingHandler handler;
  Exchange({Server::Answer("", "HTTP/1.1 204 No Content")}, &handler);
  EXPECT_TRUE(handler.ok());
  EXPECT_EQ(handler.status(), 204);
  EXPECT_EQ(handler.pieces, 0);
}

// Matrix D17.
TEST_F(CurlTransportTest, ItsConnectionsEndWithExec) {
  RecordingHandler handler;
  Exchange({Server::Answer("kept alive")}, &handler);
  int connections = 0;
  for (int fd = 0; fd < 1024; ++fd) {
    sockaddr_in peer = {};
    socklen_t size = sizeof peer;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
    if (peer.sin_family != AF_INET || ntohs(peer.sin_port) != server_.port()) continue;
    ++connections;
    EXPECT_TRUE(fcntl(fd, F_GETFD) & FD_CLOEXEC);
  }
  EXPECT_EQ(connections, 1);
}

TEST_F(CurlTransportTest, SendsWhatItIsTold) {
  server_.Expect({Server::Answer("")});
  HttpRequest request;
  request.method = "POST";
  request.url = server_.Url("/v1/x?y=z");
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "text/x"}};
  const SecretString bearer("tok-en.1");
  request.bearer = &bearer;
  const std::string body = std::string("{}\0", 3) + std::string(200'000, 'b');
  request.body = body;
  RecordingHandler handler;
  Exchange(request, &handler);
  ASSERT_EQ(server_.requests().size(), 1u);
  const Server::Request seen = server_.requests()[0];
  EXPECT_EQ(seen.Line(), "POST /v1/x?y=z HTTP/1.1");
  EXPECT_EQ(seen.body, body);
  EXPECT_TRUE(seen.Has("Content-Type: application/json\r\n"));
  EXPECT_TRUE(seen.Has("Accept: text/x\r\n"));
  EXPECT_TRUE(seen.Has("Authorization: Bearer tok-en.1\r\n"));
  EXPECT_TRUE(seen.Has("User-Agent: test-agent/1.0\r\n"));
  EXPECT_FALSE(seen.Has("Expect:"));
  EXPECT_FALSE(seen.Has("Accept-Encoding:"));
}

TEST_F(CurlTransportTest, AnEmptyBodyIsPosted) {
  server_.Expect({Server::Answer("")});
  HttpRequest request = Get("/");
  request.method = "POST";
  RecordingHandler handler;
  Exchange(request, &handler);
  ASSERT_EQ(server_.requests().size(), 1u);
  EXPECT_TRUE(server_.requests()[0].Has("Content-Length: 0\r\n"));
}

// Matrix E12.
TEST_F(CurlTransportTest, AHeaderCannotSmuggleAnother) {
  server_.Expect({Server::Answer("")});
  HttpRequest request = Get("/");
  request.headers = {{"X-A", "1\r\nX-Evil: 1"}, {"X-B", "1\nX-Evil: 1"},
                     {"X-C", "1\rX-Evil: 1"},   {"X-D", std::string("1\0", 2)},
                     {"X-E", "\xC3\xA4"},       {"X-Good", "1"}};
  const SecretString bearer("tok\r\nX-Evil: 1");
  request.bearer = &bearer;
  RecordingHandler handler;
  Exchange(request, &handler);
  ASSERT_EQ(server_.requests().size(), 1u);
  const Server::Request seen = server_.requests()[0];
  EXPECT_EQ(seen.head.find("Evil"), std::string::npos) << seen.head;
  EXPECT_FALSE(seen.Has("Authorization"));
  for (const std::string_view name : {"X-A", "X-B", "X-C", "X-D", "X-E"}) {
    EXPECT_FALSE(seen.Has(name)) << name;
  }
  EXPECT_TRUE(seen.Has("X-Good: 1\r\n"));
}

// libcurl does not come back to a transfer that failed as it was resumed.
struct ForgetfulHandler : RecordingHandler {
  bool OnBody(std::string_view bytes) override {
    if (has_no_memory) {
      ++refusals;
      throw std::bad_alloc();
    }
    return RecordingHandler::OnBody(bytes);
  }

  bool has_no_memory = false;
  int refusals = 0;
};

// Matrix D12.
TEST_F(CurlTransportTest, WhatFailsAsItIsResumedEnds) {
  server_.Expect({Server::Answer(std::string(3'000'000, 'x'))});
  ForgetfulHandler handler;
  handler.pause = true;
  const auto id = transport_->Start(Get("/"), &handler);
  int seen = 0;
  // It fails only if libcurl holds more than the piece that was taken.
  ASSERT_TRUE(Drive(transport_.get(), [&] {
    if (handler.pieces == seen) return false;
    seen = handler.pieces;
    handler.has_no_memory = true;
    transport_->Resume(id);
    handler.has_no_memory = false;
    return handler.refusals > 0;
  }));
  EXPECT_EQ(handler.ends, 0) << "not within Resume()";
  ASSERT_TRUE(Drive(transport_.get(), [&handler] { return handler.ends > 0; }));
  EXPECT_EQ(handler.Outcome(), "no_memory");
  EXPECT_EQ(handler.pieces, seen) << "nothing comes after a gap";
}

TEST_F(CurlTransportTest, APauseLosesNoByte) {
  std::string body;
  for (int i = 0; body.size() < 3'000'000; ++i) body += std::to_string(i) + ",";
  server_.Expect({Server::Answer(body)});
  RecordingHandler handler;
  handler.pause = true;
  const auto id = transport_->Start(Get("/"), &handler);
  int resumed = 0;
  int seen = 0;
  for (;;) {
    ASSERT_TRUE(Drive(transport_.get(),
                      [&] { return handler.pieces > seen || handler.ends > 0; }));
    if (handler.ends > 0) break;
    ASSERT_TRUE(!handler.pause || handler.pieces == seen + 1);
    seen = handler.pieces;
    // Paused: whatever has come meanwhile is not told.
    for (int i = 0; i < 3; ++i) transport_->Perform([] {});
    ASSERT_TRUE(!handler.pause || handler.pieces == seen);
    if (++resumed == 40) handler.pause = false;
    transport_->Resume(id);  // may tell the next piece at once
  }
  EXPECT_TRUE(handler.ok());
  EXPECT_GE(resumed, 2);
  EXPECT_EQ(handler.body.size(), body.size());
  EXPECT_EQ(handler.body, body);
}

TEST_F(CurlTransportTest, ResumingWhatIsNotPausedIsNothing) {
  server_.Expect({Server::Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na"),
                  Server::Hold(), Server::Send("b")});
  RecordingHandler handler;
  const auto id = transport_->Start(Get("/"), &handler);
  transport_->Resume(id);
  ASSERT_TRUE(Drive(transport_.get(), [&] { return handler.body == "a"; }));
  transport_->Resume(id);
  transport_->Resume(id + 1);
  server_.Release();
  ASSERT_TRUE(Drive(transport_.get(), [&] { return handler.ends == 1; }));
  EXPECT_EQ(handler.body, "ab");
  transport_->Resume(id);
}

TEST_F(CurlTransportTest, ACancelledExchangeIsSilentAndItsConnectionGone) {
  server_.Expect({Server::Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na"),
                  Server::Hold(), Server::Send("b")});
  RecordingHandler handler;
  const auto id = transport_->Start(Get("/"), &handler);
  ASSERT_TRUE(Drive(transport_.get(), [&] { return handler.body == "a"; }));
  transport_->Cancel(id);
  transport_->Cancel(id);
  server_.Release();
  ASSERT_TRUE(Drive(transport_.get(), [&] { return server_.closed() == 1; }));
  EXPECT_EQ(handler.Outcome(), "running");
  EXPECT_EQ(handler.body, "a");
}

TEST_F(CurlTransportTest, APausedExchangeCanBeCancelled) {
  server_.Expect({Server::Answer(std::string(1'000'000, 'x'))});
  RecordingHandler handler;
  handler.pause = true;
  const auto id = transport_->Start(Get("/"), &handler);
  ASSERT_TRUE(Drive(transport_.get(), [&] { return handler.pieces == 1; }));
  transport_->Cancel(id);
  transport_->Resume(id);
  EXPECT_TRUE(Drive(transport_.get(), [&] { return server_.closed() == 1; }));
  EXPECT_EQ(handler.pieces, 1);
}

TEST_F(CurlTransportTest, EndsWithExchangesRunning) {
  server_.Expect({Server::Hold()});
  RecordingHandler handler;
  transport_->Start(Get("/"), &handler);
  ASSERT_TRUE(Drive(transport_.get(), [&] { return server_.requests().size() == 1; }));
  transport_.reset();
  EXPECT_EQ(handler.Outcome(), "running");
}

TEST_F(CurlTransportTest, ExchangesRunSideBySide) {
  constexpr size_t kCount = 300;  // more than are looked at in one go
  std::vector<RecordingHandler> handlers(kCount);
  for (RecordingHandler& handler : handlers) {
    server_.Expect({Server::Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na"),
                    Server::Hold(), Server::Send("b")});
    transport_->Start(Get("/"), &handler);
  }
  const auto all = [&handlers](std::string_view body) {
    for (const RecordingHandler& handler : handlers) {
      if (handler.body != body) return false;
    }
    return true;
  };
  ASSERT_TRUE(Drive(transport_.get(), [&] { return all("a"); }));
  server_.Release();
  ASSERT_TRUE(Drive(transport_.get(), [&] { return all("ab"); }));
  EXPECT_EQ(server_.accepted(), static_cast<int>(kCount));
}

TEST_F(CurlTransportTest, InACrowdAFreeConnectionIsUsedAgain) {
  constexpr size_t kCrowd = 100;
  std::vector<RecordingHandler> handlers(kCrowd);
  for (RecordingHandler& handler : handlers) {
    server_.Expect({Server::Hold(), Server::Answer("x")});
    ASSERT_NE(transport_->Start(Get("/"), &handler), 0u);
  }
  const auto asked = [this] { return server_.requests().size() == kCrowd; };
  ASSERT_TRUE(Drive(transport_.get(), asked));
  for (int i = 0; i < 3; ++i) {
    RecordingHandler one_more;
    Exchange({Server::Answer("x")}, &one_more);
    EXPECT_EQ(one_more.Outcome(), "ok");
    EXPECT_EQ(server_.requests().back().connection, static_cast<int>(kCrowd));
  }
  server_.Release();
  ASSERT_TRUE(Drive(transport_.get(), [&] { return handlers.back().ends == 1; }));
}

TEST_F(CurlTransportTest, EndingOnManyThreadsLeavesSigpipeAsItWas) {
  const auto handler = [] {
    struct sigaction action = {};
    EXPECT_EQ(sigaction(SIGPIPE, nullptr, &action), 0);
    return action.sa_handler;
  };
  ASSERT_EQ(handler(), SIG_DFL);
  std::mutex lock;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&lock] {
      HttpSettings settings;
      settings.one_at_a_time = [&lock](const std::function<void()>& work) {
        const std::lock_guard<std::mutex> held(lock);
        work();
      };
      for (int round = 0; round < 200; ++round) {
        EXPECT_NE(CurlTransport::Make(settings), nullptr);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(handler(), SIG_DFL);
}

TEST_F(CurlTransportTest, AWakeupEndsTheWait) {
  std::thread waker([this] { transport_->Wakeup(); });
  // Hangs past the test's time if the wakeup is lost, whichever comes first.
  transport_->Wait(1'000'000, -1);
  waker.join();
}

}  // namespace
}  // namespace xai
