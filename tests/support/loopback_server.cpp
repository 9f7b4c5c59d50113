#include "support/loopback_server.h"

#include <cstdlib>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace xai {
namespace {

// A socket bound to a free port of 127.0.0.1.
UniqueFd Bind(uint16_t* port) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof(address);
  if (!fd.valid() || bind(fd.get(), generic, size) != 0 ||
      getsockname(fd.get(), generic, &size) != 0) {
    throw std::runtime_error("no loopback socket");
  }
  *port = ntohs(address.sin_port);
  return fd;
}

std::string UrlAt(uint16_t port, std::string_view path) {
  return "http://127.0.0.1:" + std::to_string(port) + std::string(path);
}

size_t ContentLength(const std::string& head) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const size_t at = head.find(kName);
  if (at == std::string::npos) return 0;
  return std::strtoul(head.c_str() + at + kName.size(), nullptr, 10);
}

bool SendAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

}  // namespace

LoopbackServer::Step LoopbackServer::Answer(std::string_view body,
                                            std::string_view head) {
  return Send(std::string(head) + "\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n\r\n" + std::string(body));
}

LoopbackServer::LoopbackServer() : listener_(Bind(&port_)) {
  if (listen(listener_.get(), 128) != 0) throw std::runtime_error("cannot listen");
  acceptor_ = std::thread([this] { Accept(); });
}

LoopbackServer::~LoopbackServer() {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    stopping_ = true;
    for (const UniqueFd& fd : sockets_) shutdown(fd.get(), SHUT_RDWR);
  }
  released_.notify_all();
  shutdown(listener_.get(), SHUT_RDWR);  // ends accept()
  acceptor_.join();
  for (std::thread& connection : connections_) connection.join();
}

void LoopbackServer::Expect(Script script) {
  const std::lock_guard<std::mutex> guard(mutex_);
  scripts_.push_back(std::move(script));
}

void LoopbackServer::Release() {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    go_on_ = true;
  }
  released_.notify_all();
}

std::string LoopbackServer::Url(std::string_view path) const {
  return UrlAt(port_, path);
}

std::vector<LoopbackServer::Request> LoopbackServer::requests() const {
  const std::lock_guard<std::mutex> guard(mutex_);
  return requests_;
}

int LoopbackServer::accepted() const {
  const std::lock_guard<std::mutex> guard(mutex_);
  return static_cast<int>(sockets_.size());
}

int LoopbackServer::closed() const {
  const std::lock_guard<std::mutex> guard(mutex_);
  return closed_;
}

void LoopbackServer::Accept() {
  for (;;) {
    UniqueFd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    const std::lock_guard<std::mutex> guard(mutex_);
    if (!fd.valid() || stopping_) return;
    const int one = 1;
    setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    const int connection = static_cast<int>(sockets_.size());
    connections_.emplace_back(
        [this, raw = fd.get(), connection] { Serve(raw, connection); });
    sockets_.push_back(std::move(fd));
  }
}

void LoopbackServer::Serve(int fd, int connection) {
  std::string buffer;
  bool more = true;
  while (more) {
    Request request;
    request.connection = connection;
    if (!ReadRequest(fd, &buffer, &request)) break;
    Script script = {Cut()};
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      requests_.push_back(std::move(request));
      if (!scripts_.empty()) {
        script = std::move(scripts_.front());
        scripts_.pop_front();
      }
    }
    more = Run(fd, script);
  }
  // The descriptor stays ours until the end, so that its number is not used again.
  shutdown(fd, SHUT_RDWR);
  const std::lock_guard<std::mutex> guard(mutex_);
  ++closed_;
}

bool LoopbackServer::ReadRequest(int fd, std::string* buffer, Request* request) {
  size_t whole = std::string::npos;
  for (;;) {
    const size_t end = buffer->find("\r\n\r\n");
    if (end != std::string::npos) {
      request->head = buffer->substr(0, end + 4);
      whole = request->head.size() + ContentLength(request->head);
      if (buffer->size() >= whole) break;
    }
    char bytes[16384];
    const ssize_t got = recv(fd, bytes, sizeof(bytes), 0);
    if (got <= 0) return false;
    buffer->append(bytes, static_cast<size_t>(got));
  }
  request->body = buffer->substr(request->head.size(), whole - request->head.size());
  buffer->erase(0, whole);
  return true;
}

bool LoopbackServer::Run(int fd, const Script& script) {
  for (const Step& step : script) {
    switch (step.kind) {
      case Step::Kind::kSend:
        if (!SendAll(fd, step.bytes)) return false;
        break;
      case Step::Kind::kHold: {
        std::unique_lock<std::mutex> lock(mutex_);
        released_.wait(lock, [this] { return go_on_ || stopping_; });
        if (stopping_) return false;
        break;
      }
      case Step::Kind::kCut:
        return false;
    }
  }
  return true;
}

RefusingPort::RefusingPort() : socket_(Bind(&port_)) {}

std::string RefusingPort::Url(std::string_view path) const {
  return UrlAt(port_, path);
}

}  // namespace xai
