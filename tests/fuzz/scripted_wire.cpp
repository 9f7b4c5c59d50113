#include "fuzz/scripted_wire.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>

#include "fuzz/fuzz.h"
#include "http/curl_client.h"
#include "http/curl_transport.h"

namespace xai {
namespace {

// One list of answers, handed out in order.
class Script {
 public:
  void Set(std::vector<WireAnswer> answers) {
    const std::lock_guard<std::mutex> lock(mutex_);
    answers_ = std::move(answers);
    next_ = 0;
  }
  WireAnswer Next() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (answers_.empty()) return {};
    const size_t at = std::min(next_++, answers_.size() - 1);
    return answers_[at];
  }

 private:
  std::mutex mutex_;
  std::vector<WireAnswer> answers_;
  size_t next_ = 0;
};

// Both are needed for as long as the process lives.
Script& Streams() {
  static auto* const script = new Script();
  return *script;
}
Script& Fetches() {
  static auto* const script = new Script();
  return *script;
}
std::atomic<size_t> g_open{0};

HttpHead HeadOf(const WireAnswer& answer) {
  HttpHead head;
  head.status = answer.status;
  head.headers = {{"content-type", answer.type}, {"retry-after", "0"}};
  return head;
}

Error Lost() {
  return Error::Make(ErrorCode::kNetwork, "the connection is lost");
}

}  // namespace

void SetWire(std::vector<WireAnswer> streams, std::vector<WireAnswer> fetches) {
  Streams().Set(std::move(streams));
  Fetches().Set(std::move(fetches));
}

size_t OpenExchanges() {
  return g_open;
}

// The members that the class has for libcurl are not used, but for the sockets: they
// wait.
struct CurlTransport::Exchange {
  explicit Exchange(ExchangeHandler* its_handler)
      : handler(its_handler), answer(Streams().Next()), rest(answer.body) {
    ++g_open;
  }
  ~Exchange() {
    Require(!busy, "an exchange does not go from within a function of its own");
    --g_open;
  }

  // The next thing that comes.  True if there may be more.
  bool Step() {
    if (paused || ended) return false;
    busy = true;
    const bool more = Deliver();
    busy = false;
    return more;
  }

  bool Deliver() {
    if (answer.end == WireAnswer::End::kRefused) {
      ended = true;
    } else if (!head_told) {
      head_told = true;
      handler->OnHead(HeadOf(answer));
    } else if (!rest.empty()) {
      const ExactCopy piece(rest.substr(0, answer.piece));
      rest.remove_prefix(piece.view().size());
      paused = !handler->OnBody(piece.view());
    } else if (answer.end != WireAnswer::End::kNever) {
      ended = true;
    } else {
      return false;
    }
    return !paused && !ended;
  }

  ExchangeHandler* handler;
  WireAnswer answer;
  std::string_view rest;
  bool head_told = false;
  bool paused = false;
  bool ended = false;  // OnDone() is due
  bool busy = false;
};

std::unique_ptr<CurlTransport> CurlTransport::Make(HttpSettings settings) {
  CurlMulti multi(curl_multi_init());
  std::unique_ptr<CurlSockets> sockets = CurlSockets::Make(multi.get());
  return std::unique_ptr<CurlTransport>(
      new CurlTransport(std::move(settings), std::move(sockets), std::move(multi)));
}

CurlTransport::CurlTransport(HttpSettings settings, std::unique_ptr<CurlSockets> sockets,
                             CurlMulti multi)
    : settings_(std::move(settings)),
      sockets_(std::move(sockets)),
      multi_(std::move(multi)) {}

CurlTransport::~CurlTransport() = default;

HttpTransport::ExchangeId CurlTransport::Start(const HttpRequest& request,
                                               ExchangeHandler* handler) {
  Require(!request.url.empty() && handler != nullptr, "a request goes somewhere");
  const ExchangeId id = next_id_++;
  exchanges_[id] = std::make_unique<Exchange>(handler);
  return id;
}

void CurlTransport::Cancel(ExchangeId id) {
  exchanges_.erase(id);
}

void CurlTransport::Resume(ExchangeId id) {
  const auto found = exchanges_.find(id);
  if (found != exchanges_.end()) found->second->paused = false;
}

void CurlTransport::Perform(const std::function<void()>&) {
  std::vector<ExchangeId> ids;
  for (const auto& [id, exchange] : exchanges_) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  for (const ExchangeId id : ids) {
    const auto found = exchanges_.find(id);
    if (found == exchanges_.end()) continue;  // another one's handler has cancelled it
    (void)found->second->Step();
  }
  ReportFinished();
}

void CurlTransport::ReportFinished() {
  for (;;) {
    const auto found =
        std::find_if(exchanges_.begin(), exchanges_.end(),
                     [](const auto& entry) { return entry.second->ended; });
    if (found == exchanges_.end()) return;
    const std::unique_ptr<Exchange> exchange = std::move(found->second);
    exchanges_.erase(found);
    const bool proper = exchange->answer.end == WireAnswer::End::kProper;
    exchange->handler->OnDone(proper ? Result<void>() : Result<void>(Lost()));
  }
}

bool CurlTransport::Wait(int timeout_ms, int fd) {
  for (const auto& [id, exchange] : exchanges_) {
    const bool stuck =
        exchange->paused || (exchange->head_told && exchange->rest.empty() &&
                             exchange->answer.end == WireAnswer::End::kNever);
    if (!stuck) timeout_ms = 0;
  }
  return sockets_->Wait(timeout_ms, fd);
}

void CurlTransport::Wakeup() {
  sockets_->Wakeup();
}

CurlClient::~CurlClient() = default;

std::unique_ptr<CurlClient> CurlClient::Make(HttpSettings settings,
                                             std::function<bool()> interrupted) {
  return std::unique_ptr<CurlClient>(new CurlClient(
      std::move(settings), std::move(interrupted), CurlMulti(curl_multi_init())));
}

Result<HttpResponse> CurlClient::Fetch(const HttpRequest& request, size_t body_bytes_max,
                                       Interruptible interruptible, bool* sent) {
  Require(!request.url.empty(), "a request goes somewhere");
  const WireAnswer answer = Fetches().Next();
  *sent = answer.end != WireAnswer::End::kRefused;
  if (answer.end == WireAnswer::End::kNever && interruptible == Interruptible::kYes) {
    while (!interrupted_()) curl_multi_poll(multi_.get(), nullptr, 0, 1'000, nullptr);
    return Error::Make(ErrorCode::kCancelled, "the provider is closing");
  }
  if (answer.end != WireAnswer::End::kProper) return Lost();
  HttpResponse response;
  response.head = HeadOf(answer);
  response.body = answer.body.substr(0, body_bytes_max);
  return response;
}

void CurlClient::Wakeup() {
  curl_multi_wakeup(multi_.get());
}

}  // namespace xai
