// The sockets and the timer of one CURLM, on an epoll: what happens on one socket costs
// the same however many others there are.
#ifndef XAI_PLUGIN_HTTP_CURL_SOCKETS_H_
#define XAI_PLUGIN_HTTP_CURL_SOCKETS_H_

#include <curl/curl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/unique_fd.h"

namespace xai {

// Loop thread only, but for Wakeup().
class CurlSockets {
 public:
  // Null if the kernel refuses.  `multi` must go first.
  static std::unique_ptr<CurlSockets> Make(CURLM* multi);
  CurlSockets(const CurlSockets&) = delete;
  CurlSockets& operator=(const CurlSockets&) = delete;

  // CURLOPT_OPENSOCKETFUNCTION: libcurl's own sockets would be open in every program that
  // the host starts meanwhile.  [any thread]
  static curl_socket_t Open(void*, curlsocktype, curl_sockaddr* address);

  // Another one takes the place of `multi`, which must have no transfers left.
  void Adopt(CURLM* multi);

  // Lets libcurl do what its timer and its sockets call for, and calls `after_some` after
  // so many of them.  Throws std::bad_alloc, and
  // then `multi` can only be cleaned up.
  void Perform(const std::function<void()>& after_some);
  // Waits until there is something to perform: at most `timeout_ms`, or until Wakeup(),
  // or until `fd` can be read.  True if it can; -1 is no descriptor.
  bool Wait(int timeout_ms, int fd);
  // [any thread]
  void Wakeup();

 private:
  CurlSockets(CURLM* multi, UniqueFd epoll, UniqueFd wake);
  static int OnSocket(CURL*, curl_socket_t socket, int what, void* self, void*);
  static int OnTimer(CURLM*, long timeout_ms, void* self);
  void Watch(int socket, int what);
  void Act(curl_socket_t socket, int what);
  // How many sockets had something.
  int PerformSome();

  CURLM* multi_ = nullptr;
  UniqueFd epoll_;
  UniqueFd wake_;
  SystemClock clock_;
  std::optional<int64_t> due_ms_;  // of libcurl's timer
};

}  // namespace xai

#endif  // XAI_PLUGIN_HTTP_CURL_SOCKETS_H_
