#include "line_reader.h"

#include <histedit.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>

#include "interrupts.h"
#include "terminal.h"

namespace sample_host {

struct LineReader::Editor {
  Editor()
      : edit(::el_init("sample-host", stdin, stderr, stderr)), history(::history_init()) {
    ::el_set(edit, EL_CLIENTDATA, this);
    ::el_set(
        edit, EL_PROMPT, +[](EditLine* el) {
          void* self = nullptr;
          ::el_get(el, EL_CLIENTDATA, &self);
          return static_cast<Editor*>(self)->prompt.data();
        });
    ::el_set(edit, EL_EDITOR, "emacs");
    ::el_set(edit, EL_GETCFN, &Editor::ReadCharacter);
    HistEvent event;
    ::history(history, &event, H_SETSIZE, 200);
    ::el_set(edit, EL_HIST, ::history, history);
  }
  ~Editor() {
    ::history_end(history);
    ::el_end(edit);
  }
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;

  // libedit's own reader starts over when a signal interrupts it; ours stops, so that
  // Ctrl-C leaves the line and the terminal is put back in order on the way.
  static int ReadCharacter(EditLine* el, wchar_t* character);

  EditLine* const edit;
  History* const history;
  std::string prompt;
};

int LineReader::Editor::ReadCharacter(EditLine*, wchar_t* character) {
  std::mbstate_t state = {};
  for (;;) {
    char byte = 0;
    if (!WaitForInput()) return -1;
    const ssize_t count = ::read(STDIN_FILENO, &byte, 1);
    if (count <= 0) return static_cast<int>(count);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): safe, with a state of its own
    const std::size_t used = std::mbrtowc(character, &byte, 1, &state);
    if (used == static_cast<std::size_t>(-2)) continue;  // A character of several bytes.
    if (used != static_cast<std::size_t>(-1)) return 1;
    state = {};  // Not a character in this locale: skip the byte.
  }
}

LineReader::LineReader(bool editing)
    : interactive_(IsTerminal(stdin) && IsTerminal(stderr)) {
  if (!editing || !interactive_) return;
  // libedit works in wide characters, which follow the locale.  Numbers stay in "C".
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread here reads the locale
  std::setlocale(LC_CTYPE, "");
  editor_ = std::make_unique<Editor>();
}

LineReader::~LineReader() = default;

LineReader::Result LineReader::Read(const std::string& prompt, std::string* line) {
  const InterruptScope interrupts(InterruptScope::Kind::kPrompt);
  if (!editor_) return ReadPlain(prompt, line);
  editor_->prompt = prompt;
  int count = 0;
  const char* text = ::el_gets(editor_->edit, &count);
  if (interrupts.Interrupted()) {
    Write(stderr, "\n");
    return Result::kInterrupted;
  }
  if (text == nullptr || count <= 0) return Result::kEnd;
  HistEvent event;
  ::history(editor_->history, &event, H_ENTER, text);
  line->assign(text);
  while (!line->empty() && (line->back() == '\n' || line->back() == '\r'))
    line->pop_back();
  return Result::kLine;
}

LineReader::Result LineReader::ReadPlain(const std::string& prompt, std::string* line) {
  if (interactive_) Write(stderr, prompt);
  for (;;) {
    const std::size_t end = buffered_.find('\n');
    if (end != std::string::npos) {
      *line = buffered_.substr(0, end);
      buffered_.erase(0, end + 1);
      if (!line->empty() && line->back() == '\r') line->pop_back();
      return Result::kLine;
    }
    char bytes[4096];
    if (!WaitForInput()) return Result::kInterrupted;
    const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (count < 0) {
      if (errno == EINTR) continue;
      return Result::kEnd;
    }
    if (count == 0) {
      if (buffered_.empty()) return Result::kEnd;
      buffered_ += '\n';  // The last line may lack its end.
      continue;
    }
    buffered_.append(bytes, static_cast<std::size_t>(count));
  }
}

}  // namespace sample_host
