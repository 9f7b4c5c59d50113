#include "http/curl_easy.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/limits.h"
#include "base/utf8.h"
#include "http/curl_sockets.h"
#include "http/proxy.h"
#include "http/url.h"

namespace xai {
namespace {

// Vendor's pool forgets idle connections after this long; so do we.
constexpr long kConnectionAgeSeconds = 30;
constexpr long kKeepAliveIdleSeconds = 30;
constexpr long kKeepAliveIntervalSeconds = 15;
constexpr long kReceiveBufferBytes = 32L * 1024;

// A header's value must not be able to end its line.
bool IsHeaderValue(std::string_view value) {
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return c >= 0x20 && c < 0x7F; });
}

bool HasDefaultCaFile() {
  return curl_version_info(CURLVERSION_NOW)->cainfo != nullptr;
}

ErrorCode CodeFor(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return ErrorCode::kTimeout;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return ErrorCode::kProxy;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_ENGINE_INITFAILED:
      return ErrorCode::kTls;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return ErrorCode::kProtocol;
    case CURLE_OUT_OF_MEMORY:
      return ErrorCode::kNoMemory;
    default:
      return ErrorCode::kNetwork;
  }
}

}  // namespace

void CurlListDeleter::operator()(curl_slist* list) const {
  // One of the lines is the bearer.
  for (curl_slist* item = list; item != nullptr; item = item->next) {
    WipeMemory(item->data, std::strlen(item->data));
  }
  curl_slist_free_all(list);
}

CurlTransfer::CurlTransfer(const HttpSettings& settings, Sink* sink)
    : settings_(settings), sink_(sink), easy_(curl_easy_init()) {}

CurlTransfer::~CurlTransfer() = default;

std::unique_ptr<CurlTransfer> CurlTransfer::Make(const HttpRequest& request,
                                                 const HttpSettings& settings,
                                                 Sink* sink) {
  std::unique_ptr<CurlTransfer> transfer(new CurlTransfer(settings, sink));
  if (transfer->easy_ == nullptr || !transfer->Configure(request)) return nullptr;
  return transfer;
}

bool CurlTransfer::Configure(const HttpRequest& request) {
  CURL* easy = easy_.get();
  bool good = true;
  const auto set = [&good, easy](CURLoption option, auto value) {
    good = good && curl_easy_setopt(easy, option, value) == CURLE_OK;
  };
  const std::optional<UrlParts> url = ParseUrl(request.url);
  const bool loopback = url && IsLoopbackHost(url->host);
  set(CURLOPT_URL, request.url.c_str());
  // http is for the simulator on this machine alone.
  set(CURLOPT_PROTOCOLS_STR, loopback ? "http,https" : "https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!settings_.ca_file.empty()) set(CURLOPT_CAINFO, settings_.ca_file.c_str());
  // A folder beside the file would be trusted as well, and keep libcurl from remembering
  // what it has read: it would read all certificates again for each connection.
  if (!settings_.ca_file.empty() || HasDefaultCaFile()) {
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  set(CURLOPT_PROXY, loopback ? "" : settings_.proxy_url.c_str());
  set(CURLOPT_NOPROXY, settings_.no_proxy.c_str());
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_ms));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.total_ms));
  set(CURLOPT_OPENSOCKETFUNCTION, &CurlSockets::Open);
  set(CURLOPT_TCP_NODELAY, 1L);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_TCP_KEEPIDLE, kKeepAliveIdleSeconds);
  set(CURLOPT_TCP_KEEPINTVL, kKeepAliveIntervalSeconds);
  set(CURLOPT_MAXAGE_CONN, kConnectionAgeSeconds);
  set(CURLOPT_BUFFERSIZE, kReceiveBufferBytes);
  set(CURLOPT_USERAGENT, settings_.user_agent.c_str());
  set(CURLOPT_PRIVATE, static_cast<void*>(this));
  set(CURLOPT_HEADERFUNCTION, &CurlTransfer::OnHeaderLine);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &CurlTransfer::OnWrite);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  if (request.fresh_connection) {
    set(CURLOPT_FRESH_CONNECT, 1L);
    set(CURLOPT_FORBID_REUSE, 1L);
  }
  if (request.method == "POST") {
    // Not copied by libcurl.  Null would make it ask for the body.
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
    set(CURLOPT_PREREQFUNCTION, &CurlTransfer::OnBegin);
    set(CURLOPT_PREREQDATA, static_cast<void*>(this));
  }
  return good && SetHeaders(request);
}

bool CurlTransfer::SetHeaders(const HttpRequest& request) {
  bool good = true;
  const auto add = [this, &good](const std::string& line) {
    if (!good) return;
    curl_slist* longer = curl_slist_append(header_list_.get(), line.c_str());
    good = longer != nullptr;
    if (!good) return;
    (void)header_list_.release();  // still the head of `longer`
    header_list_.reset(longer);
  };
  // Nobody asked for a continuation, and waiting for one costs a second.
  add("Expect:");
  for (const HttpHeader& header : request.headers) {
    if (IsHeaderValue(header.value)) add(header.name + ": " + header.value);
  }
  if (request.bearer != nullptr && !request.bearer->empty() &&
      IsHeaderValue(request.bearer->Reveal())) {
    std::string line = "Authorization: Bearer ";
    line.reserve(line.size() + request.bearer->size() + 1);
    line.append(request.bearer->Reveal());
    add(line);
    WipeMemory(line.data(), line.size());
  }
  return good && curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, header_list_.get()) ==
                     CURLE_OK;
}

CURLcode CurlTransfer::Resume() {
  if (!paused_) return CURLE_OK;
  paused_ = false;
  // May call OnWrite() at once, with what libcurl holds already.
  const CURLcode code = curl_easy_pause(easy_.get(), CURLPAUSE_CONT);
  // Without memory for the socket's entry libcurl says that a callback aborted, and none
  // of ours does.
  return code == CURLE_ABORTED_BY_CALLBACK ? CURLE_OUT_OF_MEMORY : code;
}

bool CurlTransfer::sent() const {
  if (begun_) return true;
  long bytes = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &bytes);
  return bytes > 0;
}

bool CurlTransfer::IsProxied() const {
  const char* address = nullptr;
  curl_easy_getinfo(easy_.get(), CURLINFO_EFFECTIVE_URL, &address);
  const std::optional<UrlParts> url = ParseUrl(address != nullptr ? address : "");
  return url && UsesProxy(settings_, url->host);
}

Error CurlTransfer::ToError(CURLcode code) const {
  long connect_status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &connect_status);
  if (connect_status != 0 && connect_status / 100 != 2) {
    return Error::Make(ErrorCode::kProxy,
                       "the proxy answered " + std::to_string(connect_status),
                       connect_status == 407 ? "proxy_auth" : "");
  }
  // What libcurl says of one line that is too long; newer ones have a code for it.
  const bool too_long = code == CURLE_OUT_OF_MEMORY || static_cast<int>(code) == 100;
  if (too_long && sent() && !head_reported_) {
    return Error::Make(ErrorCode::kProtocol, kHeadTooLargeDetail);
  }
  if (code == CURLE_COULDNT_CONNECT && IsProxied()) {
    return Error::Make(ErrorCode::kProxy, "the proxy cannot be reached");
  }
  // libcurl's own words for the code: they hold no data of the exchange.
  Error error = Error::Make(CodeFor(code), curl_easy_strerror(code));
  error.http_status = head_reported_ ? head_.status : 0;
  return error;
}

}  // namespace xai
