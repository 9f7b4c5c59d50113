// HttpTransport that keeps what it is asked and answers when a test says so.
#ifndef XAI_TESTS_SUPPORT_SCRIPTED_TRANSPORT_H_
#define XAI_TESTS_SUPPORT_SCRIPTED_TRANSPORT_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "http/transport.h"
#include "support/bearer_of.h"

namespace xai {

// Used by one thread.  Exchanges are numbered from 0 in the order of their start.
class ScriptedTransport : public HttpTransport {
 public:
  struct Request {
    std::string method;
    std::string url;
    std::vector<HttpHeader> headers;
    std::string bearer;
    std::string body;
    bool cancelled = false;
    int resumed = 0;

    std::string Header(std::string_view name) const {
      for (const HttpHeader& header : headers) {
        if (header.name == name) return header.value;
      }
      return "absent";
    }
  };

  ExchangeId Start(const HttpRequest& request, ExchangeHandler* handler) override {
    if (no_memory) return 0;
    handlers_[requests.size()] = handler;
    requests.push_back({request.method, request.url, request.headers, BearerOf(request),
                        std::string(request.body)});
    return requests.size();
  }
  void Cancel(ExchangeId id) override {
    requests[id - 1].cancelled = true;
    handlers_.erase(id - 1);
  }
  void Resume(ExchangeId id) override { ++requests[id - 1].resumed; }

  // The rest answers the last exchange.
  bool open() const { return handlers_.count(requests.size() - 1) > 0; }

  void Take() {
    if (ExchangeHandler* handler = Handler()) handler->OnSent();
  }
  void Head(int status, std::vector<HttpHeader> headers = {}) {
    HttpHead head;
    head.status = status;
    head.headers = std::move(headers);
    if (ExchangeHandler* handler = Handler()) handler->OnHead(head);
  }
  // False if the handler wants no more for now.
  bool Body(std::string_view bytes) {
    ExchangeHandler* handler = Handler();
    return handler == nullptr || handler->OnBody(bytes);
  }
  void Done(Result<void> result = {}) {
    ExchangeHandler* handler = Handler();
    handlers_.erase(requests.size() - 1);
    if (handler != nullptr) handler->OnDone(std::move(result));
  }
  // All of an answer.
  void Answer(int status, std::string_view body, std::vector<HttpHeader> headers = {}) {
    Head(status, std::move(headers));
    if (!body.empty()) (void)Body(body);
    Done();
  }

  bool no_memory = false;
  std::vector<Request> requests;

 private:
  // Null, and a failure, if nothing is under way.
  ExchangeHandler* Handler() {
    const auto found = handlers_.find(requests.size() - 1);
    if (found != handlers_.end()) return found->second;
    ADD_FAILURE() << "there is no exchange to answer";
    return nullptr;
  }

  std::map<size_t, ExchangeHandler*> handlers_;
};

}  // namespace xai

#endif  // XAI_TESTS_SUPPORT_SCRIPTED_TRANSPORT_H_
