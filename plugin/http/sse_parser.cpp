#include "http/sse_parser.h"

#include <algorithm>

#include "base/limits.h"

namespace xai {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr std::string_view kData = "data:";

Error TooLarge(std::string_view what) {
  return Error::Make(ErrorCode::kTooLarge,
                     "a " + std::string(what) + " of the answer is too large");
}

// Of what stands behind the colon of a field.
std::string_view ValueOf(std::string_view behind) {
  return behind.starts_with(' ') ? behind.substr(1) : behind;
}

// Finds the ends of lines in one piece.  Two searches for one byte take a fraction of one
// for either.  Both places are kept: what is not in the piece is searched for only once.
class LineEnds {
 public:
  // The first in `bytes`, or npos.  REQUIRES: a suffix of what was given before.
  size_t Find(std::string_view bytes) {
    const auto next = [bytes](char end, const char* known) {
      if (known != nullptr && known >= bytes.data()) return known;
      return bytes.data() + std::min(bytes.find(end), bytes.size());
    };
    lf_ = next('\n', lf_);
    cr_ = next('\r', cr_);
    const auto first = static_cast<size_t>(std::min(lf_, cr_) - bytes.data());
    return first < bytes.size() ? first : std::string_view::npos;
  }

 private:
  // Or the end of the piece.
  const char* lf_ = nullptr;
  const char* cr_ = nullptr;
};

}  // namespace

Result<void> SseParser::Feed(std::string_view bytes, SseHandler* handler) {
  LineEnds line_ends;
  while (!bytes.empty() && !stopped_) {
    if (skip_lf_) {
      skip_lf_ = false;
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const size_t end = line_ends.Find(bytes);
    const size_t take = end == std::string_view::npos ? bytes.size() : end;
    if (partial_.size() + take > limits::kSseLineBytesMax) {
      stopped_ = true;
      return TooLarge("line");
    }
    if (end == std::string_view::npos) {
      partial_.append(bytes);
      break;
    }
    std::string_view line = bytes.substr(0, end);
    skip_lf_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    const size_t held = data_.size() + one_line_.size() + partial_.size();
    if (held + line.size() > limits::kSseEventBytesMax) {
      stopped_ = true;
      return TooLarge("single event");
    }
    if (partial_.empty()) {
      if (!OnLine(line, handler)) stopped_ = true;
    } else {
      std::string whole;
      whole.swap(partial_);
      whole.append(line);
      if (!OnLine(whole, handler)) stopped_ = true;
      // The line's memory goes away, or is kept for the next one.
      if (!one_line_.empty()) {
        data_.assign(one_line_);
        one_line_ = {};
      }
      whole.clear();
      partial_.swap(whole);
    }
  }
  // What points into this piece must outlive it.
  if (!one_line_.empty()) {
    data_.assign(one_line_);
    one_line_ = {};
  }
  return {};
}

void SseParser::Finish(SseHandler* handler) {
  if (stopped_) return;
  if (!partial_.empty()) {
    std::string line;
    line.swap(partial_);
    if (!OnLine(line, handler)) return;
    if (!one_line_.empty()) data_.assign(one_line_);
    one_line_ = {};
  }
  Dispatch(handler);
}

bool SseParser::OnLine(std::string_view line, SseHandler* handler) {
  if (at_start_) {
    at_start_ = false;
    if (line.substr(0, kBom.size()) == kBom) line.remove_prefix(kBom.size());
  }
  if (line.empty()) return Dispatch(handler);
  if (line.starts_with(kData)) {
    OnData(ValueOf(line.substr(kData.size())));
    return true;
  }
  const size_t colon = line.find(':');
  if (colon == 0) return true;  // a comment
  if (colon == std::string_view::npos) {
    OnField(line, {});
    return true;
  }
  OnField(line.substr(0, colon), ValueOf(line.substr(colon + 1)));
  return true;
}

void SseParser::OnField(std::string_view name, std::string_view value) {
  if (name == "event") type_.assign(value);
  if (name == "data") OnData(value);
}

void SseParser::OnData(std::string_view value) {
  if (!has_data_) {
    has_data_ = true;
    one_line_ = value;
    return;
  }
  if (!one_line_.empty()) {
    data_.assign(one_line_);
    one_line_ = {};
  }
  data_.push_back('\n');
  data_.append(value);
}

bool SseParser::Dispatch(SseHandler* handler) {
  bool go_on = true;
  const std::string_view data = one_line_.empty() ? std::string_view(data_) : one_line_;
  if (has_data_ && !data.empty()) go_on = handler->OnEvent(type_, data);
  type_.clear();
  data_.clear();
  one_line_ = {};
  has_data_ = false;
  return go_on;
}

}  // namespace xai
