#include "sim/bearer_gate.h"

namespace xai::sim {
namespace {

constexpr std::string_view kScheme = "Bearer ";

// What the edge in front of the API says; no JSON comes from there.
ApiError EdgeError() {
  return {400,
          "<html>\r\n<head><title>400 Bad Request</title></head>\r\n<body>\r\n"
          "<center><h1>400 Bad Request</h1></center>\r\n<hr><center>cloudflare</center>"
          "\r\n</body>\r\n</html>\r\n",
          "text/html"};
}

}  // namespace

Refusal CheckBearer(const HttpRequest& request, const Settings& settings,
                    const Grants& grants) {
  const auto values = FindHeaders(request.headers, "authorization");
  if (values.size() > 1) return EdgeError();
  if (!settings.require_tokens) return std::nullopt;
  if (values.empty()) return NotAuthenticated();
  const std::string_view value = values[0];
  if (value.size() <= kScheme.size() ||
      !EqualsIgnoringCase(value.substr(0, kScheme.size()), kScheme)) {
    return NotAuthenticated();
  }
  const std::string_view token = value.substr(kScheme.size());
  if (token.substr(0, 4) == "xai-") return IncorrectApiKey(token);
  const Grant* grant = grants.FindLive(token);
  if (!grant) return BadCredentials();
  if (!HasScope(grant->scope, "api:access")) return ChatDenied();
  return std::nullopt;
}

}  // namespace xai::sim
