// The event stream format of the WHATWG HTML standard, section 9.2: bytes in any pieces
// become events.  Knows nothing of what the events mean.
//
// LF, CRLF and CR end a line, a BOM at the start is dropped, comments, `id` and `retry`
// are ignored, and so is an event without any data, which could say nothing to us.  An
// event that lies within one piece is passed on without being copied.
#ifndef XAI_PLUGIN_HTTP_SSE_PARSER_H_
#define XAI_PLUGIN_HTTP_SSE_PARSER_H_

#include <string>
#include <string_view>

#include "base/result.h"

namespace xai {

class SseHandler {
 public:
  SseHandler() = default;
  SseHandler(const SseHandler&) = delete;
  SseHandler& operator=(const SseHandler&) = delete;
  virtual ~SseHandler() = default;

  // The views are valid during the call.  `type` is empty if the stream named none. False
  // stops the parser: the rest of the bytes is dropped.
  virtual bool OnEvent(std::string_view type, std::string_view data) = 0;
};

class SseParser {
 public:
  // Fails with kTooLarge if a line or an event passes its bound; the parser is then done.
  Result<void> Feed(std::string_view bytes, SseHandler* handler);

  // The end of the stream: passes on an event whose closing blank line is missing.  The
  // handler must judge whether it is whole.
  void Finish(SseHandler* handler);

 private:
  // One line without its end.  False: the handler wants no more.
  bool OnLine(std::string_view line, SseHandler* handler);
  bool Dispatch(SseHandler* handler);
  void OnField(std::string_view name, std::string_view value);
  void OnData(std::string_view value);

  std::string partial_;  // the start of a line whose end has not come
  std::string type_;
  std::string data_;           // the event's data if it has several lines or pieces
  std::string_view one_line_;  // the event's data if it is one line of the current piece
  bool has_data_ = false;
  bool at_start_ = true;  // a BOM may still come
  bool skip_lf_ = false;  // the last byte was CR
  bool stopped_ = false;
};

}  // namespace xai

#endif  // XAI_PLUGIN_HTTP_SSE_PARSER_H_
