// What reaches the terminal, and how it looks there.
#ifndef SAMPLE_HOST_TERMINAL_H_
#define SAMPLE_HOST_TERMINAL_H_

#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sample_host {

/// Text that came from elsewhere, made harmless: control characters other than newline
/// and tab are dropped, so that a server cannot move the cursor, set the title or fake
/// our prompts. Directional overrides, which make text look like something else, are
/// dropped too.
std::string Clean(std::string_view text);

/// The same on one line.
std::string CleanLine(std::string_view text);

enum class Style { kPlain, kBold, kDim, kError };

/// Whether the stream is a terminal that may have colours (NO_COLOR and TERM=dumb say
/// no).
bool HasColours(std::FILE* stream);
bool IsTerminal(std::FILE* stream);
/// Columns of the terminal, 80 if unknown.
int Columns();

/// The text in a style, if the stream has colours.
std::string Styled(std::FILE* stream, Style style, std::string_view text);

/// Writes everything, now.  A closed pipe ends the program by SIGPIPE, like any other
/// filter.
void Write(std::FILE* stream, std::string_view text);

/// The text with newlines where words would pass the terminal's last column, if the
/// stream is a terminal.  indent: columns that stand before each line.
std::string Wrapped(std::FILE* stream, std::string_view text, std::size_t indent);

/// Label and value; a row without a value is left out.
using Rows = std::vector<std::pair<std::string, std::string>>;

/// Writes rows to stdout as two aligned columns.  Values are cleaned here.
void PrintRows(const Rows& rows);

/// Writes lines of cells as aligned columns to stdout, the first as a heading.
void PrintTable(const std::vector<std::vector<std::string>>& lines);

}  // namespace sample_host

#endif  // SAMPLE_HOST_TERMINAL_H_
