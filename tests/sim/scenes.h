// Literal answers that a test queues for the next requests to a path, as JSON:
//
//   path            required; method: only requests with this one
//   status          200; 0 sends nothing at all before the connection ends as `end` says
//   headers         an object; a list as a value sends the header several times
//   body            one text, sent with its length; or body_base64
//   chunks          a list of texts, each its own chunk and write; or chunks_base64
//   delay_ms        before the first byte; chunk_delay_ms: between two chunks
//   end             clean, cut (closes without the final chunk), reset (RST) or stall
//   times           1; how many requests it answers
//
// A Content-Length among the headers is sent as it is, and then nothing is chunked.
#ifndef XAI_TESTS_SIM_SCENES_H_
#define XAI_TESTS_SIM_SCENES_H_

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/http_types.h"
#include "sim/json.h"

namespace xai::sim {

struct Scene {
  std::string path;
  std::string method;  // empty: any
  int status = 200;
  HeaderList headers;
  std::vector<std::string> chunks;
  bool chunked = false;  // otherwise the chunks are one body with a length
  std::chrono::milliseconds delay{0};
  std::chrono::milliseconds chunk_delay{0};
  BodyEnd end = BodyEnd::kClean;
  std::int64_t times = 1;
  // These chunks are sent so many times more; not to be had by JSON.
  std::size_t loop_begin = 0;
  std::size_t loop_end = 0;
  std::int64_t loops = 0;
};

class Scenes {
 public:
  // Queues what the document describes.  Returns what is wrong with it, or nothing.
  std::optional<std::string> Add(const JsonValue& document);
  void Add(Scene scene);
  void Clear() { queues_.clear(); }
  std::size_t Pending() const;
  // How many answers that come piece by piece are being sent.
  std::size_t Running() const {
    return static_cast<std::size_t>(running_.use_count()) - 1;
  }

  // The answer to this request, if one is queued.
  std::optional<HttpReply> Take(const HttpRequest& request);

 private:
  HttpReply Play(const std::shared_ptr<Scene>& scene) const;

  std::map<std::string, std::deque<std::shared_ptr<Scene>>> queues_;
  // Each answer that is being sent has it as well.
  std::shared_ptr<char> running_ = std::make_shared<char>();
};

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_SCENES_H_
