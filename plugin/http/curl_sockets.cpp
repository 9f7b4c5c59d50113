#include "http/curl_sockets.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <new>

namespace xai {
namespace {

// Taken at one look, after which those who were told something are woken.  What is left
// is still there at the next one.
constexpr int kEventsMax = 64;
// So many looks one after the other, so that of a thousand streams none runs out of time
// while its bytes lie there; more would let a cancel() wait.
constexpr int kLooksMax = 16;

// Errors are found by whoever reads or writes.
int ToCurl(uint32_t events) {
  constexpr uint32_t kBroken = EPOLLERR | EPOLLHUP;
  int what = 0;
  if ((events & (EPOLLIN | kBroken)) != 0) what |= CURL_CSELECT_IN;
  if ((events & (EPOLLOUT | kBroken)) != 0) what |= CURL_CSELECT_OUT;
  return what;
}

}  // namespace

std::unique_ptr<CurlSockets> CurlSockets::Make(CURLM* multi) {
  UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
  UniqueFd wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!epoll.valid() || !wake.valid()) return nullptr;
  return std::unique_ptr<CurlSockets>(
      new CurlSockets(multi, std::move(epoll), std::move(wake)));
}

CurlSockets::CurlSockets(CURLM* multi, UniqueFd epoll, UniqueFd wake)
    : epoll_(std::move(epoll)), wake_(std::move(wake)) {
  Adopt(multi);
}

void CurlSockets::Adopt(CURLM* multi) {
  multi_ = multi;
  due_ms_.reset();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &CurlSockets::OnSocket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &CurlSockets::OnTimer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
}

curl_socket_t CurlSockets::Open(void*, curlsocktype, curl_sockaddr* address) {
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void CurlSockets::Perform(const std::function<void()>& after_some) {
  // What has arrived comes before what has run out: see IoLoop::Run().
  for (int look = 0; look < kLooksMax && PerformSome() == kEventsMax; ++look) {
    after_some();
  }
  if (due_ms_ && *due_ms_ <= clock_.SteadyMs()) {
    after_some();
    due_ms_.reset();  // before: it may set the next one
    Act(CURL_SOCKET_TIMEOUT, 0);
  }
}

void CurlSockets::Act(curl_socket_t socket, int what) {
  int running = 0;
  // libcurl 7.88 keeps half an entry of a socket that it had no memory to watch, and
  // divides by zero when the number comes again.
  if (curl_multi_socket_action(multi_, socket, what, &running) == CURLM_OUT_OF_MEMORY) {
    throw std::bad_alloc();
  }
}

int CurlSockets::PerformSome() {
  std::array<epoll_event, kEventsMax> events;
  const int count = epoll_wait(epoll_.get(), events.data(), kEventsMax, 0);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<size_t>(i)];
    // A socket that was closed meanwhile is unknown to libcurl, and that is all.
    Act(event.data.fd, ToCurl(event.events));
  }
  return count;
}

bool CurlSockets::Wait(int timeout_ms, int fd) {
  if (due_ms_) {
    const int64_t left = std::max<int64_t>(*due_ms_ - clock_.SteadyMs(), 0);
    timeout_ms = static_cast<int>(std::min<int64_t>(left, timeout_ms));
  }
  std::array<pollfd, 3> fds = {{{epoll_.get(), POLLIN, 0},
                                {wake_.get(), POLLIN, 0},
                                {fd, POLLIN, 0}}};  // poll() skips what is negative
  if (poll(fds.data(), fds.size(), timeout_ms) <= 0) return false;
  if (fds[1].revents != 0) {
    eventfd_t wakeups = 0;
    (void)eventfd_read(wake_.get(), &wakeups);
  }
  return fds[2].revents != 0;
}

void CurlSockets::Wakeup() {
  (void)eventfd_write(wake_.get(), 1);
}

int CurlSockets::OnSocket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  static_cast<CurlSockets*>(self)->Watch(socket, what);
  return 0;
}

int CurlSockets::OnTimer(CURLM*, long timeout_ms, void* self) {
  auto* sockets = static_cast<CurlSockets*>(self);
  sockets->due_ms_.reset();
  if (timeout_ms >= 0) sockets->due_ms_ = sockets->clock_.SteadyMs() + timeout_ms;
  return 0;
}

void CurlSockets::Watch(int socket, int what) {
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket, nullptr);
    return;
  }
  epoll_event event = {};
  if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  event.data.fd = socket;
  // A socket that the kernel has no room to watch is silent, and ends by its timeouts.
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, socket, &event) != 0) {
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event);
  }
}

}  // namespace xai
