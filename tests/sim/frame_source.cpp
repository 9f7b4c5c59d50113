#include "sim/frame_source.h"

#include "sim/text.h"

namespace xai::sim {

void FrameSource::AddTokens(std::string text, Build build) {
  if (!text.empty()) runs_.push_back({std::move(build), std::move(text), false});
}

std::optional<Piece> FrameSource::Next() {
  if (runs_.empty()) return std::nullopt;
  const auto delay = begun_ ? delay_ : std::chrono::milliseconds(0);
  begun_ = true;
  return Piece{BuildNext(), delay};
}

std::string FrameSource::BuildNext() {
  Run& run = runs_.front();
  if (run.single) {
    std::string frame = run.build({});
    runs_.pop_front();
    return frame;
  }
  const std::string_view token = NextToken(run.text, position_);
  std::string frame = run.build(token);
  position_ += token.size();
  if (position_ == run.text.size()) {
    position_ = 0;
    runs_.pop_front();
  }
  return frame;
}

}  // namespace xai::sim
