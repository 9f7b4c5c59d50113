#include "http/url.h"

#include <algorithm>
#include <cctype>

namespace xai {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsHostName(std::string_view host) {
  if (host.empty() || host.size() > 253 || host.front() == '.' || host.front() == '-') {
    return false;
  }
  return std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || IsDigit(c) || c == '.' || c == '-';
  });
}

bool IsIpv6Literal(std::string_view host) {
  if (host.size() < 4 || host.front() != '[' || host.back() != ']') return false;
  const std::string_view inner = host.substr(1, host.size() - 2);
  return std::all_of(inner.begin(), inner.end(), [](char c) {
    return IsDigit(c) || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
  });
}

std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

std::optional<UrlParts> ParseUrl(std::string_view url) {
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) {
    return c > 0x20 && c < 0x7F && c != '#' && c != '\\' && c != '"' && c != '<' &&
           c != '>';
  });
  if (!plain) return std::nullopt;
  UrlParts parts;
  const size_t colon = url.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  parts.scheme = ToLower(url.substr(0, colon));
  if (parts.scheme != "http" && parts.scheme != "https") return std::nullopt;
  url.remove_prefix(colon + 3);
  const size_t slash = url.find_first_of("/?");
  std::string authority = ToLower(url.substr(0, slash));
  if (slash != std::string_view::npos) parts.path = std::string(url.substr(slash));
  const size_t bracket = authority.rfind(']');
  const size_t port_colon = authority.rfind(':');
  if (port_colon != std::string::npos &&
      (bracket == std::string::npos || port_colon > bracket)) {
    parts.port = authority.substr(port_colon + 1);
    authority.resize(port_colon);
    if (parts.port.empty() || parts.port.size() > 5 ||
        !std::all_of(parts.port.begin(), parts.port.end(), IsDigit) ||
        std::stoi(parts.port) > 65535) {
      return std::nullopt;
    }
  }
  parts.host = authority;
  if (!IsHostName(parts.host) && !IsIpv6Literal(parts.host)) return std::nullopt;
  return parts;
}

bool IsLoopbackHost(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  // 127.a.b.c, each part a plain decimal number.
  if (host.substr(0, 4) != "127.") return false;
  int dots = 0;
  int value = -1;
  for (const char c : host) {
    if (c == '.') {
      if (value < 0) return false;
      ++dots;
      value = -1;
    } else if (IsDigit(c)) {
      value = (value < 0 ? 0 : value) * 10 + (c - '0');
      if (value > 255) return false;
    } else {
      return false;
    }
  }
  return dots == 3 && value >= 0;
}

bool IsWithinDomain(std::string_view host, std::string_view domain) {
  if (host == domain) return true;
  return host.size() > domain.size() + 1 &&
         host.substr(host.size() - domain.size()) == domain &&
         host[host.size() - domain.size() - 1] == '.';
}

}  // namespace xai
