// Something that moves on stderr while a person waits.
#ifndef SAMPLE_HOST_SPINNER_H_
#define SAMPLE_HOST_SPINNER_H_

#include <string>

namespace sample_host {

/// Shows a line on stderr if that is a terminal; otherwise does nothing.  The destructor,
/// or Clear(), takes the line away.
class Spinner {
 public:
  explicit Spinner(std::string message);
  ~Spinner() { Clear(); }
  Spinner(const Spinner&) = delete;
  Spinner& operator=(const Spinner&) = delete;

  void SetMessage(std::string message) { message_ = std::move(message); }
  /// Draws the next frame; to be called about ten times a second.
  void Tick();
  void Clear();

 private:
  std::string message_;
  const bool shown_;
  bool drawn_ = false;
  unsigned frame_ = 0;
};

}  // namespace sample_host

#endif  // SAMPLE_HOST_SPINNER_H_
