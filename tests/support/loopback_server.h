// A tiny HTTP server on 127.0.0.1 that says exactly what a test wants, byte for byte.
#ifndef XAI_TESTS_SUPPORT_LOOPBACK_SERVER_H_
#define XAI_TESTS_SUPPORT_LOOPBACK_SERVER_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/unique_fd.h"

namespace xai {

// Thread-safe.  One thread accepts, and each connection has one of its own.
class LoopbackServer {
 public:
  // What is done for one request, in order.
  struct Step {
    enum class Kind {
      kSend,
      kHold,  // until Release(), or the end of the server
      kCut,   // close the connection; without it the connection waits for more requests
    };
    Kind kind;
    std::string bytes = {};
  };
  using Script = std::vector<Step>;

  struct Request {
    int connection;    // counted from 0
    std::string head;  // with the request line, as it came
    std::string body;

    std::string Line() const { return head.substr(0, head.find('\r')); }
    // `header` is "Name: value"; the case counts.
    bool Has(std::string_view header) const {
      return head.find("\r\n" + std::string(header)) != std::string::npos;
    }
  };

  static Step Send(std::string bytes) { return {Step::Kind::kSend, std::move(bytes)}; }
  static Step Hold() { return {Step::Kind::kHold}; }
  static Step Cut() { return {Step::Kind::kCut}; }
  // A whole answer with its length.
  static Step Answer(std::string_view body, std::string_view head = "HTTP/1.1 200 OK");

  LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer();

  // For the next request that has no script yet.  Without any the connection is cut.
  void Expect(Script script);
  // Lets all that hold go on, now and later.
  void Release();

  std::string Url(std::string_view path) const;
  uint16_t port() const { return port_; }
  std::string Origin() const { return "http://127.0.0.1:" + std::to_string(port_); }

  std::vector<Request> requests() const;
  // How many connections were accepted, and how many of them the client has left.
  int accepted() const;
  int closed() const;

 private:
  void Accept();
  void Serve(int fd, int connection);
  bool ReadRequest(int fd, std::string* buffer, Request* request);
  bool Run(int fd, const Script& script);

  uint16_t port_ = 0;  // before the socket that sets it
  UniqueFd listener_;

  mutable std::mutex mutex_;
  std::condition_variable released_;
  bool go_on_ = false;
  bool stopping_ = false;
  std::deque<Script> scripts_;
  std::vector<Request> requests_;
  std::vector<UniqueFd> sockets_;
  std::vector<std::thread> connections_;
  int closed_ = 0;

  std::thread acceptor_;  // last: starts when all else is there
};

// A port of 127.0.0.1 that refuses connections, as long as this lives.
class RefusingPort {
 public:
  RefusingPort();
  std::string Url(std::string_view path) const;

 private:
  uint16_t port_ = 0;  // before the socket that sets it
  UniqueFd socket_;
};

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_LOOPBACK_SERVER_H_
