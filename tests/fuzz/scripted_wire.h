// In place of libcurl: the product's CurlTransport and CurlClient, linked in their stead,
// with answers that a script gives.  No socket is opened.
#ifndef XAI_TESTS_FUZZ_SCRIPTED_WIRE_H_
#define XAI_TESTS_FUZZ_SCRIPTED_WIRE_H_

#include <cstddef>
#include <string>
#include <vector>

namespace xai {

struct WireAnswer {
  enum class End {
    kProper,   // after the whole body
    kLost,     // the connection breaks after the body
    kNever,    // nothing comes after the body: it must be cancelled
    kRefused,  // no answer at all
  };
  End end = End::kNever;
  int status = 200;
  std::string type;  // content-type
  std::string body;
  size_t piece = 1;  // bytes at a time
};

// What the next exchanges, in their order, get; when there are no more, the last. Streams
// and requests that block are counted apart.  Not while a provider lives.
void SetWire(std::vector<WireAnswer> streams, std::vector<WireAnswer> fetches);

// Exchanges that have neither ended nor been cancelled.
size_t OpenExchanges();

}  // namespace xai

#endif  // XAI_TESTS_FUZZ_SCRIPTED_WIRE_H_
