#include "grok/text_joiner.h"

#include "base/limits.h"

namespace xai {

bool TextJoiner::End() {
  joining_ = false;
  return PassJoined();
}

bool TextJoiner::OnText(std::string_view text) {
  return Join(Kind::kText, text);
}

bool TextJoiner::OnReasoning(std::string_view text) {
  return Join(Kind::kReasoning, text);
}

bool TextJoiner::OnToolCall(uint32_t index, const ToolCall& call) {
  const bool go_on = PassJoined();
  return sink_->OnToolCall(index, call) && go_on;
}

bool TextJoiner::OnToolArguments(uint32_t index, std::string_view text) {
  const bool go_on = PassJoined();
  return sink_->OnToolArguments(index, text) && go_on;
}

bool TextJoiner::OnUsage(const Usage& usage) {
  const bool go_on = PassJoined();
  return sink_->OnUsage(usage) && go_on;
}

bool TextJoiner::Join(Kind kind, std::string_view text) {
  bool go_on = true;
  if (kind != kind_ || joined_.size() + text.size() > limits::kJoinedTextBytesMax) {
    go_on = PassJoined();
  }
  if (!joining_ || text.size() > limits::kJoinedTextBytesMax) {
    return Pass(kind, text) && go_on;
  }
  kind_ = kind;
  joined_.append(text);
  return go_on;
}

bool TextJoiner::Pass(Kind kind, std::string_view text) {
  return kind == Kind::kText ? sink_->OnText(text) : sink_->OnReasoning(text);
}

bool TextJoiner::PassJoined() {
  if (joined_.empty()) return true;
  const bool go_on = Pass(kind_, joined_);
  joined_.clear();
  return go_on;
}

}  // namespace xai
