// CurlTransfer: what libcurl calls while a transfer runs.
#include <algorithm>
#include <exception>
#include <utility>

#include "base/limits.h"
#include "base/utf8.h"
#include "http/curl_easy.h"

namespace xai {
namespace {

constexpr const char* kNoMemory = "no memory";  // short: it must not need any

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' ||
                           text.back() == '\r' || text.back() == '\n')) {
    text.remove_suffix(1);
  }
  return text;
}

// Whether libcurl, or we, would have to unpack the body.  Nobody asked for that, and a
// few bytes can become many.
bool IsPacked(const HttpHead& head) {
  return std::any_of(head.headers.begin(), head.headers.end(),
                     [](const HttpHeader& header) {
                       if (header.name == "content-encoding") {
                         return !header.value.empty() && header.value != "identity";
                       }
                       return header.name == "transfer-encoding" &&
                              curl_strequal(header.value.c_str(), "chunked") == 0;
                     });
}

}  // namespace

bool CurlTransfer::ReportHead() {
  if (head_reported_) return true;
  head_reported_ = true;
  if (IsPacked(head_)) return RefuseHead("the answer is compressed unasked");
  sink_->OnHead(head_);
  return true;
}

bool CurlTransfer::RefuseHead(const char* detail) {
  refused_ = Error::Make(ErrorCode::kProtocol, detail);
  refused_->http_status = head_.status;
  return false;
}

template <typename Call>
size_t CurlTransfer::Guarded(Call call) {
  try {
    return call();
  } catch (const std::exception&) {
    refused_ = Error::Make(ErrorCode::kNoMemory, kNoMemory);
    return CURL_WRITEFUNC_ERROR;
  }
}

size_t CurlTransfer::OnHeaderLine(char* data, size_t size, size_t count, void* self) {
  auto* transfer = static_cast<CurlTransfer*>(self);
  return transfer->Guarded([&] {
    return transfer->TakeHeaderLine({data, size * count});
  });
}

size_t CurlTransfer::TakeHeaderLine(std::string_view bytes) {
  const std::string_view line = Trim(bytes);
  // After the body come trailers, which nobody needs.
  if (head_reported_) return bytes.size();
  head_bytes_ += bytes.size();
  if (head_bytes_ > limits::kHeadBytesMax) {
    return RefuseHead(kHeadTooLargeDetail) ? bytes.size() : 0;
  }
  if (line.substr(0, 5) == "HTTP/") {
    // An interim answer may have come before: begin anew.
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    head_ = HttpHead();
    head_.status = static_cast<int>(status);
    return bytes.size();
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return bytes.size();
  HttpHeader header;
  for (const char c : line.substr(0, colon)) {
    header.name.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  header.value = ToValidUtf8(Trim(line.substr(colon + 1)));
  head_.headers.push_back(std::move(header));
  return bytes.size();
}

size_t CurlTransfer::OnWrite(char* data, size_t size, size_t count, void* self) {
  auto* transfer = static_cast<CurlTransfer*>(self);
  return transfer->Guarded([&] { return transfer->TakeBody({data, size * count}); });
}

size_t CurlTransfer::TakeBody(std::string_view bytes) {
  if (refused_) return CURL_WRITEFUNC_ERROR;  // nothing comes after a gap
  if (paused_) return CURL_WRITEFUNC_PAUSE;
  if (!ReportHead()) return CURL_WRITEFUNC_ERROR;
  switch (sink_->OnBody(bytes)) {
    case Taken::kYes:
      return bytes.size();
    case Taken::kThenPause:
      paused_ = true;
      return bytes.size();
    case Taken::kAbort:
      return CURL_WRITEFUNC_ERROR;
  }
  return CURL_WRITEFUNC_ERROR;
}

// libcurl would send a request again by itself where a used connection ends without an
// answer, though the server may have taken it.  Whether that is wanted is not libcurl's
// to say.
int CurlTransfer::OnBegin(void* self, char*, char*, int, int) {
  auto* transfer = static_cast<CurlTransfer*>(self);
  if (!std::exchange(transfer->begun_, true)) {
    transfer->sink_->OnSent();
    return CURL_PREREQFUNC_OK;
  }
  (void)transfer->Guarded([transfer] {
    transfer->refused_ =
        Error::Make(ErrorCode::kNetwork, "the connection ended without an answer");
    return size_t{0};
  });
  return CURL_PREREQFUNC_ABORT;
}

Result<void> CurlTransfer::Finish(CURLcode code) {
  // There may have been no body.
  if (code == CURLE_OK) (void)Guarded([this] { return size_t{ReportHead()}; });
  if (refused_) return *refused_;
  if (code == CURLE_OK) return {};
  return ToError(code);
}

}  // namespace xai
