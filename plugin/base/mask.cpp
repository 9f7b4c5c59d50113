#include "base/mask.h"

namespace xai {
namespace {

// Shorter runs are words, ids and UUIDs.
constexpr size_t kTokenRunMin = 40;
constexpr size_t kSecretBytesMin = 8;
constexpr std::string_view kMasked = "[masked]";

bool IsTokenChar(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         c == '-' || c == '_' || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}

std::string_view Masked(std::string_view run) {
  return run.size() >= kTokenRunMin ? kMasked : run;
}

// What follows "https:" is a long run too: each of its parts is judged by itself.
std::string MaskPath(std::string_view path) {
  std::string out;
  for (;;) {
    const size_t slash = path.find('/');
    out.append(Masked(path.substr(0, slash)));
    if (slash == std::string_view::npos) return out;
    out.push_back('/');
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

std::string MaskTokens(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && IsTokenChar(text[end])) ++end;
    const std::string_view run = text.substr(at, end - at);
    const bool url = run.substr(0, 2) == "//" && at > 0 && text[at - 1] == ':';
    out.append(url ? MaskPath(run) : Masked(run));
    if (end < text.size()) out.push_back(text[end++]);
    at = end;
  }
  return out;
}

std::string MaskSecret(std::string_view text, std::string_view secret) {
  std::string out;
  if (secret.size() >= kSecretBytesMin) {
    for (size_t at = 0; (at = text.find(secret)) != std::string_view::npos;) {
      out.append(text.substr(0, at)).append(kMasked);
      text.remove_prefix(at + secret.size());
    }
  }
  return out.append(text);
}

}  // namespace xai
