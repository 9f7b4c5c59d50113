#include "grok/chunk_template.h"

#include "base/limits.h"

namespace xai {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Removes a whole number from the front, if there is one as JSON writes it.
bool SkipNumber(std::string_view* chunk) {
  size_t digits = 0;
  while (digits < chunk->size() && IsDigit((*chunk)[digits])) ++digits;
  if (digits == 0 || (digits > 1 && chunk->front() == '0')) return false;
  chunk->remove_prefix(digits);
  return true;
}

// What stands for itself within a string.
bool IsPlain(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

// What the escape of this letter means; 0 for those that need more than one letter, which
// are rare, and for those that do not exist.
char Unescaped(char letter) {
  switch (letter) {
    case '"':
    case '\\':
    case '/':
      return letter;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

}  // namespace

void ChunkTemplate::Learn(std::string_view chunk, Range text,
                          std::optional<Range> number) {
  Forget();
  if (chunk.size() > limits::kChunkTemplateBytesMax) return;
  // Without an escape every string is as it is written.
  if (chunk.find('\\') != std::string_view::npos) return;
  chunk_.assign(chunk);
  hole_count_ = 0;
  if (number && number->begin < text.begin) holes_[hole_count_++] = {*number, false};
  holes_[hole_count_++] = {text, true};
  if (number && number->begin > text.begin) holes_[hole_count_++] = {*number, false};
}

std::optional<std::string_view> ChunkTemplate::TextOf(std::string_view chunk) {
  if (chunk_.empty()) return std::nullopt;
  std::optional<std::string_view> text;
  size_t at = 0;  // in what was learned
  for (size_t i = 0; i < hole_count_; ++i) {
    const Hole& hole = holes_[i];
    if (!SkipLike({at, hole.range.begin}, &chunk)) return std::nullopt;
    if (hole.text) {
      text = TakeString(&chunk);
      if (!text || text->empty()) return std::nullopt;
    } else if (!SkipNumber(&chunk)) {
      return std::nullopt;
    }
    at = hole.range.end;
  }
  if (chunk != std::string_view(chunk_).substr(at)) return std::nullopt;
  return text;
}

// Removes what is like this part of the chunk that was learned.
bool ChunkTemplate::SkipLike(Range part, std::string_view* chunk) const {
  const std::string_view like =
      std::string_view(chunk_).substr(part.begin, part.end - part.begin);
  if (chunk->substr(0, like.size()) != like) return false;
  chunk->remove_prefix(like.size());
  return true;
}

// Removes the inside of a string, up to its closing quote.
std::optional<std::string_view> ChunkTemplate::TakeString(std::string_view* chunk) {
  const std::string_view all = *chunk;
  size_t at = 0;
  while (at < all.size() && IsPlain(all[at])) ++at;
  std::string_view text = all.substr(0, at);
  if (at < all.size() && all[at] == '\\') {
    decoded_.assign(text);
    while (at + 1 < all.size() && all[at] != '"') {
      char c = all[at++];
      if (c == '\\') {
        c = Unescaped(all[at++]);
        if (c == 0) return std::nullopt;
      } else if (!IsPlain(c)) {
        return std::nullopt;
      }
      decoded_.push_back(c);
    }
    text = decoded_;
  }
  chunk->remove_prefix(at);
  return text;
}

}  // namespace xai
