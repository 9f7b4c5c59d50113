#include "sim/device_page.h"

#include "sim/text.h"

namespace xai::sim {
namespace {

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in (simulator)</title>
<style>
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 2rem auto;
       padding: 0 1rem; color: #1a1a1a; background: #fff; }
.notice { border: 2px solid #8a5a00; background: #fff6e0; padding: .5rem 1rem; }
code { font-size: 1.3em; letter-spacing: .08em; }
input, button { font: inherit; padding: .5rem 1rem; margin: .25rem .5rem .25rem 0; }
</style>
</head>
<body>
<p class="notice" role="note"><strong>This is a simulator.</strong>
It is not xAI, and no real account is involved.</p>
<main>
)";
constexpr std::string_view kTail = "</main>\n</body>\n</html>\n";

HttpReply Page(int status, const std::string& content) {
  HttpReply reply;
  reply.status = status;
  reply.headers = {{"Content-Type", "text/html; charset=utf-8"},
                   {"Cache-Control", "no-store"},
                   {"X-Frame-Options", "DENY"},
                   {"X-Content-Type-Options", "nosniff"},
                   {"Referrer-Policy", "no-referrer"},
                   {"Content-Security-Policy",
                    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
                    "frame-ancestors 'none'"}};
  reply.body.append(kHead).append(content).append(kTail);
  return reply;
}

HttpReply Message(int status, std::string_view title, std::string_view text) {
  return Page(status, "<h1>" + EscapeHtml(title) + "</h1>\n<p role=\"status\">" +
                          EscapeHtml(text) + "</p>\n");
}

HttpReply AskForCode() {
  return Page(200, R"(<h1>Enter your code</h1>
<form method="get" action="/oauth2/device">
<p><label for="user_code">The code that your program shows</label></p>
<p><input id="user_code" name="user_code" required autocomplete="off"
 autocapitalize="characters" spellcheck="false" placeholder="ABCD-1234">
<button type="submit">Continue</button></p>
</form>
)");
}

HttpReply AskForDecision(const DeviceFlow& flow, const Account& account) {
  const std::string code = EscapeHtml(flow.user_code);
  std::string content = "<h1>Allow this sign-in?</h1>\n<p>Code: <code>" + code +
                        "</code></p>\n<p>Compare it with the code that your program "
                        "shows.</p>\n<dl>\n<dt>Account</dt><dd>" +
                        EscapeHtml(account.email) + "</dd>\n<dt>Asked for by</dt><dd>" +
                        EscapeHtml(flow.referrer.empty() ? "not said" : flow.referrer) +
                        "</dd>\n<dt>Permissions</dt><dd>" + EscapeHtml(flow.scope) +
                        "</dd>\n</dl>\n";
  content +=
      "<form method=\"post\" action=\"/oauth2/device\">\n"
      "<input type=\"hidden\" name=\"user_code\" value=\"" +
      code +
      "\">\n"
      "<button type=\"submit\" name=\"action\" value=\"approve\">Approve</button>\n"
      "<button type=\"submit\" name=\"action\" value=\"deny\">Deny</button>\n"
      "</form>\n";
  return Page(200, content);
}

HttpReply UnknownCode() {
  return Message(404, "Unknown code",
                 "There is no sign-in with this code. Check it, or "
                 "let your program begin again.");
}

HttpReply ExpiredCode() {
  return Message(410, "The code has expired", "Let your program begin again.");
}

HttpReply Outcome(const DeviceFlow& flow) {
  if (flow.state == DeviceFlow::State::kDenied) {
    return Message(200, "Denied", "The sign-in was refused. You can close this page.");
  }
  return Message(200, "Approved",
                 "The sign-in was approved. You can close this page and go back to your "
                 "program.");
}

}  // namespace

HttpReply DevicePage::Handle(const HttpRequest& request) {
  const bool get = request.method == "GET" || request.method == "HEAD";
  if (get) {
    const auto params = OAuthParams::ParseForm(request.query);
    if (!std::holds_alternative<OAuthParams>(params)) return UnknownCode();
    return Show(std::get<OAuthParams>(params));
  }
  if (request.method != "POST") {
    HttpReply reply = Message(405, "Not possible", "This page takes GET and POST.");
    reply.headers.push_back({"Allow", "GET, HEAD, POST"});
    return reply;
  }
  const auto params = OAuthParams::ParseRequest(request);
  if (const auto* error = std::get_if<OAuthError>(&params)) {
    return Message(400, "Not understood", error->description);
  }
  return Decide(std::get<OAuthParams>(params));
}

HttpReply DevicePage::Show(const OAuthParams& params) const {
  const std::string code = params.Get("user_code");
  if (code.empty()) return AskForCode();
  const DeviceFlow* flow = flows_.Find(code);
  if (!flow) return UnknownCode();
  if (flow->state != DeviceFlow::State::kPending) return Outcome(*flow);
  if (flow->Expired(Clock::now())) return ExpiredCode();
  return AskForDecision(*flow, settings_.account);
}

HttpReply DevicePage::Decide(const OAuthParams& params) {
  const std::string action = params.Get("action");
  if (action != "approve" && action != "deny") {
    return Message(400, "Not understood", "The form says neither approve nor deny.");
  }
  const DeviceFlow* flow = flows_.Find(params.Get("user_code"));
  if (!flow) return UnknownCode();
  if (settings_.approve == Approve::kNever) {
    return Message(409, "Nothing was decided",
                   "The simulator was started with --approve never.");
  }
  const bool pending = flow->state == DeviceFlow::State::kPending;
  if (pending && flow->Expired(Clock::now())) return ExpiredCode();
  if (pending) flows_.Decide(flow->user_code, action == "approve");
  return Outcome(*flow);
}

}  // namespace xai::sim
