#include "http/curl_client.h"

namespace xai {
namespace {

// Wakeup() ends the poll; this is only the longest that libcurl may sleep.
constexpr int kPollMs = 1000;

// Collects the answer, up to a bound.
class Collector : public CurlTransfer::Sink {
 public:
  explicit Collector(size_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}

  void OnHead(const HttpHead& head) override { response_.head = head; }
  CurlTransfer::Taken OnBody(std::string_view bytes) override {
    if (response_.body.size() + bytes.size() > body_bytes_max_) {
      too_large_ = true;
      return CurlTransfer::Taken::kAbort;
    }
    response_.body.append(bytes);
    return CurlTransfer::Taken::kYes;
  }

  bool too_large() const { return too_large_; }
  int status() const { return response_.head.status; }
  HttpResponse Take() { return std::move(response_); }

 private:
  size_t body_bytes_max_;
  HttpResponse response_;
  bool too_large_ = false;
};

}  // namespace

std::unique_ptr<CurlClient> CurlClient::Make(HttpSettings settings,
                                             std::function<bool()> interrupted) {
  CurlMulti multi(curl_multi_init());
  if (multi == nullptr) return nullptr;
  return std::unique_ptr<CurlClient>(
      new CurlClient(std::move(settings), std::move(interrupted), std::move(multi)));
}

CurlClient::~CurlClient() {
  if (!WithLibcurl(settings_, [this] { CleanUp(std::move(multi_), settings_); })) {
    (void)multi_.release();
  }
}

Result<HttpResponse> CurlClient::Fetch(const HttpRequest& request, size_t body_bytes_max,
                                       Interruptible interruptible, bool* sent) {
  *sent = false;
  Collector collector(body_bytes_max);
  std::unique_ptr<CurlTransfer> transfer;
  bool begun = false;
  WithLibcurl(settings_, [&] {
    transfer = CurlTransfer::Make(request, settings_, &collector);
    begun = transfer != nullptr &&
            curl_multi_add_handle(multi_.get(), transfer->easy()) == CURLM_OK;
    if (!begun) transfer.reset();
  });
  if (!begun) return Error::Make(ErrorCode::kNoMemory, "no memory for a request");
  const std::optional<CURLcode> code =
      Run(transfer->easy(), interruptible == Interruptible::kYes);
  Result<void> done;
  const bool is_whole = WithLibcurl(settings_, [&] {
    *sent = transfer->sent();
    curl_multi_remove_handle(multi_.get(), transfer->easy());
    if (code) done = transfer->Finish(*code);
    transfer.reset();
  });
  if (!is_whole) {
    *sent = true;  // nobody can say
    (void)transfer.release();
  }
  if (!is_whole || !code) {
    return Error::Make(ErrorCode::kCancelled, "the provider is closing");
  }
  if (collector.too_large()) {
    // A long page with a refusal is a refusal: its status, and how it begins, will do.
    if (collector.status() / 100 != 2) return collector.Take();
    return Error::Make(ErrorCode::kTooLarge, "the answer is larger than allowed");
  }
  if (!done.ok()) return std::move(done).error();
  return collector.Take();
}

std::optional<CURLcode> CurlClient::Run(CURL* easy, bool may_stop) {
  int running = 1;
  CURLcode code = CURLE_ABORTED_BY_CALLBACK;
  while (!(may_stop && interrupted_())) {
    const bool goes_on = WithLibcurl(settings_, [&] {
      curl_multi_perform(multi_.get(), &running);
      int left = 0;
      while (CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
        if (message->easy_handle == easy) code = message->data.result;
      }
    });
    if (!goes_on) return std::nullopt;
    if (running == 0) return code;
    curl_multi_poll(multi_.get(), nullptr, 0, kPollMs, nullptr);
  }
  return std::nullopt;
}

void CurlClient::Wakeup() {
  curl_multi_wakeup(multi_.get());
}

}  // namespace xai
