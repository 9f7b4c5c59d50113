#include "http/proxy.h"

#include <string>

#include "http/url.h"

namespace xai {
namespace {

std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// As libcurl reads it: names apart by commas or spaces, each with all below it.
bool IsListed(std::string_view host, std::string_view list) {
  if (list == "*") return true;
  const std::string lower = ToLower(list);
  std::string_view rest = lower;
  while (!rest.empty()) {
    const size_t end = rest.find_first_of(", ");
    std::string_view name = rest.substr(0, end);
    if (!name.empty() && name.front() == '.') name.remove_prefix(1);
    if (!name.empty() && name.back() == '.') name.remove_suffix(1);
    if (!name.empty() && IsWithinDomain(host, name)) return true;
    if (end == std::string_view::npos) return false;
    rest.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace

bool UsesProxy(const HttpSettings& settings, std::string_view host) {
  return !settings.proxy_url.empty() && !IsLoopbackHost(host) &&
         !IsListed(host, settings.no_proxy);
}

}  // namespace xai
