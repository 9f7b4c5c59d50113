#include "spinner.h"

#include <array>
#include <utility>

#include "terminal.h"

namespace sample_host {

Spinner::Spinner(std::string message)
    : message_(std::move(message)), shown_(HasColours(stderr)) {}

void Spinner::Tick() {
  static constexpr std::array<const char*, 10> kFrames = {"⠋", "⠙", "⠹", "⠸", "⠼",
                                                          "⠴", "⠦", "⠧", "⠇", "⠏"};
  if (!shown_) return;
  const std::string line =
      std::string(kFrames[frame_++ % kFrames.size()]) + " " + message_;
  Write(stderr, "\r\x1b[K" + Styled(stderr, Style::kDim, line));
  drawn_ = true;
}

void Spinner::Clear() {
  if (drawn_) Write(stderr, "\r\x1b[K");
  drawn_ = false;
}

}  // namespace sample_host
