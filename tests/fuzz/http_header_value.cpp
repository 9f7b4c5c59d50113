// CurlTransfer's headers, as libcurl puts them on the wire: no value that we
// are given adds a line to a request, and none that a server sends gets through unclean.
//
// Input: a length and a value for a header, the same for the bearer, what the server
// sends after its status line.  The value also stands in a provider's configuration.
#include <curl/curl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "base/manifest.h"
#include "base/unique_fd.h"
#include "fuzz/fuzz.h"
#include "fuzz/shown.h"
#include "http/curl_easy.h"
#include "runtime/provider_config.h"

namespace xai {
namespace {

constexpr std::string_view kRequestLine = "GET /v1/models HTTP/1.1";

bool IsVisible(std::string_view value) {
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return c >= 0x20 && c < 0x7F; });
}

// A server at a name that only this process knows, in place of api.x.ai.
class Server {
 public:
  Server() : name_("xai-fuzz-" + std::to_string(getpid())) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    name_.copy(address.sun_path + 1, sizeof(address.sun_path) - 1);  // an abstract name
    const auto size =
        static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name_.size());
    listener_ = UniqueFd(socket(AF_UNIX, kType, 0));
    const int bound =
        bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), size);
    Require(bound == 0 && listen(listener_.get(), 1) == 0, "there is a server");
  }

  const char* name() const { return name_.c_str(); }

  // Answers whoever has connected, if somebody has.
  void Answer(std::string_view bytes) {
    if (peer_.valid()) return;
    peer_ = UniqueFd(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK));
    if (!peer_.valid()) return;
    // Fails if the client wants no more.
    (void)!send(peer_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    shutdown(peer_.get(), SHUT_WR);
  }
  // All that came; the connection ends.
  std::string Received() {
    std::string all;
    std::array<char, 4096> buffer;
    ssize_t got = 0;
    while ((got = read(peer_.get(), buffer.data(), buffer.size())) > 0) {
      all.append(buffer.data(), static_cast<size_t>(got));
    }
    peer_ = UniqueFd();
    return all;
  }

 private:
  static constexpr int kType = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

  std::string name_;
  UniqueFd listener_;
  UniqueFd peer_;
};

// Looks at what comes of a server's head.
class Reader : public CurlTransfer::Sink {
 public:
  void OnHead(const HttpHead& head) override {
    Require(!seen_, "there is one head");
    seen_ = true;
    for (const HttpHeader& header : head.headers) {
      Require(header.name.find_first_of("\n:") == std::string::npos, "a name is one");
      Require(header.name == Lower(header.name), "names are in lower case");
      Require(header.value.find('\n') == std::string::npos, "a value is one line");
      Require(IsUtf8(header.value), "values are UTF-8");
    }
  }
  CurlTransfer::Taken OnBody(std::string_view) override {
    Require(seen_, "the head comes first");
    return CurlTransfer::Taken::kYes;
  }

 private:
  static std::string Lower(std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return text;
  }

  bool seen_ = false;
};

std::string Exchange(const HttpRequest& request, const std::string& answer) {
  static auto* const server = new Server();
  HttpSettings settings;
  settings.user_agent = "fuzz/1";
  Reader reader;
  const CurlMulti multi(curl_multi_init());
  const auto transfer = CurlTransfer::Make(request, settings, &reader);
  Require(multi != nullptr && transfer != nullptr, "there is memory");
  curl_easy_setopt(transfer->easy(), CURLOPT_ABSTRACT_UNIX_SOCKET, server->name());
  curl_multi_add_handle(multi.get(), transfer->easy());
  int running = 1;
  while (running > 0) {
    curl_multi_perform(multi.get(), &running);
    server->Answer(answer);
    if (running > 0) curl_multi_poll(multi.get(), nullptr, 0, 1'000, nullptr);
  }
  int left = 0;
  const CURLMsg* message = curl_multi_info_read(multi.get(), &left);
  Require(message != nullptr, "it has ended");
  const Result<void> result = transfer->Finish(message->data.result);
  Require(result.ok() || IsShownText(result.error().detail, 400), "an error is clean");
  curl_multi_remove_handle(multi.get(), transfer->easy());
  return server->Received();
}

// Our value is there as it is, or not at all; nothing is there that we did not send.
void CheckRequest(const std::string& sent, const HttpRequest& request) {
  std::vector<std::string> expected = {std::string(kRequestLine), "Host: 127.0.0.1",
                                       "User-Agent: fuzz/1", "Accept: */*"};
  const std::string& value = request.headers[0].value;
  if (IsVisible(value) && value.find_first_not_of(' ') != value.npos) {
    expected.push_back("x-fuzz: " + value);
  }
  const std::string bearer(request.bearer->Reveal());
  if (!bearer.empty() && IsVisible(bearer)) {
    expected.push_back("Authorization: Bearer " + bearer);
  }
  std::vector<std::string> lines;
  size_t at = 0;
  for (size_t end; (end = sent.find("\r\n", at)) != sent.npos; at = end + 2) {
    lines.push_back(sent.substr(at, end - at));
  }
  Require(at == sent.size() && !lines.empty() && lines.back().empty(),
          "a head, and that");
  lines.pop_back();
  std::sort(lines.begin(), lines.end());
  std::sort(expected.begin(), expected.end());
  Require(lines == expected, "the lines are those that were meant");
}

// A configuration that is taken holds nothing that could not stand in a header.
void CheckConfig(std::string_view value) {
  static const auto* const manifest = ParseManifest().release();
  JsonWriter json;
  json.BeginObject().Key("state_dir").String("/nowhere");
  json.Key("user_agent").String(value).Key("referrer").String(value);
  json.Key("extra_headers").BeginObject().Key("x-fuzz").String(value).EndObject();
  const Result<ProviderConfig> config =
      ReadProviderConfig(json.EndObject().Take(), manifest->root(),
                         [](const char*) { return std::string(); });
  if (!config.ok()) {
    Require(config.error().code == ErrorCode::kInvalidConfig, "it is the host's fault");
    return;
  }
  Require(IsVisible(config.value().http.user_agent), "a user agent is visible");
  Require(IsVisible(config.value().oauth.referrer), "a referrer is visible");
  for (const HttpHeader& header : config.value().api.extra_headers) {
    Require(IsVisible(header.value), "a header is visible");
  }
}

}  // namespace
}  // namespace xai

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace xai;
  FuzzInput input(data, size);
  HttpRequest request;
  request.url = "http://127.0.0.1/v1/models";
  request.total_ms = 4'000;
  const std::string value(input.Take(input.Byte()));
  request.headers = {{"x-fuzz", value}};
  const SecretString bearer(input.Take(input.Byte()));
  request.bearer = &bearer;
  CheckConfig(value);
  const std::string answer = "HTTP/1.1 200 OK\r\n" + std::string(input.Rest());
  CheckRequest(Exchange(request, answer), request);
  return 0;
}
