#include "http/curl_transport.h"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

namespace xai {
namespace {

// From so many exchanges on it is worth knowing that no connection is free.  Of 4,000
// begun at once, looking took a fifth of the CPU time.
constexpr size_t kCrowd = 64;
// libcurl's own.
constexpr int64_t kCertificatesKeptS = 24 * 60 * 60;

CurlMulti NewMulti() {
  CurlMulti multi(curl_multi_init());
  // HTTP/1.1 alone: the failure of one stream stays its own.
  if (multi != nullptr) {
    curl_multi_setopt(multi.get(), CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
  }
  return multi;
}

// A connection after a pause resumes the TLS session of the last one: a quarter of what
// it costs is saved.  Each handle would keep its own and take it away.  One thread alone
// uses it, so it needs no lock.
std::shared_ptr<CURLSH> ShareTlsSessions() {
  std::shared_ptr<CURLSH> share(curl_share_init(), &curl_share_cleanup);
  curl_share_setopt(share.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  return share;
}

}  // namespace

// One running exchange: libcurl's transfer and whom to tell.
struct CurlTransport::Exchange : public CurlTransfer::Sink {
  explicit Exchange(ExchangeHandler* exchange_handler) : handler(exchange_handler) {}

  void OnSent() override { handler->OnSent(); }
  void OnHead(const HttpHead& head) override { handler->OnHead(head); }
  CurlTransfer::Taken OnBody(std::string_view bytes) override {
    return handler->OnBody(bytes) ? CurlTransfer::Taken::kYes
                                  : CurlTransfer::Taken::kThenPause;
  }

  ExchangeHandler* handler;
  ExchangeId id = 0;
  std::shared_ptr<CURLSH> sessions;  // must outlive the transfer
  std::unique_ptr<CurlTransfer> transfer;
  CURLcode unresumed = CURLE_OK;  // why it could not go on
};

std::unique_ptr<CurlTransport> CurlTransport::Make(HttpSettings settings) {
  CurlMulti multi = NewMulti();
  if (multi == nullptr) return nullptr;
  std::unique_ptr<CurlSockets> sockets = CurlSockets::Make(multi.get());
  if (sockets == nullptr) return nullptr;
  return std::unique_ptr<CurlTransport>(
      new CurlTransport(std::move(settings), std::move(sockets), std::move(multi)));
}

CurlTransport::CurlTransport(HttpSettings settings, std::unique_ptr<CurlSockets> sockets,
                             CurlMulti multi)
    : settings_(std::move(settings)),
      sockets_(std::move(sockets)),
      sessions_(ShareTlsSessions()),
      multi_(std::move(multi)) {}

CurlTransport::~CurlTransport() {
  const bool is_free = WithLibcurl(settings_, [this] {
    for (auto& [id, exchange] : exchanges_) {
      curl_multi_remove_handle(multi_.get(), exchange->transfer->easy());
    }
    exchanges_.clear();
    CleanUp(std::move(multi_), settings_);
    sessions_.reset();
  });
  if (!is_free) LeaveAll();
}

void CurlTransport::LeaveAll() {
  for (auto& [id, exchange] : exchanges_) (void)exchange.release();
  (void)multi_.release();
  // One owner more, who never goes.  Without memory for it the exchanges are owners, and
  // without any nobody needs it.
  (void)new (std::nothrow) std::shared_ptr<CURLSH>(sessions_);
}

// In the place of one that is broken.
bool CurlTransport::MakeMulti() {
  CurlMulti multi = exchanges_.empty() ? NewMulti() : nullptr;
  if (multi == nullptr) return false;
  sockets_->Adopt(multi.get());
  CleanUp(std::exchange(multi_, std::move(multi)), settings_);
  sessions_ = ShareTlsSessions();
  broken_ = false;
  free_connections_ = 0;
  return true;
}

HttpTransport::ExchangeId CurlTransport::Start(const HttpRequest& request,
                                               ExchangeHandler* handler) {
  if (broken_ && !MakeMulti()) return 0;
  auto exchange = std::make_unique<Exchange>(handler);
  exchange->transfer = CurlTransfer::Make(request, settings_, exchange.get());
  if (exchange->transfer == nullptr) return 0;
  const ExchangeId id = next_id_++;
  exchange->id = id;
  CURL* easy = exchange->transfer->easy();
  curl_easy_setopt(easy, CURLOPT_PRIVATE, static_cast<void*>(exchange.get()));
  exchange->sessions = sessions_;
  curl_easy_setopt(easy, CURLOPT_SHARE, sessions_.get());
  if (free_connections_ > 0) {
    --free_connections_;
  } else if (exchanges_.size() >= kCrowd) {
    // libcurl would look at the connection of each exchange, and find all of them busy.
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  }
  DistrustOldCertificates(easy);
  exchanges_[id] = std::move(exchange);
  if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK) {
    exchanges_.erase(id);
    return 0;
  }
  return id;
}

void CurlTransport::Cancel(ExchangeId id) {
  const auto entry = exchanges_.extract(id);
  if (entry.empty()) return;
  std::unique_ptr<Exchange> exchange = std::move(entry.mapped());
  const bool is_free = WithLibcurl(settings_, [&] {
    curl_multi_remove_handle(multi_.get(), exchange->transfer->easy());
    exchange.reset();
  });
  if (!is_free) (void)exchange.release();
}

void CurlTransport::Resume(ExchangeId id) {
  const auto found = exchanges_.find(id);
  if (found == exchanges_.end()) return;
  const CURLcode code = found->second->transfer->Resume();
  if (code == CURLE_OUT_OF_MEMORY) {
    broken_ = true;
    throw std::bad_alloc();
  }
  if (code == CURLE_OK) return;
  found->second->unresumed = code;
  has_unresumed_ = true;
}

void CurlTransport::Perform(const std::function<void()>& after_some) {
  if (broken_) return;
  try {
    sockets_->Perform(after_some);
  } catch (const std::bad_alloc&) {
    broken_ = true;
    throw;
  }
  ReportFinished();
}

bool CurlTransport::Wait(int timeout_ms, int fd) {
  return sockets_->Wait(timeout_ms, fd);
}

void CurlTransport::Wakeup() {
  sockets_->Wakeup();
}

void CurlTransport::OnTlsFailure() {
  tls_failed_ms_ = clock_.SteadyMs();
  sessions_.reset();
  try {
    sessions_ = ShareTlsSessions();
  } catch (const std::bad_alloc&) {
    // Then each handle keeps its own.
  }
}

void CurlTransport::DistrustOldCertificates(CURL* easy) const {
  if (!tls_failed_ms_) return;
  // Whole seconds: within the first one it is 0, and nothing that is kept is used.
  const int64_t age_s = (clock_.SteadyMs() - *tls_failed_ms_) / 1000;
  curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT,
                   static_cast<long>(std::min(age_s, kCertificatesKeptS)));
}

void CurlTransport::ReportFinished() {
  ReportUnresumed();
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    void* owner = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
    End(static_cast<Exchange*>(owner)->id, message->data.result);
  }
}

void CurlTransport::ReportUnresumed() {
  if (!std::exchange(has_unresumed_, false)) return;
  while (const Exchange* exchange = FindUnresumed()) {
    End(exchange->id, exchange->unresumed);
  }
}

const CurlTransport::Exchange* CurlTransport::FindUnresumed() const {
  for (const auto& [id, exchange] : exchanges_) {
    if (exchange->unresumed != CURLE_OK) return exchange.get();
  }
  return nullptr;
}

void CurlTransport::End(ExchangeId id, CURLcode code) {
  const auto entry = exchanges_.extract(id);
  if (entry.empty()) return;
  Exchange* exchange = entry.mapped().get();
  curl_multi_remove_handle(multi_.get(), exchange->transfer->easy());
  ++free_connections_;
  Result<void> result = exchange->transfer->Finish(code);
  if (!result.ok() && result.error().code == ErrorCode::kTls) OnTlsFailure();
  exchange->handler->OnDone(std::move(result));
}

}  // namespace xai
