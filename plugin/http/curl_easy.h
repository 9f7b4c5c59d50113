// One libcurl transfer: settings that are right for us, headers kept as strings.
#ifndef XAI_PLUGIN_HTTP_CURL_EASY_H_
#define XAI_PLUGIN_HTTP_CURL_EASY_H_

#include <curl/curl.h>

#include <functional>
#include <memory>
#include <optional>

#include "http/transport.h"

namespace xai {

struct CurlEasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct CurlMultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct CurlListDeleter {
  void operator()(curl_slist* list) const;
};
using CurlEasy = std::unique_ptr<CURL, CurlEasyDeleter>;
using CurlMulti = std::unique_ptr<CURLM, CurlMultiDeleter>;
using CurlList = std::unique_ptr<curl_slist, CurlListDeleter>;

// As settings.unless_exiting has it.
template <typename Work>
bool WithLibcurl(const HttpSettings& settings, Work work) {
  // By reference: a function that is large would need memory.
  if (settings.unless_exiting) return settings.unless_exiting(std::ref(work));
  work();
  return true;
}

// As settings.one_at_a_time wants it.
inline void CleanUp(CurlMulti multi, const HttpSettings& settings) {
  if (settings.one_at_a_time) settings.one_at_a_time([&multi] { multi.reset(); });
}

// A transfer from its request to its outcome, for one CURLM.  Not thread-safe.
class CurlTransfer {
 public:
  // Gets the body of a 2xx or other final answer.  Returns how it liked the bytes.
  enum class Taken { kYes, kThenPause, kAbort };
  class Sink {
   public:
    Sink() = default;
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
    virtual ~Sink() = default;
    // See ExchangeHandler.
    virtual void OnSent() {}
    virtual void OnHead(const HttpHead& head) = 0;
    virtual Taken OnBody(std::string_view bytes) = 0;
  };

  // Null without memory.  `sink` and request.body must outlive the transfer.
  static std::unique_ptr<CurlTransfer> Make(const HttpRequest& request,
                                            const HttpSettings& settings, Sink* sink);
  ~CurlTransfer();
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  CURL* easy() const { return easy_.get(); }

  // REQUIRES: the transfer was paused by its sink.
  // CURLE_OUT_OF_MEMORY: as CurlSockets::Perform() throws.  Another code but CURLE_OK
  // ends the transfer: libcurl does not come back to it.
  CURLcode Resume();

  // Call once when libcurl is done with it: the head is reported if there was no body,
  // and libcurl's code becomes our words.
  Result<void> Finish(CURLcode code);

  // Whether any byte of the request may have reached the server.
  bool sent() const;

 private:
  CurlTransfer(const HttpSettings& settings, Sink* sink);
  bool Configure(const HttpRequest& request);
  bool SetHeaders(const HttpRequest& request);
  bool ReportHead();
  // Ends the transfer with an error of our own; false.
  bool RefuseHead(const char* detail);
  size_t TakeHeaderLine(std::string_view bytes);
  size_t TakeBody(std::string_view bytes);
  // What libcurl's call comes to.  Nothing may be thrown through libcurl, which would
  // take no call any more: who has no memory loses this transfer alone.
  template <typename Call>
  size_t Guarded(Call call);
  bool IsProxied() const;
  Error ToError(CURLcode code) const;

  static constexpr const char* kHeadTooLargeDetail =
      "the head of the answer is too large";

  static size_t OnHeaderLine(char* data, size_t size, size_t count, void* self);
  static size_t OnWrite(char* data, size_t size, size_t count, void* self);
  static int OnBegin(void* self, char*, char*, int, int);

  const HttpSettings& settings_;
  Sink* sink_;
  bool begun_ = false;  // a POST was given to a connection
  HttpHead head_;
  size_t head_bytes_ = 0;  // of interim answers as well
  bool head_reported_ = false;
  bool paused_ = false;
  std::optional<Error> refused_;  // why we aborted it ourselves
  CurlList header_list_;
  CurlEasy easy_;  // last: dies first
};

}  // namespace xai

#endif  // XAI_PLUGIN_HTTP_CURL_EASY_H_
