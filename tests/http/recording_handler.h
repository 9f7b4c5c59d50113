// ExchangeHandler that remembers everything, and a way to drive a transport.
#ifndef XAI_TESTS_HTTP_RECORDING_HANDLER_H_
#define XAI_TESTS_HTTP_RECORDING_HANDLER_H_

#include <optional>
#include <string>
#include <vector>

#include "http/curl_transport.h"
#include "support/wait_for.h"

namespace xai {

class RecordingHandler : public ExchangeHandler {
 public:
  void OnSent() override { ++sent; }
  void OnHead(const HttpHead& answer) override { heads.push_back(answer); }
  bool OnBody(std::string_view bytes) override {
    head_came_first = head_came_first && heads.size() == 1;
    body.append(bytes);
    ++pieces;
    return !pause;
  }
  void OnDone(Result<void> outcome) override {
    ++ends;
    result = std::move(outcome);
  }

  bool ok() const { return result && result->ok(); }
  // "network", "timeout", ...; "ok"; or "running".
  std::string_view Outcome() const {
    if (!result) return "running";
    return result->ok() ? "ok" : InfoOf(result->error().code).name;
  }
  int status() const { return heads.size() == 1 ? heads[0].status : -1; }

  bool pause = false;  // after each piece
  std::vector<HttpHead> heads;
  bool head_came_first = true;
  std::string body;
  int sent = 0;
  int pieces = 0;
  int ends = 0;
  std::optional<Result<void>> result;
};

// Drives `transport` until `condition()`; false at the deadline.
template <typename Condition>
bool Drive(CurlTransport* transport, Condition condition) {
  return WaitFor([transport, &condition] {
    transport->Perform([] {});
    if (condition()) return true;
    transport->Wait(5, -1);
    return false;
  });
}

}  // namespace xai

#endif  // XAI_TESTS_HTTP_RECORDING_HANDLER_H_
