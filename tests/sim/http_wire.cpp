#include "sim/http_wire.h"

#include <array>
#include <cstdio>
#include <utility>

namespace xai::sim {
namespace {

constexpr std::array<std::pair<int, std::string_view>, 24> kReasons = {{
    {200, "OK"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Payload Too Large"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Entity"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
}};

// RFC 9112 4: a client ignores the phrase, and it may be empty.
std::string_view Reason(int status) {
  for (const auto& [known, reason] : kReasons) {
    if (known == status) return reason;
  }
  return {};
}

}  // namespace

std::string BuildHead(const HttpReply& reply, Framing framing, bool keep_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " ";
  head.append(Reason(reply.status)).append("\r\n");
  for (const Header& header : reply.headers) {
    head += header.name + ": " + header.value + "\r\n";
  }
  const bool bodiless = reply.status == 204 || reply.status == 304;
  if (framing == Framing::kLength && !HasHeader(reply.headers, "content-length") &&
      !bodiless) {
    head += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n";
  }
  if (framing == Framing::kChunked) head += "Transfer-Encoding: chunked\r\n";
  if (!HasHeader(reply.headers, "connection")) {
    head += keep_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
  }
  return head + "\r\n";
}

std::string WrapChunk(const std::string& data) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  return size + data + "\r\n";
}

HttpReply PlainReply(int status, std::string text) {
  HttpReply reply;
  reply.status = status;
  reply.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  reply.body = std::move(text);
  return reply;
}

}  // namespace xai::sim
