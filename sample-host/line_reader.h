// Lines typed by a person, or read from a pipe.
#ifndef SAMPLE_HOST_LINE_READER_H_
#define SAMPLE_HOST_LINE_READER_H_

#include <memory>
#include <string>

namespace sample_host {

/// Reads lines from stdin.  Between two terminals it has line editing and a history.
class LineReader {
 public:
  enum class Result { kLine, kEnd, kInterrupted };

  /// editing: offer it if this is a terminal.
  explicit LineReader(bool editing);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  bool interactive() const { return interactive_; }

  /// The next line without its end.  The prompt goes to stderr, and only if somebody is
  /// there. Ctrl-C gives kInterrupted.
  Result Read(const std::string& prompt, std::string* line);

 private:
  struct Editor;
  Result ReadPlain(const std::string& prompt, std::string* line);

  const bool interactive_;
  std::string buffered_;  // Read from stdin, not yet handed out.
  std::unique_ptr<Editor> editor_;
};

}  // namespace sample_host

#endif  // SAMPLE_HOST_LINE_READER_H_
