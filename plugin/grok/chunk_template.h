// A fast path.  Nearly every event of a stream is the one before with other text in it,
// and reading the same JSON again is most of what a token costs.  This remembers one
// event and finds the text in those that differ from it in nothing else; about any other
// it says nothing, and the decoder reads it as it reads everything.
#ifndef XAI_PLUGIN_GROK_CHUNK_TEMPLATE_H_
#define XAI_PLUGIN_GROK_CHUNK_TEMPLATE_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace xai {

class ChunkTemplate {
 public:
  // A place in an event's data.
  struct Range {
    size_t begin = 0;
    size_t end = 0;
  };

  // Remembers `chunk`, JSON that was just read.  `text` is the inside of a string in it,
  // `number` a whole number that means nothing.  REQUIRES: the text is the only thing in
  // the chunk that makes a difference when it is told once more.
  void Learn(std::string_view chunk, Range text, std::optional<Range> number);
  // To be called before anything is read in another way: that may change what the chunk
  // told.
  void Forget() { chunk_.clear(); }

  // The text of a chunk that is like the one learned, decoded but with its UTF-8 not
  // checked; valid until the next call.  Nothing in any doubt.
  std::optional<std::string_view> TextOf(std::string_view chunk);

 private:
  // What may differ.
  struct Hole {
    Range range;
    bool text = false;  // or a number
  };

  bool SkipLike(Range part, std::string_view* chunk) const;
  std::optional<std::string_view> TakeString(std::string_view* chunk);

  std::string chunk_;          // empty: none
  std::array<Hole, 2> holes_;  // in the order of their places
  size_t hole_count_ = 0;
  std::string decoded_;  // a text that had escapes
};

}  // namespace xai

#endif  // XAI_PLUGIN_GROK_CHUNK_TEMPLATE_H_
