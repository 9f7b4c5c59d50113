// A body made of frames that are built one at a time, when the one before has left.
#ifndef XAI_TESTS_SIM_FRAME_SOURCE_H_
#define XAI_TESTS_SIM_FRAME_SOURCE_H_

#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "sim/http_types.h"

namespace xai::sim {

class FrameSource : public BodySource {
 public:
  // Builds a frame around one token of a text; the token is empty for a single frame.
  using Build = std::function<std::string(std::string_view token)>;

  // `delay` is waited between two frames.
  explicit FrameSource(std::chrono::milliseconds delay) : delay_(delay) {}

  void AddFrame(Build build) { runs_.push_back({std::move(build), {}, true}); }
  // One frame for each token of the text; none when it is empty.
  void AddTokens(std::string text, Build build);

  std::optional<Piece> Next() override;

 private:
  struct Run {
    Build build;
    std::string text;
    bool single = false;
  };

  std::string BuildNext();

  const std::chrono::milliseconds delay_;
  std::deque<Run> runs_;
  std::size_t position_ = 0;  // in the text of the first run
  bool begun_ = false;
};

}  // namespace xai::sim

#endif  // XAI_TESTS_SIM_FRAME_SOURCE_H_
