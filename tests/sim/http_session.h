// One connection.  Only http_server.cpp includes this, so that Boost stays in one place.
#ifndef XAI_TESTS_SIM_HTTP_SESSION_H_
#define XAI_TESTS_SIM_HTTP_SESSION_H_

// Asio of Boost 1.74 uses std::exchange without including this.
#include <utility>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "sim/http_types.h"
#include "sim/http_wire.h"

namespace xai::sim {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::uint64_t kRequestBytesMax = 32ULL << 20;
constexpr std::uint32_t kHeaderBytesMax = 128U << 10;
// How much of an oversized upload is swallowed so that the client can read the refusal.
constexpr std::size_t kDrainBytesMax = 64U << 20;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

inline HttpRequest ToRequest(http::request<http::string_body>& message) {
  HttpRequest request;
  request.method = std::string(message.method_string());
  const std::string target(message.target());
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string::npos) request.query = target.substr(mark + 1);
  for (const auto& field : message) {
    request.headers.push_back(
        {std::string(field.name_string()), std::string(field.value())});
  }
  request.body = std::move(message.body());
  return request;
}

// One connection.  Loop thread only; it keeps itself alive through its handlers.
template <class Stream>
class Session : public std::enable_shared_from_this<Session<Stream>> {
 public:
  Session(Stream stream, RequestHandler& handler)
      : stream_(std::move(stream)), timer_(stream_.get_executor()), handler_(handler) {}

  void Start() {
    if constexpr (kTls) {
      stream_.async_handshake(asio::ssl::stream_base::server,
                              Then([](auto& self) { self.ReadHeader(); }));
    } else {
      ReadHeader();
    }
  }

 private:
  static constexpr bool kTls = !std::is_same_v<Stream, tcp::socket>;

  // Wraps a step as a completion handler that keeps the session and ends it on an error.
  template <class Step>
  auto Then(Step step) {
    return [self = this->shared_from_this(), step](error_code error, auto...) {
      if (!error) step(*self);
    };
  }

  tcp::socket& Socket() {
    if constexpr (kTls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  void ReadHeader() {
    parser_.emplace();
    parser_->body_limit(kRequestBytesMax);
    parser_->header_limit(kHeaderBytesMax);
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = this->shared_from_this()](error_code error, std::size_t) {
          self->OnHeader(error);
        });
  }

  void OnHeader(error_code error) {
    if (error) return Refuse(error);
    const auto expect = parser_->get()[http::field::expect];
    if (!EqualsIgnoringCase({expect.data(), expect.size()}, "100-continue")) {
      return ReadBody();
    }
    asio::async_write(stream_, asio::buffer(kContinue),
                      Then([](auto& self) { self.ReadBody(); }));
  }

  void ReadBody() {
    http::async_read(stream_, buffer_, *parser_,
                     [self = this->shared_from_this()](error_code error, std::size_t) {
                       if (error) return self->Refuse(error);
                       self->Dispatch();
                     });
  }

  // A request that could not be read gets an answer where that is still possible.
  void Refuse(error_code error) {
    const bool too_large = error == http::error::body_limit;
    const bool malformed =
        error.category() == make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message;
    if (!too_large && !malformed) return;
    keep_alive_ = false;
    head_only_ = false;
    drain_ = true;
    reply_ = too_large ? PlainReply(413, "length limit exceeded")
                       : PlainReply(400, "the request is not valid HTTP");
    SendReply();
  }

  void Dispatch() {
    auto message = parser_->release();
    keep_alive_ = message.keep_alive();
    old_protocol_ = message.version() < 11;
    head_only_ = message.method() == http::verb::head;
    reply_ = handler_.Handle(ToRequest(message));
    if (reply_.delay.count() == 0) return SendReply();
    timer_.expires_after(reply_.delay);
    timer_.async_wait(Then([](auto& self) { self.SendReply(); }));
  }

  void SendReply() {
    if (reply_.status == 0) return FinishBody();
    framing_ = ChooseFraming();
    if (framing_ == Framing::kUntilClose || reply_.end != BodyEnd::kClean) {
      keep_alive_ = false;
    }
    outgoing_ = BuildHead(reply_, framing_, keep_alive_);
    if (!reply_.stream && !head_only_) outgoing_ += reply_.body;
    Write([](auto& self) {
      self.reply_.stream && !self.head_only_ ? self.Pump() : self.FinishBody();
    });
  }

  Framing ChooseFraming() const {
    if (!reply_.stream || HasHeader(reply_.headers, "content-length")) {
      return Framing::kLength;
    }
    return old_protocol_ ? Framing::kUntilClose : Framing::kChunked;
  }

  // Writes the next piece of a streamed body, and comes back when it has left.
  void Pump() {
    auto piece = reply_.stream->Next();
    if (!piece) return FinishBody();
    // An empty chunk would end the body: such a piece is only a pause.
    const bool chunk = framing_ == Framing::kChunked && !piece->data.empty();
    outgoing_ = chunk ? WrapChunk(piece->data) : std::move(piece->data);
    if (piece->delay.count() == 0) return WritePiece();
    timer_.expires_after(piece->delay);
    timer_.async_wait(Then([](auto& self) { self.WritePiece(); }));
  }

  void WritePiece() {
    Write([](auto& self) { self.Pump(); });
  }

  template <class Step>
  void Write(Step step) {
    asio::async_write(stream_, asio::buffer(outgoing_), Then(step));
  }

  void FinishBody() {
    switch (reply_.end) {
      case BodyEnd::kClean:
        break;
      case BodyEnd::kCut:
        return CloseSocket();
      case BodyEnd::kReset:
        return ResetSocket();
      case BodyEnd::kStall:
        return Stall();
    }
    if (!reply_.stream || framing_ != Framing::kChunked || head_only_)
      return NextOrClose();
    outgoing_ = "0\r\n\r\n";
    Write([](auto& self) { self.NextOrClose(); });
  }

  void NextOrClose() {
    reply_ = HttpReply();
    if (keep_alive_) return ReadHeader();
    if constexpr (kTls) {
      stream_.async_shutdown(Then([](auto& self) { self.CloseSocket(); }));
    } else {
      error_code ignored;  // The client may have closed already, which is as good.
      stream_.shutdown(tcp::socket::shutdown_send, ignored);
      if (drain_) Drain();
    }
  }

  // Closing with unread data would reset the connection and take the answer with it.
  void Drain() {
    outgoing_.resize(64U << 10);
    stream_.async_read_some(
        asio::buffer(outgoing_),
        [self = this->shared_from_this()](error_code error, std::size_t size) {
          self->drained_ += size;
          if (!error && self->drained_ < kDrainBytesMax) self->Drain();
        });
  }

  void CloseSocket() {
    error_code ignored;
    Socket().shutdown(tcp::socket::shutdown_both, ignored);
    Socket().close(ignored);
  }

  void ResetSocket() {
    error_code ignored;
    Socket().set_option(asio::socket_base::linger(true, 0), ignored);
    Socket().close(ignored);
  }

  // A client that waits has nothing to say: anything readable means that it hangs up.
  void Stall() {
    Socket().async_wait(tcp::socket::wait_read,
                        Then([](auto& self) { self.CloseSocket(); }));
  }

  Stream stream_;
  asio::steady_timer timer_;
  RequestHandler& handler_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  HttpReply reply_;
  Framing framing_ = Framing::kLength;
  std::string outgoing_;
  std::size_t drained_ = 0;
  bool keep_alive_ = true;
  bool old_protocol_ = false;
  bool head_only_ = false;
  bool drain_ = false;
};

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_HTTP_SESSION_H_
