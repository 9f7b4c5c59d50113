#include "terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "llm_provider.hpp"

namespace sample_host {
namespace {

/// The code point of one valid UTF-8 sequence.
char32_t Decode(std::string_view sequence) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(sequence[i]));
  };
  if (sequence.size() == 1) return byte(0);
  char32_t point = byte(0) & (0x7Fu >> sequence.size());
  for (std::size_t i = 1; i < sequence.size(); ++i)
    point = (point << 6) | (byte(i) & 0x3F);
  return point;
}

std::size_t SequenceLength(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
}

bool IsHarmless(char32_t point) {
  if (point == '\n' || point == '\t') return true;
  if (point < 0x20 || (point >= 0x7F && point < 0xA0)) return false;
  const bool directional =
      (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
  return !directional;
}

/// Columns that a text takes, counting a code point as one: good enough for names and
/// numbers.
std::size_t Width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string Padded(std::string_view text, std::size_t width) {
  std::string out(text);
  out.append(width > Width(text) ? width - Width(text) : 0, ' ');
  return out;
}

}  // namespace

std::string Clean(std::string_view text) {
  const std::string valid = llmp::valid_utf8(text);
  const std::string_view rest = valid;
  std::string out;
  out.reserve(valid.size());
  for (std::size_t i = 0; i < valid.size();) {
    const std::size_t length = SequenceLength(valid[i]);
    const std::string_view sequence = rest.substr(i, length);
    if (IsHarmless(Decode(sequence))) out += sequence;
    i += length;
  }
  return out;
}

std::string CleanLine(std::string_view text) {
  std::string out = Clean(text);
  std::replace(out.begin(), out.end(), '\n', ' ');
  std::replace(out.begin(), out.end(), '\t', ' ');
  return out;
}

bool IsTerminal(std::FILE* stream) {
  return ::isatty(::fileno(stream)) != 0;
}

bool HasColours(std::FILE* stream) {
  const char* no_color =
      std::getenv("NO_COLOR");             // NOLINT(concurrency-mt-unsafe): read only
  const char* term = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): read only
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  const bool refused = no_color != nullptr && *no_color != '\0';
  return IsTerminal(stream) && !dumb && !refused;
}

int Columns() {
  struct winsize size = {};
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
    if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  }
  return 80;
}

std::string Styled(std::FILE* stream, Style style, std::string_view text) {
  const char* start = style == Style::kBold    ? "\x1b[1m"
                      : style == Style::kDim   ? "\x1b[2m"
                      : style == Style::kError ? "\x1b[31m"
                                               : "";
  if (*start == '\0' || !HasColours(stream)) return std::string(text);
  return start + std::string(text) + "\x1b[0m";
}

void Write(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

std::string Wrapped(std::FILE* stream, std::string_view text, std::size_t indent) {
  if (!IsTerminal(stream)) return std::string(text);
  const std::size_t room = std::max<std::size_t>(static_cast<std::size_t>(Columns()), 40);
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, end);
    if (column > indent && column + Width(word) >= room) {
      out.back() = '\n';  // In place of the space before the word.
      column = indent;
    }
    out += word;
    column += Width(word);
    if (end == text.size()) break;
    out += text[end];
    column = text[end] == '\n' ? indent : column + 1;
    text.remove_prefix(end + 1);
  }
  return out;
}

void PrintRows(const Rows& rows) {
  std::size_t width = 0;
  for (const auto& [label, value] : rows) {
    if (!value.empty()) width = std::max(width, Width(label));
  }
  std::string out;
  for (const auto& [label, value] : rows) {
    if (value.empty()) continue;
    out += Styled(stdout, Style::kDim, Padded(label, width)) + "  ";
    for (const char c : Wrapped(stdout, Clean(value), width + 2)) {
      out += c;
      if (c == '\n') out.append(width + 2, ' ');
    }
    out += '\n';
  }
  Write(stdout, out);
}

void PrintTable(const std::vector<std::vector<std::string>>& lines) {
  std::vector<std::size_t> widths;
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], Width(CleanLine(line[i])));
    }
  }
  std::string out;
  for (const auto& line : lines) {
    std::string row;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string cell = CleanLine(line[i]);
      row += i + 1 < line.size() ? Padded(cell, widths[i] + 2) : cell;
    }
    row.erase(row.find_last_not_of(' ') + 1);
    out +=
        Styled(stdout, &line == &lines.front() ? Style::kDim : Style::kPlain, row) + "\n";
  }
  Write(stdout, out);
}

}  // namespace sample_host
