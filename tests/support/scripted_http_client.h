// HttpClient that answers from a list and remembers what it was asked.
#ifndef XAI_TESTS_SUPPORT_SCRIPTED_HTTP_CLIENT_H_
#define XAI_TESTS_SUPPORT_SCRIPTED_HTTP_CLIENT_H_

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "http/transport.h"
#include "support/bearer_of.h"

namespace xai {

// Used by one thread.  A request that no reply was prepared for fails the test, and so
// does a reply that nobody fetched.
class ScriptedHttpClient : public HttpClient {
 public:
  struct Request {
    std::string method;
    std::string url;
    std::vector<HttpHeader> headers;
    std::string bearer;
    std::string body;
    int64_t total_ms = 0;
    size_t body_bytes_max = 0;
    bool fresh_connection = false;
    bool interruptible = false;
  };

  ~ScriptedHttpClient() override {
    EXPECT_TRUE(replies_.empty()) << replies_.size() << " replies were not fetched";
  }

  void Reply(int status, std::string body, std::vector<HttpHeader> headers = {}) {
    HttpResponse response;
    response.head.status = status;
    response.head.headers = std::move(headers);
    response.body = std::move(body);
    replies_.push_back({std::move(response), std::nullopt, true, {}});
  }
  // The exchange fails; `sent` says whether the server may have seen the request.
  void Fail(ErrorCode code, bool sent) {
    replies_.push_back({{}, Error::Make(code, "scripted failure"), sent, {}});
  }
  // Runs while the exchange of the last prepared reply is under way.
  void During(std::function<void()> action) {
    replies_.back().during = std::move(action);
  }

  Result<HttpResponse> Fetch(const HttpRequest& request, size_t body_bytes_max,
                             Interruptible interruptible, bool* sent) override {
    requests_.push_back({request.method, request.url, request.headers, BearerOf(request),
                         std::string(request.body), request.total_ms, body_bytes_max,
                         request.fresh_connection, interruptible == Interruptible::kYes});
    *sent = false;
    if (replies_.empty()) {
      ADD_FAILURE() << "unexpected " << request.method << " " << request.url;
      return Error::Make(ErrorCode::kNetwork, "no reply was prepared");
    }
    Prepared reply = std::move(replies_.front());
    replies_.pop_front();
    if (reply.during) reply.during();
    *sent = reply.sent;
    if (reply.error) return *std::move(reply.error);
    return std::move(reply.response);
  }

  const std::vector<Request>& requests() const { return requests_; }
  const Request& last() const { return requests_.back(); }

 private:
  struct Prepared {
    HttpResponse response;
    std::optional<Error> error;
    bool sent;
    std::function<void()> during;
  };

  std::deque<Prepared> replies_;
  std::vector<Request> requests_;
};

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_SCRIPTED_HTTP_CLIENT_H_
