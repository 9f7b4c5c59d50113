// SseParser: however the bytes are divided, the events are the same, and they are those
// of a parser that takes the standard line by line.
//
// Input: a byte for how the bytes are divided, one for the event at which the handler has
// enough (0: never), the bytes.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/fuzz.h"
#include "http/sse_parser.h"

namespace xai {
namespace {

using Events = std::vector<std::pair<std::string, std::string>>;

class Collector : public SseHandler {
 public:
  explicit Collector(size_t enough) : enough_(enough) {}

  bool OnEvent(std::string_view type, std::string_view data) override {
    Require(!stopped_, "no event comes after the handler had enough");
    events.emplace_back(type, data);
    stopped_ = events.size() == enough_;
    return !stopped_;
  }

  Events events;

 private:
  size_t enough_;
  bool stopped_ = false;
};

// Pieces of 1 to `most` bytes, each in memory of its own that dies at once; the lengths
// follow from `seed`.
Events Read(std::string_view bytes, size_t enough, size_t most, uint32_t seed) {
  SseParser parser;
  Collector collector(enough);
  while (!bytes.empty()) {
    seed = seed * 1'664'525u + 1'013'904'223u;
    const size_t size = std::min<size_t>(1 + (seed >> 16) % most, bytes.size());
    const ExactCopy piece(bytes.substr(0, size));
    Require(parser.Feed(piece.view(), &collector).ok(), "nothing here is too large");
    bytes.remove_prefix(size);
  }
  parser.Finish(&collector);
  return std::move(collector.events);
}

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of("\r\n"), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
    const bool both = text.substr(0, 2) == "\r\n";
    text.remove_prefix(std::min<size_t>(both ? 2 : 1, text.size()));
  }
  return lines;
}

// WHATWG HTML 9.2.6, with our two departures: an event without data is none, and one
// counts at the end of the stream though its blank line is missing.
Events Reference(std::string_view text, size_t enough) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  std::vector<std::string_view> lines = LinesOf(text);
  lines.emplace_back();
  Events events;
  std::string type;
  std::string data;  // each line with an LF
  for (const std::string_view line : lines) {
    if (line.empty()) {
      if (data.size() > 1) events.emplace_back(type, data.substr(0, data.size() - 1));
      if (enough != 0 && events.size() == enough) return events;
      type.clear();
      data.clear();
      continue;
    }
    const size_t colon = std::min(line.find(':'), line.size());
    const std::string_view name = line.substr(0, colon);
    std::string_view value = line.substr(std::min(colon + 1, line.size()));
    if (value.substr(0, 1) == " ") value.remove_prefix(1);
    if (name == "event") type = value;
    if (name == "data") data.append(value).append("\n");
  }
  return events;
}

}  // namespace
}  // namespace xai

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace xai;
  FuzzInput input(data, size);
  const uint8_t seed = input.Byte();
  const size_t enough = input.Choose(7);
  const std::string_view bytes = input.Rest();
  const Events expected = Reference(bytes, enough);
  Require(Read(bytes, enough, bytes.size() + 1, 0) == expected, "read in large pieces");
  Require(Read(bytes, enough, 1, seed) == expected, "read byte by byte");
  Require(Read(bytes, enough, 2 + seed % 61, seed) == expected, "read in small pieces");
  return 0;
}
