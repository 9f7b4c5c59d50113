// Joins adjacent pieces of text that came together.
#ifndef XAI_PLUGIN_GROK_TEXT_JOINER_H_
#define XAI_PLUGIN_GROK_TEXT_JOINER_H_

#include <string>
#include <string_view>

#include "grok/answer.h"

namespace xai {

// What libcurl delivers at once holds a hundred events, and its queue joins their text
// again: each would cost the queue's lock, just when the host that was woken by the last
// ones wants it.  Here they cost one call of the sink.
class TextJoiner : public AnswerSink {
 public:
  explicit TextJoiner(AnswerSink* sink) : sink_(sink) {}

  // From here until End() text waits for what comes behind it; otherwise it passes.
  void Begin() { joining_ = true; }
  // Passes on what waits.  False asks the caller to pause, as the sink's functions do.
  bool End();

  bool OnText(std::string_view text) override;
  bool OnReasoning(std::string_view text) override;
  bool OnToolCall(uint32_t index, const ToolCall& call) override;
  bool OnToolArguments(uint32_t index, std::string_view text) override;
  bool OnUsage(const Usage& usage) override;

 private:
  enum class Kind { kText, kReasoning };

  bool Join(Kind kind, std::string_view text);
  bool Pass(Kind kind, std::string_view text);
  bool PassJoined();

  AnswerSink* sink_;
  bool joining_ = false;
  Kind kind_ = Kind::kText;  // of what is joined
  std::string joined_;
};

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_TEXT_JOINER_H_
